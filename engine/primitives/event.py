"""``multiprocessing.Event``: a flag that processes wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class Event(Primitive):
    """A flag, clear at first; ``wait`` returns once it is set.

    Final value: ``{set: true}`` or ``{set: false}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Event
    """

    operations = ("is_set", "set", "clear", "wait")
    simulation = "event:Event"

    def build(self, site: Site) -> synchronize.Event:
        return site.context.Event()

    def final(self, built: synchronize.Event) -> dict[str, bool]:
        # Not is_set(): it takes the condition's lock, which a process killed in wait() still holds.
        return {"set": not built._flag._semlock._is_zero()}  # type: ignore[attr-defined]


PRIMITIVE = Event
