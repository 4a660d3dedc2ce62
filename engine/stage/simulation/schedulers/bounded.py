"""The simplest schedules first: those in which the fewest processes are interrupted that could have gone on."""

from __future__ import annotations

from array import array
from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple

from ....models.model import is_quiet
from .. import deaths
from ..strand import Strand
from ..world import Taken, World
from .turns import in_turn, last_of_processes

MANY = 3
"""With more strands than this at a time delays are counted, and not preemptions: who ends or waits leaves all others to
go on for nothing, so that n of them have n! schedules without any preemption. The literature says about ten; measured
(benchmarks/schedulers.py), delays find more of what three or four processes do wrong already."""

MOST_KEPT = 1_000_000
"""How many beginnings are kept at most, of schedules that are still to be run."""

Costs = Callable[[World, "list[Strand]"], "list[int]"]
"""What it costs to have each of the strands go on, given in turn; the first costs nothing."""


def preemptions(world: World, in_turn: list[Strand]) -> list[int]:
    """To leave a strand that could go on costs one; who goes on instead makes no difference. So does it to have anybody
    do anything before what comes next of a process's end.

    To stay with one that polls costs one, too, or a run would have no end.
    """
    last = last_of_processes(world)
    ends = sum(map(deaths.is_of, in_turn))
    if ends:
        return [0, *[1] * (ends - 1), *[1 + cost for cost in _left(last, in_turn[ends:])]]
    return _left(last, in_turn)


def _left(last: Strand | None, in_turn: list[Strand]) -> list[int]:
    if not in_turn:
        return []
    others = len(in_turn) - 1
    if in_turn[0] is last:
        return [0] + [1] * others
    return [0] * others + [int(in_turn[-1] is last)]


def delays(world: World, in_turn: list[Strand]) -> list[int]:
    """Each strand that is passed over costs one."""
    return list(range(len(in_turn)))


class Beginning(NamedTuple):
    """A run's choices, by the numbers of strands, up to ``depth``, and then ``number`` instead."""

    choices: array[int]
    depth: int
    number: int


class Bounded:
    """Runs all schedules without a preemption, then all with one, with two, up to ``most``; each one once. ``bound`` is
    how far it has got. With many strands (``MANY``) it counts delays, or whatever is given as ``costs``.

    Of one bound those come first in which something is put off that others may take note of: a step on a cell that
    somebody else uses as well, and that one of them changes.

    ``is_exhausted`` says, when no schedule is left, whether there is none at all: no bound, no lack of room and no end
    before its time has kept anything back.

    Sources: Musuvathi and Qadeer, PLDI 2007; for delays Emmi, Qadeer, Rakamaric, POPL 2011.
    """

    def __init__(self, costs: Costs | None = None, most: int | None = None, most_kept: int = MOST_KEPT) -> None:
        self._costs = costs
        self._most = most
        self._most_kept = most_kept
        self._kept = 1
        self._is_cut = False
        self._crowd = 0
        # The place in the list is twice the bound, and one more for what nobody may take note of.
        self._left: list[deque[Beginning]] = [deque([Beginning(array("L"), 0, -1)])]
        self._place = 0
        self._given: array[int] = array("L")
        self._choices: array[int] = array("L")
        self._others: list[tuple[int, int, int]] = []

    @property
    def bound(self) -> int:
        return self._place // 2

    @property
    def is_exhausted(self) -> bool:
        return not self._is_cut and not any(self._left)

    def begin(self) -> bool:
        self._place -= self._place % 2
        while self._place < len(self._left) and not self._left[self._place]:
            self._place += 1
        if self._place >= len(self._left) or (self._most is not None and self.bound > self._most):
            return False
        choices, depth, number = self._left[self._place].popleft()
        self._kept -= 1
        self._given = choices[:depth]
        if number >= 0:
            self._given.append(number)
        self._choices = array("L")
        self._others = []
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        depth = len(self._choices)
        chosen = self._again(ready, depth) if depth < len(self._given) else self._first(world, ready, depth)
        self._choices.append(chosen.number)
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        self._is_cut |= not is_whole or len(self._choices) < len(self._given)
        contested = contested_cells(world.trace)
        for depth, number, bound in self._others:
            is_idle = world.trace[depth].cell not in contested
            self._keep(Beginning(self._choices, depth, number), 2 * bound + is_idle)

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
        self._crowd = max(self._crowd, len(world.waiting))
        costs = self._costs or (delays if self._crowd > MANY else preemptions)
        for strand, cost in zip(turns[1:], costs(world, turns)[1:], strict=True):
            self._others.append((depth, strand.number, self.bound + cost))
        return turns[0]

    def _keep(self, beginning: Beginning, place: int) -> None:
        if self._kept >= self._most_kept:
            self._is_cut = True
            return
        while len(self._left) <= place:
            self._left.append(deque())
        self._left[place].append(beginning)
        self._kept += 1


def contested_cells(trace: list[Taken]) -> set[int]:
    """Those that several strands use, and somebody changes."""
    users: dict[int, set[int]] = defaultdict(set)
    changed = set()
    for taken in trace:
        users[taken.cell].add(taken.strand.number)
        if not is_quiet(taken.step.touches):
            changed.add(taken.cell)
    return {cell for cell in changed if len(users[cell]) > 1}
