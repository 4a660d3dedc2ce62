"""``multiprocessing.Condition``: a lock, and a place to wait for news from who holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .primitive import Parameter, Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class Condition(Primitive):
    """A lock whose holder may ``wait`` until another holder notifies; a notification that nobody waits for is lost.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Condition
    """

    parameters = (Parameter("lock", Any, None, "A reference to a Lock or RLock; an RLock of its own if not given."),)
    operations = ("acquire", "release", "wait", "wait_for", "notify", "notify_all")
    simulation = "condition:Condition"

    def build(self, site: Site, lock: Any) -> synchronize.Condition:
        return site.context.Condition(lock)

    def final(self, built: synchronize.Condition) -> dict[str, bool]:
        return {"locked": built._lock._semlock._is_zero()}  # type: ignore[attr-defined]


PRIMITIVE = Condition
