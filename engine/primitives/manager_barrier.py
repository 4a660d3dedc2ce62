"""``Manager().Barrier()``: a meeting point in the manager's process."""

from __future__ import annotations

from typing import Any

from .primitive import Parameter, Primitive, Site


class ManagerBarrier(Primitive):
    """A ``threading.Barrier`` kept by the manager process.

    Final value: ``{waiting: 0, broken: false}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Barrier
    """

    parameters = (
        Parameter("parties", int, ..., "How many must arrive before any may leave.", at_least=1),
        Parameter(
            "timeout", float, None, "Seconds after which waiting breaks it, unless `wait` says otherwise.", at_least=0
        ),
    )

    def build(self, site: Site, parties: int, timeout: float | None) -> Any:
        return site.manager().Barrier(parties, None, timeout)

    def final(self, built: Any) -> dict[str, object]:
        return {"waiting": built.n_waiting, "broken": built.broken}


PRIMITIVE = ManagerBarrier
