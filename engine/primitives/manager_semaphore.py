"""``Manager().Semaphore()``: permits in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import permits_of
from .parameters import PERMITS
from .primitive import Primitive, Site


class ManagerSemaphore(Primitive):
    """A ``threading.Semaphore`` kept by the manager process.

    Final value: ``{value: 1}``, the permits that are free.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Semaphore
    """

    parameters = (PERMITS,)
    operations = ("acquire", "release")
    simulation = "managed:SemaphoreProxy"

    def build(self, site: Site, value: int) -> Any:
        return site.manager().Semaphore(value)

    def final(self, built: Any) -> dict[str, int]:
        return {"value": permits_of(built)}


PRIMITIVE = ManagerSemaphore
