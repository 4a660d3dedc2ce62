"""How many steps each strand still has to take, as earlier runs tell."""

from __future__ import annotations

from collections import Counter

from ..strand import Strand
from ..world import World

Counts = Counter[int]
"""Steps by the number of a strand."""


def learns(run: int) -> bool:
    """Whether it pays to learn from a run, counted from 1: from all of the first, and then ever more rarely."""
    return run <= 16 or run & (run - 1) == 0


class Census:
    """Counts steps over runs, and within one run what is left of them.

    What a strand has to do includes what those will do that it has yet to start: until then, their steps are its own.
    ``left`` is by number; a strand that is about to take a step has at least this one left. ``unknown`` is what a
    strand has that no earlier run has seen.
    """

    def __init__(self, unknown: float) -> None:
        self._unknown = unknown
        self._runs = 0
        self._counts: Counts = Counter()
        self._starters: dict[int, int] = {}
        self._totals: dict[int, float] = {}
        self.left: dict[int, float] = {}

    def begin(self) -> None:
        self.left = {}

    def meet(self, world: World) -> list[tuple[int, int | None]]:
        """Take in the strands that have come up since the last step; these, each with who has started it."""
        left, met = self.left, []
        for strand in world.waiting:
            number = strand.number
            if number not in left:
                left[number] = total = self._totals.get(number, self._unknown)
                starter = world.trace[-1].strand.number if world.trace else None
                if starter is not None:
                    self._starters[number] = starter
                    if number in self._totals:
                        left[starter] -= total
                met.append((number, starter))
        return met

    def draw(self, among: list[Strand], share: float) -> Strand:
        """One of ``among``, each as likely as it has steps left; ``share`` is a random number below 1."""
        left = self.left
        weights = [max(left[strand.number], 1.0) for strand in among]
        rest = share * sum(weights)
        for strand, weight in zip(among, weights, strict=True):
            rest -= weight
            if rest < 0:
                return strand
        return among[-1]

    def learn(self, counts: Counts) -> None:
        """A run is over in which each strand has taken so many steps."""
        self._runs += 1
        self._counts.update(counts)
        self._totals = {number: count / self._runs for number, count in self._counts.items()}
        # Numbers are given as strands come up, so who is started has, nearly always, the higher one.
        for number in sorted(self._starters, reverse=True):
            starter = self._starters[number]
            if number in self._totals and starter < number:
                self._totals[starter] = self._totals.get(starter, 0.0) + self._totals[number]
