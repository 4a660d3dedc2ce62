"""How a semaphore stops as it is taken or given back, and what happens there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from . import turns
from .semlocks import StandIn
from .turns import Strand


class Point(NamedTuple):
    """What happens as a semaphore is taken or given back: ``act`` is given who does so, ``primitive`` and ``step``;
    what it returns is how the semaphore is to be taken, None for as it was asked to be."""

    act: Callable[[Strand, str, str], bool | None]
    primitive: str
    step: str


def tells(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own, which never waits."""
    strand.go_on(primitive, step)


def meets(strand: Strand, primitive: str, step: str) -> None:
    """An interrupt may come here, before that step, which is done in spite of it."""
    strand.meet(step)


def goes_on(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own."""
    if not strand.go_on(primitive, step):
        strand.stay()


def sleeps(strand: Strand, primitive: str, step: str) -> bool | None:
    """It sleeps here for real until it is woken; that it goes on is a step, but for one that is not woken at all."""
    following = strand.next
    if following is not None and following.is_strike:
        strand.rest()
        return True
    if strand.is_interrupted_before(step):
        strand.rest()
        strand.meet(step)
    if following is None or not strand.is_next(primitive, step):
        strand.stay()
        return None
    if following.is_late:
        strand.go_on(primitive, step)
    else:
        strand.rest()
    return True


def wakes(strand: Strand, primitive: str, step: str) -> None:
    strand.wake(primitive, step)


def writes(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own where making bytes of the item was one."""
    if strand.current is not None and strand.current.operation == "pickle":
        goes_on(strand, primitive, step)


def ends(strand: Strand, primitive: str, step: str) -> None:
    """The step ends here, and not only when the operation does."""
    strand.finish(step)


class Held(StandIn):
    """A semaphore that is taken and given back at points of a schedule."""

    def __init__(self, semlock: Any) -> None:
        super().__init__(semlock)
        self.taking: list[Point] = []
        self.taken: list[Point] = []
        self.giving: list[Point] = []
        self.given: list[Point] = []

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        strand = turns.here()
        if strand is None or not block:
            return super().acquire(block, timeout)
        is_endless = False
        for point in self.taking:
            is_endless |= bool(point.act(strand, point.primitive, point.step))
        if strand.give_up():
            strand.lateness_s += timeout or 0.0
            taken = super().acquire(False)
        else:
            taken = super().acquire(True, None if is_endless else timeout)
        for point in self.taken:
            point.act(strand, point.primitive, point.step)
        return taken

    def release(self) -> None:
        strand = turns.here()
        if strand is not None:
            for point in self.giving:
                point.act(strand, point.primitive, point.step)
        super().release()
        if strand is not None:
            for point in self.given:
                point.act(strand, point.primitive, point.step)


def held(lock: Any, *taking: Point, **others: tuple[Point, ...]) -> None:
    """Have a ``multiprocessing`` lock or semaphore stop as it is taken, and at ``others``, which :class:`Held` names;
    one that several share, at the points of all."""
    if not isinstance(lock._semlock, Held):
        lock._semlock = Held(lock._semlock)
        lock._make_methods()
    for when, points in {"taking": taking, **others}.items():
        known = getattr(lock._semlock, when)
        known += [point for point in points if point not in known]
