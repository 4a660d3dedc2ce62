"""``threading.Event``, to show why it does not cross processes."""

from __future__ import annotations

import threading

from .primitive import Primitive, Site


class ThreadEvent(Primitive):
    """A flag between threads.

    Final value: ``{set: true}`` or ``{set: false}``, of the parent's copy.
    Source: https://docs.python.org/3/library/threading.html#threading.Event
    """

    operations = ("is_set", "set", "clear", "wait")
    crosses_processes = False
    simulation = "copies:Event"

    def build(self, site: Site) -> threading.Event:
        return threading.Event()

    def final(self, built: threading.Event) -> dict[str, bool]:
        return {"set": built.is_set()}


PRIMITIVE = ThreadEvent
