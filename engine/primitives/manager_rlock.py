"""``Manager().RLock()``: a lock in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import is_held
from .primitive import Primitive, Site


class ManagerRLock(Primitive):
    """A ``threading.RLock`` kept by the manager process.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.RLock
    """

    operations = ("acquire", "release")
    simulation = "managed:RLockProxy"

    def build(self, site: Site) -> Any:
        return site.manager().RLock()

    def final(self, built: Any) -> dict[str, bool]:
        return {"locked": is_held(built)}


PRIMITIVE = ManagerRLock
