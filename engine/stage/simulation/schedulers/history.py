"""What happened before what, in the run at hand.

A set of events is a whole number: bit ``at`` stands for the step that was taken at that place of the run. So two sets
are joined, or compared, at once, however much is in them, and what is asked for most often (who has touched this and
is not known to have come before?) is asked of all events in one go.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from ....models.model import ADD, LOOKING, NEED, READ, WRITE, Touches
from ..system import KERNEL, OBEYED, SIGNALS
from .moves import EVERYBODY, Move

Events = int
"""A set of them."""


def in_order(events: Events) -> Iterator[int]:
    """The places of ``events``, the first one first."""
    while events:
        first = events & -events
        yield first.bit_length() - 1
        events ^= first


class History:
    """``moves`` are the steps taken so far; ``pasts`` has for each of them what happened before, and itself.

    Events are kept by what they are looked for by: ``of_strand``, ``of_process``, ``on_cell``, whom they strike; and by
    cell and component, with those that read it, that write it and that add to it.
    """

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.pasts: list[Events] = []
        self.of_strand: defaultdict[int, Events] = defaultdict(int)
        self.of_process: defaultdict[int, Events] = defaultdict(int)
        self.on_cell: defaultdict[int, Events] = defaultdict(int)
        self.striking: defaultdict[int, Events] = defaultdict(int)
        self._strands: list[int] = []
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        self._times: list[tuple[int, float]] = []
        self._touching: defaultdict[int, dict[object, list[Events]]] = defaultdict(dict)

    def take(self, strand: int, move: Move, known: Events) -> Events:
        """Have ``strand``, before which the events ``known`` happened, take a step; returns what then did."""
        event = 1 << len(self.moves)
        cell, touches, process, victim = move
        past = self.joined(known, self.dependent(move)) | event
        if self._times:
            past |= (1 << self._times[-1][0]) - 1
        self.moves.append(move)
        self.pasts.append(past)
        self._strands.append(strand)
        self._places[strand].append(len(self._strands) - 1)
        self.of_strand[strand] |= event
        self.of_process[process] |= event
        self.on_cell[cell] |= event
        if victim is not None:
            self.striking[victim] |= event
        touching = self._touching[cell]
        for component, mode in touches:
            touched = touching.get(component)
            if touched is None:
                touched = touching[component] = [0, 0, 0]
            touched[READ if mode == NEED else mode] |= event
        return past

    def forget(self, since: int) -> None:
        """Have only the steps before ``since`` taken."""
        kept = (1 << since) - 1
        for sets in (self.of_strand, self.of_process, self.on_cell, self.striking):
            for key in sets:
                sets[key] &= kept
        # Of components there may be many more, such as each item of a queue: those are left alone that need it not.
        for move in self.moves[since:]:
            touching = self._touching[move.cell]
            for component, mode in move.touches:
                touching[component][READ if mode == NEED else mode] &= kept
        for strand in self._strands[since:]:
            self._places[strand].pop()
        del self.moves[since:], self.pasts[since:], self._strands[since:]
        self._times = [(at, now_s) for at, now_s in self._times if at < since]

    def let_time_pass(self, now_s: float) -> None:
        """The clock goes on to ``now_s``, as everybody waits for it: what happens from now on comes after all else."""
        self._times.append((len(self.moves), now_s))

    def is_over(self, due_s: float | None, at: int) -> bool:
        """Whether it was later than ``due_s`` at the event ``at``."""
        return due_s is not None and any(place <= at and now_s >= due_s for place, now_s in self._times)

    def joined(self, known: Events, events: Events) -> Events:
        """``known``, and ``events`` with all that happened before any of them."""
        left = events & ~known
        while left:
            known |= self.pasts[left.bit_length() - 1]
            left &= ~known
        return known

    def dependent(self, move: Move) -> Events:
        """What ``move`` depends on."""
        cell, touches, process, victim = move
        found = self._conflicting(cell, touches)
        if not self.striking and victim is None:
            return found
        if victim == EVERYBODY:
            return (1 << len(self.moves)) - 1
        if victim is not None:
            found |= self.of_process[victim]
            if cell in OBEYED:
                found |= self.striking[victim] & (self.on_cell[KERNEL] | self.on_cell[SIGNALS])
        return found | self.striking[process] | self.striking[EVERYBODY]

    def needed(self, move: Move) -> Events:
        """Without which ``move`` would not be possible, whatever else had come before."""
        found, touching = 0, self._touching[move.cell]
        for component, mode in move.touches:
            if mode == NEED and component in touching:
                found |= touching[component][WRITE]
        return self.joined(0, found)

    def independent(self, at: int, among: Events) -> Events:
        """What came after the event ``at``, and not because of it."""
        pasts, found = self.pasts, 0
        left = among & (1 << len(pasts)) - (2 << at)
        while left:
            later = left.bit_length() - 1
            if pasts[later] >> at & 1:
                left &= ~self._from_first(at, later)
            else:
                # Of nothing that came before this one it can be said either that it came because of that event.
                found |= pasts[later] & left
                left &= ~pasts[later]
        return found

    def _from_first(self, at: int, later: int) -> Events:
        """The steps of the strand that took ``later`` before which ``at`` happened: the first, and all that follow."""
        strand, pasts = self._strands[later], self.pasts
        places = self._places[strand]
        first = bisect_left(places, 1, bisect_left(places, at), key=lambda place: pasts[place] >> at & 1)
        return self.of_strand[strand] & -(1 << places[first])

    def _conflicting(self, cell: int, touches: Touches) -> Events:
        """What has touched the same on this cell, so that the order can be told."""
        found = 0
        touching = self._touching[cell]
        for component, mode in touches:
            touched = touching.get(component)
            if touched is not None:
                reads, writes, adds = touched
                found |= writes
                if mode not in LOOKING:
                    found |= reads
                if mode != ADD:
                    found |= adds
        return found
