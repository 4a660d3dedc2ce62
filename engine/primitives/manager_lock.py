"""``Manager().Lock()``: a lock in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import is_held
from .primitive import Primitive, Site


class ManagerLock(Primitive):
    """A ``threading.Lock`` kept by the manager process; who takes it and dies never frees it.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Lock
    """

    operations = ("acquire", "release")
    simulation = "managed:LockProxy"

    def build(self, site: Site) -> Any:
        return site.manager().Lock()

    def final(self, built: Any) -> dict[str, bool]:
        return {"locked": is_held(built)}


PRIMITIVE = ManagerLock
