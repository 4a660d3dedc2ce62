"""Whose turn it is where nothing else decides: who went last goes on, and then the others in a round."""

from __future__ import annotations

from .. import deaths
from ..strand import Strand
from ..world import World
from .polling import is_polling


def in_turn(world: World, ready: list[Strand]) -> list[Strand]:
    """``ready``, the first in turn first. Who polls comes last, for it has nothing to do before the others have. The
    system, which ends processes, comes before everybody: that is the simplest, as if a death were one step."""
    if len(ready) == 1 or not world.trace:
        return ready
    ends = [strand for strand in ready if deaths.is_of(strand)]
    if ends:
        ready = [strand for strand in ready if strand not in ends]
    latest = last_of_processes(world)
    if latest is None:
        return ends + ready
    last = latest.number
    after = [strand for strand in ready if strand.number > last]
    before = [strand for strand in ready if strand.number < last]
    if len(after) + len(before) == len(ready):
        return ends + after + before
    itself = [latest]
    return ends + (after + before + itself if is_polling(world.trace) else itself + after + before)


def last_of_processes(world: World) -> Strand | None:
    """Whose step the last one was, but for the system's own."""
    return next((taken.strand for taken in reversed(world.trace) if not deaths.is_of(taken.strand)), None)
