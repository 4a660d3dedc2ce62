"""Random priorities for operations, drawn anew where they lose a race."""

from __future__ import annotations

from random import Random

from ....models.model import conflict
from ..strand import Strand
from ..world import Taken, World
from . import patience
from .priorities import best


class Pos:
    """Every pending operation has a random priority, and the best is taken; then those that conflict with it, and the
    next one of who has taken it, get new ones.

    Operations that commute keep theirs, so that how often they are asked does not matter: what is sampled are partial
    orders rather than interleavings. Needs no estimate of anything.

    Source: Yuan, Yang, Gu, "Partial order aware concurrency sampling", CAV 2018.
    """

    def __init__(self, seed: int, salt: str = "pos") -> None:
        self._random = Random(f"{salt} {seed}")
        self._priorities: dict[int, float] = {}

    def begin(self) -> bool:
        self._priorities.clear()
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        first = self.best(ready, world.trace)
        self.take(first, ready)
        return first

    def end(self, world: World, is_whole: bool) -> None: ...

    def best(self, among: list[Strand], trace: list[Taken]) -> Strand:
        """The strand whose operation has the highest priority.

        All are drawn anew where nothing has changed for long: those that poll would draw so often that whoever they
        wait for, with a low priority and no conflict, would hardly ever have its turn.
        """
        if len(among) == 1:
            return among[0]
        if patience.is_over(trace):
            self._priorities.clear()
        return best(among, self._priorities, self._random)

    def take(self, taken: Strand, ready: list[Strand]) -> None:
        """Forget the priorities that change as ``taken`` takes its step."""
        priorities, cell = self._priorities, taken.cell
        priorities.pop(taken.number, None)
        if len(ready) > 1:
            touches = taken.step.touches  # type: ignore[union-attr]
            for strand in ready:
                if strand.cell == cell and strand is not taken and conflict(touches, strand.step.touches):  # type: ignore[union-attr]
                    priorities.pop(strand.number, None)
