"""Real processes as a backend: every run of a plan is a new set of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from ...plan import Plan
from ...trace import Run
from .stage import Stage
from .supervisor import supervise


class Processes:
    """Carries out plans with ``stage``. ``seed`` is what points for faults are drawn from."""

    def __init__(self, stage: Stage, seed: int = 0) -> None:
        self._stage = stage
        self._seed = seed

    def runs(self, plan: Plan) -> Iterator[Run]:
        """Run ``plan`` again and again, for ever.

        Equal seeds give equal points at which faults strike anywhere, as far as runs have equally many: how many there
        are is learnt from a run in which nothing goes wrong.
        Raises InternalError or Interrupted as :func:`supervise` does.
        """
        if any(fault.is_anywhere for fault in plan.faults):
            points = self._points(plan)
            draw = random.Random(self._seed)
            while True:
                yield supervise(self._stage, _drawn(plan, points, draw))
        while True:
            yield supervise(self._stage, plan)

    def _points(self, plan: Plan) -> Counter[str]:
        """How many points each process passes: one before and one after each operation."""
        run = supervise(self._stage, plan._replace(faults=(), is_traced=True))
        return Counter({name: 2 * count for name, count in Counter(event.process for event in run.trace).items()})


def _drawn(plan: Plan, points: Counter[str], draw: random.Random) -> Plan:
    return plan._replace(
        faults=tuple(
            fault._replace(nth=1 + int(draw.random() * points[fault.process])) if fault.is_anywhere else fault
            for fault in plan.faults
        )
    )
