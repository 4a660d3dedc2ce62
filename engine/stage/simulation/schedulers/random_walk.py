"""At each step, any of those that can take one."""

from __future__ import annotations

from random import Random

from ..strand import Strand
from ..world import World


class RandomWalk:
    """Every enabled strand is equally likely at each step.

    This is not uniform over interleavings: where one strand has many steps to take, it is most often still at its first
    ones when the others are done.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(f"random {seed}")

    def begin(self) -> bool:
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        count = len(ready)
        return ready[int(self._random.random() * count)] if count > 1 else ready[0]

    def end(self, world: World, is_whole: bool) -> None: ...
