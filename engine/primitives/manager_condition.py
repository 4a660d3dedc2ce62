"""``Manager().Condition()``: a place to wait for news, in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import is_held
from .primitive import Parameter, Primitive, Site


class ManagerCondition(Primitive):
    """A ``threading.Condition`` kept by the manager process.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Condition
    """

    parameters = (
        Parameter(
            "lock",
            Any,
            None,
            "A reference to a Manager.Lock (a Manager.RLock does not serve); an RLock of its own if not given.",
        ),
    )
    operations = ("acquire", "release", "wait", "notify", "notify_all")
    simulation = "managed:ConditionProxy"

    def build(self, site: Site, lock: Any) -> Any:
        return site.manager().Condition(lock)

    def final(self, built: Any) -> dict[str, bool]:
        return {"locked": is_held(built)}


PRIMITIVE = ManagerCondition
