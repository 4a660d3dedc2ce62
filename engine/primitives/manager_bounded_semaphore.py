"""``Manager().BoundedSemaphore()``: permits in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import permits_of
from .parameters import PERMITS
from .primitive import Primitive, Site


class ManagerBoundedSemaphore(Primitive):
    """A ``threading.BoundedSemaphore`` kept by the manager process.

    Final value: ``{value: 1}``, the permits that are free.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.BoundedSemaphore
    """

    parameters = (PERMITS,)
    operations = ("acquire", "release")
    simulation = "managed:BoundedSemaphoreProxy"

    def build(self, site: Site, value: int) -> Any:
        return site.manager().BoundedSemaphore(value)

    def final(self, built: Any) -> dict[str, int]:
        return {"value": permits_of(built)}


PRIMITIVE = ManagerBoundedSemaphore
