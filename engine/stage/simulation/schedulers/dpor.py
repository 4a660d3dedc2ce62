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

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ....models.model import ADD, BLOCKED, READ, WRITE, Operation, Touches, conflict, looks_at_memory
from ..strand import Strand
from ..world import IDLE, Elsewhere, Redundant, World

Clock = dict[int, int]
"""Of each strand, the number of its events that happened before; none of those that are not there."""

_Touched = tuple[Clock, Clock, Clock]
"""What happened before all that has read a component, or written it, or added to it."""

_UNTOUCHED: _Touched = ({}, {}, {})

_CONFLICTING = {READ: (WRITE, ADD), WRITE: (READ, WRITE, ADD), ADD: (READ, WRITE)}


class _Move(NamedTuple):
    """What it is about a step that others may conflict with. ``victim`` is the process that it strikes."""

    cell: int
    touches: Touches
    process: int
    victim: int | None


class _Event(NamedTuple):
    """One step that was taken; ``place`` counts those of its strand, from 1."""

    strand: int
    place: int
    clock: Clock
    move: _Move
    operation: Operation
    before: Any


class _Node:
    """A state on the way: who could go on, who was or is to be tried, and whom to try would be a repetition."""

    __slots__ = ("backtrack", "chosen", "done", "ready", "sleep")

    def __init__(self, ready: frozenset[int], sleep: dict[int, _Move], chosen: int) -> None:
        self.ready = ready
        self.sleep = sleep
        self.chosen = chosen
        self.backtrack = {chosen}
        self.done: dict[int, _Move] = {}


class PartialOrder:
    """``classes`` counts the runs that came to their end, each of a class of its own; ``redundant`` those that were
    left.

    A run begins as the last one did, up to the step ``_new_from``: what was found out of that beginning is kept.
    """

    def __init__(self) -> None:
        self.classes = 0
        self.redundant = 0
        self._path: list[_Node] = []
        self._moves: list[_Move] = []
        self._new_from = 0
        self._has_begun = False
        self._events: list[_Event] = []
        self._touched: defaultdict[tuple[int, object], list[_Touched]] = defaultdict(lambda: [_UNTOUCHED])
        self._births: dict[int, int] = {}
        self._has_victims = False
        self._counts: dict[int, int] = {}

    def begin(self) -> bool:
        if not self._has_begun:
            self._has_begun = True
            return True
        while self._path:
            node = self._path[-1]
            node.done[node.chosen] = self._moves[len(self._path) - 1]
            left = node.backtrack - node.done.keys() - node.sleep.keys()
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
        moved = world.trace[-1].strand if depth else None
        if depth == len(self._path):
            self._path.append(self._new_node(ready, moved))
        node = self._path[depth]
        chosen = next((strand for strand in ready if strand.number == node.chosen), None)
        if chosen is None:
            raise Elsewhere
        # Time passes, for one, only when everybody waits for it: what happens then comes after all else.
        move = _move(chosen) if not world.is_still else _move(chosen)._replace(victim=EVERYBODY)
        self._note_races(world, chosen)
        self._moves.append(move)
        # Whom it strikes, or who waits for ever after it, may never come to do what he could do now.
        for other in ready:
            if other is not chosen and _depend(_move(other), move):
                node.backtrack.add(other.number)
        return chosen

    def _again(self, depth: int, ready: Sequence[Strand]) -> Strand:
        """Who went on from here in the last run, too; what it does must be what it did."""
        number, move = self._path[depth].chosen, self._moves[depth]
        for strand in ready:
            if strand.number == number and strand.cell == move.cell and strand.step.touches == move.touches:  # type: ignore[union-attr]
                return strand
        raise Elsewhere

    def end(self, world: World, is_whole: bool) -> None:
        if is_whole:
            if world.trace:
                self._look_back(world)
            for strand in world.waiting:
                self._note_races(world, strand)
            self.classes += 1
        else:
            self.redundant += 1

    def _go_back(self, depth: int) -> None:
        """Forget what came of the steps from ``depth`` on."""
        self._new_from = depth
        del self._moves[depth:]
        for event in self._events[depth:]:
            for component, _ in event.move.touches:
                self._touched[event.move.cell, component].pop()
        del self._events[depth:]
        self._births = {number: at for number, at in self._births.items() if at <= depth}

    def _take_up(self, world: World) -> None:
        """The beginning is over, and everybody is where the last run left it: nothing of that needs a second look."""
        self._counts, clocks = {}, {}
        for at, taken in enumerate(world.trace):
            event = self._events[at] = self._events[at]._replace(operation=taken.operation, before=taken.before)
            self._counts[event.strand], clocks[event.strand] = event.place, event.clock
        for strand in world.waiting:
            born = self._births.setdefault(strand.number, 0)
            strand.clock = dict(clocks.get(strand.number) or (self._events[born - 1].clock if born else {}))

    def _look_back(self, world: World) -> None:
        """See what has come of the last step."""
        depth = len(world.trace)
        moved = world.trace[-1].strand
        if depth > len(self._events):
            self._note_event(world)
        for strand in world.waiting:
            if strand.clock is None:
                # Whoever moved last has set it going.
                self._births[strand.number], strand.clock = depth, dict(moved.clock)

    def _new_node(self, ready: Sequence[Strand], moved: Strand | None) -> _Node:
        sleep: dict[int, _Move] = {}
        if self._path:
            last, move = self._path[-1], self._moves[-1]
            asleep = {**last.sleep, **last.done}
            sleep = {number: other for number, other in asleep.items() if not _depend(other, move)}
        numbers = [strand.number for strand in ready if strand.number not in sleep]
        if not numbers:
            raise Redundant
        # Who has just moved goes on if possible: fewer changes are easier to read.
        chosen = moved.number if moved is not None and moved.number in numbers else numbers[0]
        return _Node(frozenset(strand.number for strand in ready), sleep, chosen)

    def _note_event(self, world: World) -> None:
        """What happened before the step that was taken last."""
        strand, cell, operation, _, before = world.trace[-1]
        move = self._moves[len(self._events)]
        number = strand.number
        clock = strand.clock
        for component, mode in move.touches:
            touched = self._touched[cell, component][-1]
            for other in _CONFLICTING[mode]:
                _join(clock, touched[other])
        self._has_victims |= move.victim is not None
        if self._has_victims:
            for event in self._events:
                if _strikes(event.move, move) or _strikes(move, event.move):
                    _join(clock, event.clock)
        place = self._counts[number] = self._counts.get(number, 0) + 1
        clock[number] = place
        for component, mode in move.touches:
            stack = self._touched[cell, component]
            joined = dict(stack[-1][mode])
            _join(joined, clock)
            stack.append((*stack[-1][:mode], joined, *stack[-1][mode + 1 :]))  # type: ignore[arg-type]
        self._events.append(_Event(number, place, dict(clock), move, operation, before))

    def _note_races(self, world: World, strand: Strand, since: int = 0) -> None:
        """Put down where what ``strand`` wants to do now could have been done before something that conflicts, of the
        events ``since`` that one."""
        clock, number, victim = strand.clock, strand.process.number, _victim(strand)
        if victim == EVERYBODY:
            return
        races: list[_Event] = []
        for at in range(len(self._events) - 1, since - 1, -1):
            event = self._events[at]
            if clock.get(event.strand, 0) >= event.place or event.strand == strand.number:
                continue
            if event.move.cell != strand.cell and event.move.victim != number and event.move.process != victim:
                continue
            if any(race.clock.get(event.strand, 0) >= event.place for race in races):
                continue
            independent = [other for other in self._events[at + 1 :] if other.clock.get(event.strand, 0) < event.place]
            move = self._move_before(world, strand, event, independent)
            if move is not None and _depend(move, event.move):
                races.append(event)
                self._put_down(at, strand, move, independent)

    def _move_before(self, world: World, strand: Strand, event: _Event, independent: Sequence[_Event]) -> _Move | None:
        """What ``strand`` now wants to do would have been instead of ``event``, after what is ``independent`` of that;
        None where it was not possible then, or has nothing to do with it."""
        number, victim = strand.process.number, _victim(strand)
        if event.move.victim == number or (victim is not None and event.move.process == victim):
            return _Move(strand.cell, (), number, victim)
        if event.move.cell != strand.cell:
            return None
        state = event.before
        for other in independent:
            if other.move.cell == strand.cell:
                made = _step(world, strand.cell, state, other.move.process, other.operation)
                # What was done to something that was not there yet makes no difference to what was.
                state = state if made is BLOCKED else made.state
        step = _step(world, strand.cell, state, number, strand.operation)
        return None if step is BLOCKED else _made(strand, step.touches)

    def _put_down(self, at: int, strand: Strand, move: _Move, independent: Sequence[_Event]) -> None:
        """Have one of those tried, at the node ``at``, that begin an order in which ``strand`` comes before."""
        node, initials = self._path[at], list(_initials(strand, move, independent))
        if not node.backtrack.intersection(initials):
            possible = [number for number in initials if number in node.ready]
            # Where none of them could go on (it polls, it is stopped), everybody else is tried: that is always sound.
            node.backtrack.update([strand.number] if strand.number in possible else possible[:1] or node.ready)


def _initials(strand: Strand, move: _Move, independent: Sequence[_Event]) -> Iterator[int]:
    """Who may be first in what is ``independent``, and then ``strand``'s ``move``."""
    seen: set[int] = set()
    for place, event in enumerate(independent):
        if event.strand not in seen and not any(
            event.clock.get(earlier.strand, 0) >= earlier.place for earlier in independent[:place]
        ):
            yield event.strand
        seen.add(event.strand)
    if strand.number not in seen and not any(
        strand.clock.get(event.strand, 0) >= event.place or _depend(event.move, move) for event in independent
    ):
        yield strand.number


def _step(world: World, cell: int, state: Any, process: int, operation: Operation) -> Any:
    """What would come of an operation in some state of its cell."""
    try:
        step = world.steps[cell](state, process, operation)
    except KeyError:  # What it is done to, a pipe that a target has made, was not there yet.
        return BLOCKED
    if step is BLOCKED and operation.patience_s is not None and not world.is_virtual:
        step = world.steps[cell](state, process, operation._replace(is_late=True))
    return step


STRIKES = frozenset({"kill", "stop", "resume", "interrupt", "terminate"})
"""Operations whose first argument is a process to which something is done, wherever it is."""


EVERYBODY = -1
"""The victim of a step that is only possible when nobody else can take one."""


def _victim(strand: Strand) -> int | None:
    operation = strand.operation
    if operation is IDLE:
        return EVERYBODY
    return operation.arguments[0] if operation.name in STRIKES else None


def _move(strand: Strand) -> _Move:
    return _made(strand, strand.step.touches)  # type: ignore[union-attr]


def _made(strand: Strand, touches: Touches) -> _Move:
    """A step of ``strand`` that touches these. One that looks at what is a process's own (a feeder's, which pickles)
    conflicts with all that this process does, as one that strikes it does."""
    number = strand.process.number
    return _Move(strand.cell, touches, number, number if looks_at_memory(touches) else _victim(strand))


def _depend(one: _Move, other: _Move) -> bool:
    if _strikes(one, other) or _strikes(other, one):
        return True
    return one.cell == other.cell and conflict(one.touches, other.touches)


def _strikes(one: _Move, other: _Move) -> bool:
    return one.victim is not None and one.victim in (other.process, EVERYBODY)


def _join(clock: Clock, other: Clock) -> None:
    for strand, index in other.items():
        if clock.get(strand, 0) < index:
            clock[strand] = index
