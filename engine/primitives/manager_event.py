"""``Manager().Event()``: a flag in the manager's process."""

from __future__ import annotations

from typing import Any

from .primitive import Primitive, Site


class ManagerEvent(Primitive):
    """A ``threading.Event`` kept by the manager process.

    Final value: ``{set: true}`` or ``{set: false}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Event
    """

    operations = ("is_set", "set", "clear", "wait")
    simulation = "managed:EventProxy"

    def build(self, site: Site) -> Any:
        return site.manager().Event()

    def final(self, built: Any) -> dict[str, bool]:
        return {"set": built.is_set()}


PRIMITIVE = ManagerEvent
