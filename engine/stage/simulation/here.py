"""Who runs just now: one greenlet at a time, in one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenlet import GreenletExit

from ...models.model import Operation

if TYPE_CHECKING:
    from .process import Process
    from .strand import Strand
    from .world import World

UNSEEN = object()


class Here:
    """``strand`` is None while the engine's own code runs."""

    __slots__ = ("hub", "strand", "world")

    world: World
    strand: Strand | None
    hub: Any

    def __init__(self) -> None:
        self.strand = None


here = Here()


def process() -> Process | None:
    """The simulated process whose code runs, if any does."""
    return here.strand.process if here.strand is not None else None


def perform(cell: int, operation: Operation) -> Any:
    """Have the running process do ``operation`` on what is in ``cell``, when it is its turn.

    Returns its result, or raises its error; a process that is taken apart, whose ``with`` and ``finally`` blocks still
    run, does nothing any more.
    """
    strand = here.strand
    if strand is None:
        raise GreenletExit
    strand.cell, strand.operation, strand.seen = cell, operation, UNSEEN
    return here.hub.switch()
