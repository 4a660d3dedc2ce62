"""``threading.Semaphore``, to show why it does not cross processes."""

from __future__ import annotations

import threading

from .parameters import PERMITS
from .primitive import Primitive, Site


class ThreadSemaphore(Primitive):
    """A counter of permits between threads.

    Final value: ``{value: 1}``, the permits that the parent's copy has free.
    Source: https://docs.python.org/3/library/threading.html#threading.Semaphore
    """

    parameters = (PERMITS,)
    operations = ("acquire", "release")
    crosses_processes = False
    simulation = "copies:Semaphore"

    def build(self, site: Site, value: int) -> threading.Semaphore:
        return threading.Semaphore(value)

    def final(self, built: threading.Semaphore) -> dict[str, int]:
        return {"value": built._value}


PRIMITIVE = ThreadSemaphore
