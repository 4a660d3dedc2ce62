"""``Manager().Barrier()``: a meeting point in the manager's process."""

from __future__ import annotations

from typing import Any

from .parameters import PARTIES, TIMEOUT
from .primitive import Primitive, Site


class ManagerBarrier(Primitive):
    """A ``threading.Barrier`` kept by the manager process.

    Final value: ``{waiting: 0, broken: false}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Barrier
    """

    parameters = (PARTIES, TIMEOUT)
    operations = ("wait", "reset", "abort")
    simulation = "managed:BarrierProxy"

    def build(self, site: Site, parties: int, timeout: float | None) -> Any:
        return site.manager().Barrier(parties, None, timeout)

    def final(self, built: Any) -> dict[str, object]:
        return {"waiting": built.n_waiting, "broken": built.broken}


PRIMITIVE = ManagerBarrier
