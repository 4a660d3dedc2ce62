"""Random priorities, and a few random moments at which the best loses its own."""

from __future__ import annotations

from random import Random

from ..strand import Strand
from ..world import World
from .polling import is_polling
from .priorities import best

DEPTHS = (2, 3, 4, 5, 6)


class Pct:
    """Runs the strand of highest priority; at ``depth - 1`` of the moments at which somebody else could go on as well,
    it is put below all others. Depths come in turn, one per run.

    A failure that needs d things to happen in a certain order is found in a run of depth d with a probability of at
    least 1 / (n * k ** (d - 1)), with n strands and k such moments; k is taken from the longest run so far, and the
    first run has no such moment at all.

    Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010. Theirs counts all steps; those at which nobody
    else can go on need no change of priority. Who polls is put below all others too, as who yields is in theirs.
    """

    def __init__(self, seed: int, depths: tuple[int, ...] = DEPTHS) -> None:
        self._random = Random(f"pct {seed}")
        self._depths = depths
        self._runs = 0
        self._longest = 0
        self._moments = 0
        self._polled = 0
        self._priorities: dict[int, float] = {}
        self._changes: dict[int, float] = {}

    def begin(self) -> bool:
        count = min(self._depths[self._runs % len(self._depths)] - 1, self._longest)
        moments = self._random.sample(range(1, self._longest + 1), count)
        # What is changed later is not for that reason the lower of two: all orders must be possible.
        self._changes = {moment: -1.0 - rank for rank, moment in enumerate(moments)}
        self._runs += 1
        self._moments = 0
        self._polled = 0
        self._priorities.clear()
        return True

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        if len(ready) == 1:
            return ready[0]
        if world.trace and is_polling(world.trace):
            self._polled += 1
            self._priorities[world.trace[-1].strand.number] = -1000.0 - self._polled
        self._moments += 1
        first = best(ready, self._priorities, self._random)
        if self._moments in self._changes:
            self._priorities[first.number] = self._changes[self._moments]
            first = best(ready, self._priorities, self._random)
        return first

    def end(self, world: World, is_whole: bool) -> None:
        self._longest = max(self._longest, self._moments)
