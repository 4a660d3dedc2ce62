"""``threading.Barrier``, to show why it does not cross processes."""

from __future__ import annotations

import threading

from .parameters import PARTIES, TIMEOUT
from .primitive import Primitive, Site


class ThreadBarrier(Primitive):
    """A meeting point of threads.

    Final value: ``{waiting: 0, broken: false}``, of the parent's copy.
    Source: https://docs.python.org/3/library/threading.html#threading.Barrier
    """

    parameters = (PARTIES, TIMEOUT)
    operations = ("wait", "reset", "abort")
    crosses_processes = False
    simulation = "copies:Barrier"

    def build(self, site: Site, parties: int, timeout: float | None) -> threading.Barrier:
        return threading.Barrier(parties, timeout=timeout)

    def final(self, built: threading.Barrier) -> dict[str, object]:
        return {"waiting": built.n_waiting, "broken": built.broken}


PRIMITIVE = ThreadBarrier
