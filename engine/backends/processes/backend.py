"""The backend of real processes."""

from __future__ import annotations

from collections.abc import Iterator

from ...plan import Plan
from ...trace import Run
from .stage import Stage
from .supervisor import supervise


class Processes:
    """Each run is a parent process of its own, forked from one warm stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def runs(self, plan: Plan) -> Iterator[Run]:
        """Run ``plan`` again and again, for ever.

        Raises InterpreterError if the stage's interpreter is none, Interrupted once the stage is told to end.
        """
        while True:
            yield supervise(self._stage, plan)
