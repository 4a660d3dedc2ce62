"""Several schedulers in turn: none of them is the best everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..strand import Strand
from ..world import Scheduler, World
from .pct import Pct
from .pos import Pos
from .random_walk import RandomWalk
from .rf_pos import RfPos
from .surw import Surw
from .urw import Urw

MIX = ("rf-pos", "urw", "rf-pos", "surw", "pos", "rf-pos", "urw", "pct", "rf-pos", "random")
"""Which has its turn when, over and over: most often those that have measured best (benchmarks/schedulers.py), and now
and then each of the others, for what has not been measured."""


class Portfolio:
    """Has one of its ``members`` make each run, in the order of ``mix``; a member that has no schedule left is passed
    over. ``current`` is the name of who makes the present run."""

    def __init__(self, members: dict[str, Scheduler], mix: Sequence[str] = MIX) -> None:
        self._members = members
        self._mix = mix
        self._turn = -1
        self.current = ""

    def begin(self) -> bool:
        for _ in self._mix:
            self._turn = (self._turn + 1) % len(self._mix)
            self.current = self._mix[self._turn]
            if self._members[self.current].begin():
                return True
        return False

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        return self._members[self.current].choose(world, ready)

    def end(self, world: World, is_whole: bool) -> None:
        self._members[self.current].end(world, is_whole)


def portfolio(seed: int, mix: Sequence[str] = MIX) -> Portfolio:
    """The mix that has measured best."""
    makers: dict[str, Callable[[int], Scheduler]] = {
        "rf-pos": RfPos,
        "surw": Surw,
        "urw": Urw,
        "pos": Pos,
        "pct": Pct,
        "random": RandomWalk,
    }
    return Portfolio({name: makers[name](seed) for name in dict.fromkeys(mix)}, mix)
