"""The simplest schedules first: those in which the fewest processes are interrupted that could have gone on."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from ..strand import Strand
from ..world import World
from .turns import in_turn

MANY = 10
"""With more strands than this that have yet to end, delays are counted, and not preemptions: who ends or waits leaves
all others to go on for nothing, so that n of them have n! schedules without any preemption."""

MOST_KEPT = 1_000_000
"""How many beginnings are kept at most, of schedules that are still to be run."""

Costs = Callable[[World, "list[Strand]"], "list[int]"]
"""What it costs to have each of the strands go on, given in turn; the first costs nothing."""


def preemptions(world: World, in_turn: list[Strand]) -> list[int]:
    """To leave a strand that could go on costs one; who goes on instead makes no difference.

    To stay with one that polls costs one, too, or a run would have no end.
    """
    last = world.trace[-1].strand if world.trace else None
    others = len(in_turn) - 1
    if in_turn[0] is last:
        return [0] + [1] * others
    return [0] * others + [int(in_turn[-1] is last)]


def delays(world: World, in_turn: list[Strand]) -> list[int]:
    """Each strand that is passed over costs one."""
    return list(range(len(in_turn)))


def fitting(world: World, in_turn: list[Strand]) -> list[int]:
    return (delays if len(world.waiting) > MANY else preemptions)(world, in_turn)


class Beginning(NamedTuple):
    """A run's choices, by the numbers of strands, up to ``depth``, and then ``number`` instead."""

    choices: array[int]
    depth: int
    number: int


class Bounded:
    """Runs all schedules without a preemption, then all with one, with two, up to ``most``; each one once, those of one
    bound in the order in which they are come across. ``bound`` is how far it has got.

    ``is_exhausted`` says, when no schedule is left, whether there is none at all: no bound, no lack of room and no end
    before its time has kept anything back.

    Sources: Musuvathi and Qadeer, PLDI 2007; for delays Emmi, Qadeer, Rakamaric, POPL 2011.
    """

    def __init__(self, costs: Costs = fitting, most: int | None = None, most_kept: int = MOST_KEPT) -> None:
        self._costs = costs
        self._most = most
        self._most_kept = most_kept
        self._kept = 1
        self._is_cut = False
        self._left: list[deque[Beginning]] = [deque([Beginning(array("L"), 0, -1)])]
        self._given: array[int] = array("L")
        self._choices: array[int] = array("L")
        self.bound = 0

    @property
    def is_exhausted(self) -> bool:
        return not self._is_cut and not any(self._left)

    def begin(self) -> bool:
        while self.bound < len(self._left) and not self._left[self.bound]:
            self.bound += 1
        if self.bound >= len(self._left) or (self._most is not None and self.bound > self._most):
            return False
        choices, depth, number = self._left[self.bound].popleft()
        self._kept -= 1
        self._given = choices[:depth]
        if number >= 0:
            self._given.append(number)
        self._choices = array("L")
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        depth = len(self._choices)
        chosen = self._again(ready, depth) if depth < len(self._given) else self._first(world, ready, depth)
        self._choices.append(chosen.number)
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        self._is_cut |= not is_whole or len(self._choices) < len(self._given)

    def _again(self, ready: list[Strand], depth: int) -> Strand:
        number = self._given[depth]
        for strand in ready:
            if strand.number == number:
                return strand
        # The same choices have led elsewhere: something that nobody sees has its hand in it.
        self._is_cut = True
        return ready[0]

    def _first(self, world: World, ready: list[Strand], depth: int) -> Strand:
        """The first in turn; the others are left for later."""
        if len(ready) == 1:
            return ready[0]
        turns = in_turn(world, ready)
        for strand, cost in zip(turns[1:], self._costs(world, turns)[1:], strict=True):
            self._keep(Beginning(self._choices, depth, strand.number), self.bound + cost)
        return turns[0]

    def _keep(self, beginning: Beginning, bound: int) -> None:
        if self._kept >= self._most_kept:
            self._is_cut = True
            return
        while len(self._left) <= bound:
            self._left.append(deque())
        self._left[bound].append(beginning)
        self._kept += 1
