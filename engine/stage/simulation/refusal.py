"""What the simulation cannot do, and says so instead of doing something else."""

from __future__ import annotations


class NotSimulated(BaseException):
    """A target did ``what`` cannot be simulated. Not an Exception, so that no target takes it for one of its own; and
    remembered, for a bare ``except`` takes it all the same."""

    latest: NotSimulated | None = None

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = ""
        NotSimulated.latest = self
