"""Slices of memory that no lock guards: real processors read and write them item by item, so one that somebody else is
at meanwhile may be read or written in part. That is no schedule of whole operations; it is said as a doubt.

Two processes are at the same items at once where the one takes its step, and the other's next one is there, too: all
orders of the two are tried, so some run shows it.
"""

from __future__ import annotations

from typing import NamedTuple

from ...models.guarded import Guarded
from ...models.memory import Bare, Memory
from .strand import Strand
from .world import Taken, World

TORN = "a slice of memory that no lock guards may be seen or written in part, as somebody else is at it"


class _Access(NamedTuple):
    memory: Memory
    where: range
    is_write: bool
    is_free: bool
    """No lock guards it."""


def note_torn(world: World) -> None:
    """At the end of a run in which there were slices."""
    following: dict[Strand, _Access | None] = {}
    for taken in reversed(world.trace):
        own = _access(world, taken)
        others = [other for strand, other in following.items() if strand is not taken.strand]
        if own is not None and any(other is not None and _meet(own, other) for other in others):
            world.doubts.add(TORN)
            return
        following[taken.strand] = own


def _access(world: World, taken: Taken) -> _Access | None:
    arguments, model = taken.operation.arguments, world.models.get(taken.cell)
    if len(arguments) < 2 or not isinstance(arguments[1], range) or not isinstance(model, Guarded):
        return None
    part, where, *written = arguments
    if isinstance(part, Bare):
        return _Access(part.memory, where, bool(written), True)
    return _Access(part, where, bool(written), model.guard is None) if isinstance(part, Memory) else None


def _meet(one: _Access, other: _Access) -> bool:
    is_seen = one.memory is other.memory and (one.is_free or other.is_free) and (one.is_write or other.is_write)
    return is_seen and (len(one.where) > 1 or len(other.where) > 1) and _overlap(one.where, other.where)


def _overlap(one: range, other: range) -> bool:
    if not one or not other or max(min(one), min(other)) > min(max(one), max(other)):
        return False
    return any(place in other for place in one)
