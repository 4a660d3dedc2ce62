"""``multiprocessing.Barrier``: a meeting point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import PARTIES, TIMEOUT
from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class Barrier(Primitive):
    """A meeting point: ``wait`` returns to everyone once ``parties`` have arrived; one that waits too long breaks it.

    Final value: ``{waiting: 0, broken: false}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Barrier
    """

    parameters = (PARTIES, TIMEOUT)
    operations = ("wait", "reset", "abort", "n_waiting", "broken")
    simulation = "barrier:Barrier"

    def build(self, site: Site, parties: int, timeout: float | None) -> synchronize.Barrier:
        return site.context.Barrier(parties, timeout=timeout)

    def final(self, built: synchronize.Barrier) -> dict[str, object]:
        # Neither takes the barrier's lock, which a killed process may still hold.
        return {"waiting": built.n_waiting, "broken": built.broken}


PRIMITIVE = Barrier
