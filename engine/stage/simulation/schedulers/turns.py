"""Whose turn it is where nothing else decides: who went last goes on, and then the others in a round."""

from __future__ import annotations

from ..strand import Strand
from ..world import World
from .polling import is_polling


def in_turn(world: World, ready: list[Strand]) -> list[Strand]:
    """``ready``, the first in turn first. Who polls comes last, for it has nothing to do before the others have."""
    if len(ready) == 1 or not world.trace:
        return ready
    last = world.trace[-1].strand.number
    after = [strand for strand in ready if strand.number > last]
    before = [strand for strand in ready if strand.number < last]
    if len(after) + len(before) == len(ready):
        return after + before
    itself = [world.trace[-1].strand]
    return after + before + itself if is_polling(world.trace) else itself + after + before
