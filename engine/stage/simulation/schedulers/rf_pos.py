"""POS, and in most runs one wish on top: who reads from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

from ....models.model import Done, Touches, conflict, is_quiet
from ..strand import Strand
from ..world import Taken, World
from . import patience
from .pos import Pos

Profile = frozenset[tuple[int, str]]
"""What a strand does to which cells. Those that do the same count as one where a reader or a writer is drawn: among 99
equal processes and one other, the other one is what matters."""

_WISHES = 0.75
"""In how many of the runs there is a wish."""


class Wish(NamedTuple):
    """The ``nth`` time (from 0) that the strand ``reader`` looks at ``cell``, with ``touches``, it shall see what the
    strand ``source`` has made of it; with None, what it has seen last, or the initial state."""

    cell: int
    reader: int
    nth: int
    touches: Touches
    source: int | None


class RfPos:
    """Runs POS, but holds back whoever would spoil the wish of the run: writers until the reader has read, or the
    reader until its source has written, and then further writers. If nobody else can go on, the wish is dropped.

    What is read and written by whom is learned in the 1st, 2nd, 4th, 8th, ... run. To read means to be told something:
    a value, a lock, a message.

    What it is worth (benchmarks/catalogue.py, 20 seeds): over the broken scenarios of the catalogue it is no better
    than POS. Of 90 it misses one, as POS does; in the seven that depend on the order it needs 3.2 schedules to its
    3.1 (geometric mean of the medians; SURW 2.0, URW 2.5, a random walk 3.7), and in the one that needs two preemptions
    (litmus/aba) 17 to 10. Many equal processes, for which it was made, the catalogue has none of.

    The idea of guidance by reads-from is from Wolff et al., "Greybox fuzzing for concurrency testing", ASPLOS 2024.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(f"rf-pos {seed}")
        self._pos = Pos(seed, "pos of rf-pos")
        self._runs = 0
        self._seen = Seen()
        self._wish: Wish | None = None
        self._looks = 0
        self._has_written = False

    def begin(self) -> bool:
        self._runs += 1
        self._looks = 0
        self._has_written = False
        self._wish = self._seen.draw(self._random) if self._random.random() < _WISHES else None
        return self._pos.begin()

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        wish, pos = self._wish, self._pos
        if wish is None:
            return pos.choose(world, ready)
        free = [strand for strand in ready if not self._is_held(wish, strand, ready)] if self._is_due(wish) else ready
        if not free or (len(free) < len(ready) and patience.is_over(world.trace)):
            self._wish = None
            return pos.choose(world, ready)
        chosen = pos.best(free, world.trace)
        pos.take(chosen, ready)
        if chosen.cell == wish.cell:
            self._follow(wish, chosen)
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        if self._runs & (self._runs - 1) == 0:
            self._seen.learn(world.trace)

    def _is_due(self, wish: Wish) -> bool:
        return self._looks == wish.nth

    def _is_held(self, wish: Wish, strand: Strand, ready: list[Strand]) -> bool:
        if strand.cell != wish.cell:
            return False
        waits_for_source = wish.source is not None and not self._has_written
        if strand.number == wish.reader:
            return waits_for_source and tells(strand.step)
        if waits_for_source or not conflict(strand.step.touches, wish.touches):  # type: ignore[union-attr]
            return False
        # Who has taken a lock must be able to release it for the reader.
        return strand.number != wish.source or any(one.number == wish.reader for one in ready)

    def _follow(self, wish: Wish, chosen: Strand) -> None:
        if chosen.number == wish.reader:
            self._looks += tells(chosen.step)
        elif chosen.number == wish.source and self._is_due(wish):
            self._has_written |= conflict(chosen.step.touches, wish.touches)  # type: ignore[union-attr]


class Seen:
    """What earlier runs have shown: by cell and strand, with what touches it has looked each time, and who has changed
    something there."""

    def __init__(self) -> None:
        self._looks: dict[int, dict[int, list[Touches]]] = {}
        self._writers: defaultdict[int, set[int]] = defaultdict(set)
        self._profiles: dict[int, Profile] = {}
        self._cells: list[int] = []

    def learn(self, trace: list[Taken]) -> None:
        looks: defaultdict[int, defaultdict[int, list[Touches]]] = defaultdict(lambda: defaultdict(list))
        users: defaultdict[int, set[int]] = defaultdict(set)
        profiles: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
        for taken in trace:
            number, touches = taken.strand.number, taken.step.touches
            users[taken.cell].add(number)
            profiles[number].add((taken.cell, taken.operation.name))
            if tells(taken.step):
                looks[taken.cell][number].append(touches)
            if not is_quiet(touches):
                self._writers[taken.cell].add(number)
        for cell, by_strand in looks.items():
            if len(users[cell]) > 1:
                self._looks.setdefault(cell, {}).update(by_strand)
        for number, profile in profiles.items():
            self._profiles[number] = frozenset(one for one in profile if len(users[one[0]]) > 1)
        self._cells = sorted(cell for cell, by_strand in self._looks.items() if self._writers[cell])

    def draw(self, random: Random) -> Wish | None:
        if not self._cells:
            return None
        cell = random.choice(self._cells)
        looks = self._looks[cell]
        reader = self._one_of(looks, random)
        nth = int(random.random() * len(looks[reader]))
        others = [number for number in sorted(self._writers[cell]) if number != reader]
        kinds = len({self._profiles[number] for number in others})
        source = self._one_of(others, random) if random.random() * (kinds + 1) >= 1 else None
        return Wish(cell, reader, nth, looks[reader][nth], source)

    def _one_of(self, numbers: Iterable[int], random: Random) -> int:
        """One of them: first a profile, then one that has it."""
        kinds: defaultdict[Profile, list[int]] = defaultdict(list)
        for number in sorted(numbers):
            kinds[self._profiles[number]].append(number)
        return random.choice(random.choice(list(kinds.values())))


def tells(step: object) -> bool:
    """Whether a step tells its process something of the state."""
    return not (type(step) is Done and step.result is None)
