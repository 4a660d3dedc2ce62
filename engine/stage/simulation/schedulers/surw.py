"""Uniform over the interleavings of what is done to one primitive; the rest as it comes."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

from ....models.model import is_quiet
from ..strand import Strand
from ..world import World
from . import patience
from .census import Census, learns


class Surw:
    """Draws for each run one cell that several strands use and somebody changes. Who is next on it is drawn in advance,
    each strand being as likely as it has steps on it left, and the others stop before theirs.

    Steps elsewhere are taken at random. Most failures need a certain order on one primitive, and how long the ways to
    it are does not change the odds. The first run knows nothing, and is a plain random walk.

    Source: as of ``urw``.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(f"surw {seed}")
        self._censuses: defaultdict[int, Census] = defaultdict(lambda: Census(unknown=0.0))
        self._cells: list[int] = []
        self._census: Census | None = None
        self._cell = -1
        self._next: int | None = None
        self._runs = 0

    def begin(self) -> bool:
        self._runs += 1
        self._census = None
        if self._cells:
            self._cell = self._random.choice(self._cells)
            self._census = self._censuses[self._cell]
            self._census.begin()
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        census = self._census
        if census is None:
            return ready[int(self._random.random() * len(ready))]
        self._meet(census, world)
        free = self._free(ready)
        if not free or (len(free) < len(ready) and patience.is_over(world.trace)):
            # Who should be next cannot, or waits for one of these.
            self._next = census.draw([one for one in ready if one not in free], self._random.random()).number
            free = self._free(ready)
        chosen = free[int(self._random.random() * len(free))]
        if chosen.cell == self._cell:
            census.left[chosen.number] -= 1
            self._next = self._draw(census, list(census.left))
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        if not (is_whole and learns(self._runs)):
            return
        counts: defaultdict[int, Counter[int]] = defaultdict(Counter)
        changed = set()
        for taken in world.trace:
            counts[taken.cell][taken.strand.number] += 1
            if not is_quiet(taken.step.touches):
                changed.add(taken.cell)
        for cell in {*self._censuses, *counts}:
            self._censuses[cell].learn(counts[cell])
        fresh = {cell for cell in changed if len(counts[cell]) > 1}
        if not fresh.issubset(self._cells):
            self._cells = sorted(fresh.union(self._cells))

    def _meet(self, census: Census, world: World) -> None:
        """Have strands that are new take part: at first all, later with a share of what was their starter's."""
        met = census.meet(world)
        if met and not world.trace:
            self._next = self._draw(census, [number for number, _ in met])
        elif met and self._next is not None and met[0][1] == self._next:
            self._next = self._draw(census, [self._next, *(number for number, _ in met)])

    def _free(self, ready: list[Strand]) -> list[Strand]:
        cell, expected = self._cell, self._next
        if expected is None:
            return ready
        return [strand for strand in ready if strand.cell != cell or strand.number == expected]

    def _draw(self, census: Census, numbers: list[int]) -> int | None:
        """One of ``numbers``, each as likely as it has steps left; None if nobody has."""
        left = census.left
        weights = [max(left[number], 0.0) for number in numbers]
        rest = self._random.random() * sum(weights)
        for number, weight in zip(numbers, weights, strict=True):
            rest -= weight
            if rest < 0:
                return number
        return None
