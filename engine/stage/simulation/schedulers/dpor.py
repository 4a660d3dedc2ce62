"""Exhaustive search with one run for each class of equivalent schedules.

Two steps that do not conflict may be swapped without anybody noticing, so of the schedules that differ in nothing else
one is enough. Wherever a step was taken that conflicts with one which another strand could have taken instead, the
other order is put down to be tried (source sets). What was tried stays asleep in all that follows until something
conflicts with it (sleep sets), so that no two runs that come to their end are equivalent.

A step that was not possible yet cannot be put first: to find out, it is asked what would have come of it in the state
of that moment, which is why models are pure and states are kept. So locks, full queues and whatever else holds somebody
up need no rules of their own.

Source: Abdulla, Aronis, Jonsson, Sagonas, Optimal dynamic partial order reduction, POPL 2014; Flanagan, Godefroid,
Dynamic partial-order reduction for model checking software, POPL 2005.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ....models.model import BLOCKED
from ..strand import Strand
from ..world import Elsewhere, Redundant, World
from .earlier import Earlier
from .history import Events, History, in_order
from .moves import EVERYBODY, Move, actor_of, depend, is_harmless, move_of, victim_of


class _Node:
    """A state on the way: who could go on, who was or is to be tried, and whom to try would be a repetition."""

    __slots__ = ("backtrack", "chosen", "done", "ready", "sleep")

    def __init__(self, ready: Sequence[int], sleep: dict[int, Move], chosen: int) -> None:
        self.ready = ready
        self.sleep = sleep
        self.chosen = chosen
        self.backtrack = {chosen}
        self.done: dict[int, Move] = {}


class PartialOrder:
    """``classes`` counts the runs that came to their end, each of a class of its own; ``redundant`` those that were
    left.

    A run begins as the last one did, up to the step ``_new_from``: what was found out of that beginning is kept. The
    ``clock`` of a strand has the events that happened before what it does next. ``_open`` are the events at whose nodes
    not everybody is tried anyway.
    """

    _earlier: Earlier

    def __init__(self) -> None:
        self.classes = 0
        self.redundant = 0
        self._path: list[_Node] = []
        self._history = History()
        self._new_from = 0
        self._has_begun = False
        self._births: dict[int, int] = {}
        self._open: Events = 0

    def begin(self) -> bool:
        if not self._has_begun:
            self._has_begun = True
            return True
        while self._path:
            node = self._path[-1]
            node.done[node.chosen] = self._history.moves[len(self._path) - 1]
            left = node.backtrack.difference(node.done, node.sleep)
            if left:
                node.chosen = min(left)
                self._go_back(len(self._path) - 1)
                return True
            self._path.pop()
        return False

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        depth = len(world.trace)
        if depth < self._new_from:
            return self._again(depth, ready)
        if depth == self._new_from:
            self._take_up(world)
        else:
            self._look_back(world)
        if depth == len(self._path):
            self._path.append(self._new_node(world, ready))
        node = self._path[depth]
        chosen = _among(ready, node.chosen)
        if world.is_still:
            self._history.let_time_pass(world.now_s)
        move = move_of(chosen)
        self._note_races(world, chosen)
        if move.victim is not None and not is_harmless(chosen):
            self._note_strike(world, ready, chosen, move)
        if len(node.backtrack) < len(ready):
            self._open |= 1 << depth
        chosen.clock = self._history.take(chosen.number, move, chosen.clock)
        return chosen

    def _again(self, depth: int, ready: Sequence[Strand]) -> Strand:
        """Who went on from here in the last run, too; what it does must be what it did."""
        strand, move = _among(ready, self._path[depth].chosen), self._history.moves[depth]
        if strand.cell == move.cell and strand.step.touches == move.touches:  # type: ignore[union-attr]
            return strand
        raise Elsewhere

    def end(self, world: World, is_whole: bool) -> None:
        if is_whole:
            if world.trace:
                self._look_back(world)
                self._note_what_waits(world)
            self.classes += 1
        else:
            self.redundant += 1

    def _go_back(self, depth: int) -> None:
        """Forget what came of the steps from ``depth`` on."""
        self._new_from = depth
        self._history.forget(depth)
        self._open &= (1 << depth) - 1
        self._births = {number: at for number, at in self._births.items() if at <= depth}

    def _take_up(self, world: World) -> None:
        """The beginning is over, and everybody is where the last run left it: nothing of that needs a second look."""
        history = self._history
        self._earlier = Earlier(history, world)
        for strand in world.waiting:
            taken = history.of_strand[strand.number].bit_length() or self._births.setdefault(strand.number, 0)
            strand.clock = history.pasts[taken - 1] if taken else 0

    def _look_back(self, world: World) -> None:
        """See what has come of the last step."""
        moved = world.trace[-1].strand
        for strand in world.waiting:
            if strand.clock is None:
                # Whoever moved last has set it going.
                self._births[strand.number], strand.clock = len(world.trace), moved.clock

    def _new_node(self, world: World, ready: Sequence[Strand]) -> _Node:
        sleep = self._asleep() if self._path else {}
        numbers = [strand.number for strand in ready]
        awake = [number for number in numbers if number not in sleep] if sleep else numbers
        if not awake:
            self._note_what_waits(world, sleep)
            raise Redundant
        # Who has just moved goes on if possible: fewer changes are easier to read.
        moved = world.trace[-1].strand.number if world.trace else None
        return _Node(numbers, sleep, moved if moved in awake else awake[0])

    def _asleep(self) -> dict[int, Move]:
        """Who was asleep before the last step, or was tried instead of it, and does what does not depend on it."""
        last, move = self._path[-1], self._history.moves[-1]
        if not last.sleep and not last.done:
            return {}
        return {number: other for number, other in {**last.sleep, **last.done}.items() if not depend(other, move)}

    def _note_strike(self, world: World, ready: Sequence[Strand], chosen: Strand, strike: Move) -> None:
        """Whom it strikes may never come to do what he wants to: this is the time to see what that could have come
        before. Where he is held up, or asleep until somebody does what he depends on, that may be anybody's step."""
        struck = [strand for strand in world.waiting if strike.victim in (actor_of(strand), EVERYBODY)]
        for strand in struck:
            self._note_races(world, strand)
        node = self._path[-1]
        waits = victim_of(chosen) is not None and any(
            strand not in ready or strand.number in node.sleep for strand in struck
        )
        node.backtrack.update(other.number for other in ready if waits or depend(move_of(other), strike))

    def _note_what_waits(self, world: World, sleep: Collection[int] = ()) -> None:
        """At the end of a run: what those wait to do that could never go on."""
        for strand in world.waiting:
            if strand.number not in sleep:
                self._note_races(world, strand)

    def _note_races(self, world: World, strand: Strand) -> None:
        """Put down where what ``strand`` does now could have been done before something that conflicts."""
        among = ~strand.clock
        if not among & self._open:
            return
        left = self._possible_races(world, strand, among)
        while left & self._open:
            at = left.bit_length() - 1
            move = self._earlier.move(strand, at)
            if move is not None and depend(move, self._history.moves[at]):
                self._put_down(at, strand, move)
                # What came before this event is not in the way of anything but that.
                left &= ~self._history.pasts[at]
            else:
                left ^= 1 << at

    def _possible_races(self, world: World, strand: Strand, among: Events) -> Events:
        """Those, and more: all whose order with ``strand``'s next step may matter, by what is known of that now."""
        history, victim = self._history, victim_of(strand)
        if victim == EVERYBODY:
            return 0
        found = history.on_cell[strand.cell] & among
        if strand.step is not BLOCKED:
            move = move_of(strand)
            victim = move.victim
            if found and not (world.is_virtual and strand.operation.patience_s is not None):
                # It would touch the same without an event and all that came of it, if it depends on none of them.
                found &= history.joined(strand.clock, history.dependent(move)) & ~history.needed(move)
        if history.striking:
            found |= history.striking[actor_of(strand)] & among
        if victim is not None:
            found |= (history.of_process[victim] | history.striking[victim]) & among
        return found

    def _put_down(self, at: int, strand: Strand, move: Move) -> None:
        """Have one of those tried, at the node ``at``, that begin an order in which ``strand`` comes before."""
        if not self._open >> at & 1:
            return
        node = self._path[at]
        initials = list(self._initials(strand, move, self._history.independent(at, -1)))
        if not node.backtrack.intersection(initials):
            possible = [number for number in initials if number in node.ready]
            # Where none of them could go on (it polls, it is stopped), everybody else is tried: that is always sound.
            node.backtrack.update([strand.number] if strand.number in possible else possible[:1] or node.ready)
            if len(node.backtrack) == len(node.ready):
                self._open &= ~(1 << at)

    def _initials(self, strand: Strand, move: Move, independent: Events) -> Iterator[int]:
        """Who may be first in what is ``independent``, and then ``strand``'s ``move``."""
        history = self._history
        is_first = not strand.clock & independent
        for at in in_order(independent):
            if history.pasts[at] & independent == 1 << at:
                yield self._path[at].chosen
            is_first = is_first and not depend(history.moves[at], move)
        if is_first:
            yield strand.number


def _among(ready: Sequence[Strand], number: int) -> Strand:
    for strand in ready:
        if strand.number == number:
            return strand
    raise Elsewhere
