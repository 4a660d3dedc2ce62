"""At each step, who has the more left to do is the more likely."""

from __future__ import annotations

from collections import Counter
from random import Random

from ..strand import Strand
from ..world import World
from .census import Census, learns


class Urw:
    """A random walk that is uniform over interleavings, and not over choices: each strand is as likely as it has steps
    left, which is counted in earlier runs.

    Exactly uniform where every run has the same number of steps for each strand and nobody ever waits. The first run
    knows nothing, and is a plain random walk.

    Source: Zhao, Wolff, Mathur, Roychoudhury, "Selectively uniform concurrency testing", ASPLOS 2025.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(f"urw {seed}")
        self._census = Census(unknown=1.0)
        self._runs = 0

    def begin(self) -> bool:
        self._runs += 1
        self._census.begin()
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        census = self._census
        census.meet(world)
        chosen = ready[0] if len(ready) == 1 else census.draw(ready, self._random.random())
        census.left[chosen.number] -= 1
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        if is_whole and learns(self._runs):
            self._census.learn(Counter(taken.strand.number for taken in world.trace))
