"""How many schedules each scheduler needs to the first that fails, over a table of programs.

The processes are there from the beginning: to start and to join them are no steps. Each cell is the median over the
seeds, and the share of the seeds that found a failure within the budget, where that is not all of them. What is
deterministic is run once. The last lines count, over all programs, what was found and the mean of the logarithm of the
schedules needed, as if what was not found had been at twice the budget.

Usage: python -m benchmarks.schedulers [SEEDS [BUDGET [SCHEDULER ...]]]
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import repeat

from engine.stage.simulation.schedulers.bounded import Bounded, delays, preemptions
from engine.stage.simulation.schedulers.pct import Pct
from engine.stage.simulation.schedulers.portfolio import portfolio
from engine.stage.simulation.schedulers.pos import Pos
from engine.stage.simulation.schedulers.random_walk import RandomWalk
from engine.stage.simulation.schedulers.rf_pos import RfPos
from engine.stage.simulation.schedulers.surw import Surw
from engine.stage.simulation.schedulers.urw import Urw
from engine.stage.simulation.system import Names, new_names
from engine.stage.simulation.world import Scheduler
from tests.simulation_programs import PROGRAMS, Program, first_failure, run

SCHEDULERS: dict[str, Callable[[int], Scheduler]] = {
    "random": RandomWalk,
    "pct": Pct,
    "pos": Pos,
    "rf-pos": RfPos,
    "urw": Urw,
    "surw": Surw,
    "portfolio": portfolio,
    "bounded": lambda seed: Bounded(),
    "preemptions": lambda seed: Bounded(preemptions),
    "delays": lambda seed: Bounded(delays),
}
MOST_PROCESSES = 20_000
"""How many processes may be started in all for one seed: what has many of them gets fewer schedules."""
DETERMINISTIC = {"bounded", "preemptions", "delays"}


def found(program: Program, name: str, seeds: int, budget: int) -> list[int | None]:
    make = SCHEDULERS[name]
    budget = min(budget, MOST_PROCESSES // len(program.targets))
    return [first_failure(program, make(seed), budget) for seed in range(1 if name in DETERMINISTIC else seeds)]


def cell(counts: list[int | None]) -> str:
    hits = sum(count is not None for count in counts)
    median = statistics.median_low([math.inf if count is None else count for count in counts])
    share = "" if hits == len(counts) else f" {hits / len(counts):.0%}"
    return (f"> {share}" if median == math.inf else f"{median:.0f}{share}").replace("  ", " ")


def runs_per_second(program: Program, scheduler: Scheduler, runs: int = 2000) -> float:
    names: Names = new_names()
    began = time.process_time()
    for _ in repeat(None, runs):
        if not scheduler.begin():
            break
        run(program, scheduler, names)
    return runs / (time.process_time() - began)


def main(seeds: int = 20, budget: int = 2000, *, only: Sequence[str] = ()) -> None:
    names = only or tuple(SCHEDULERS)
    print(f"{'':28}" + "".join(f"{name:>12}" for name in names))
    scores: dict[str, list[float]] = {name: [] for name in names}
    all_found = dict.fromkeys(names, 0)
    for program in PROGRAMS:
        row = []
        for name in names:
            counts = found(program, name, seeds, budget)
            row.append(cell(counts))
            scores[name] += [math.log2(count or 2 * budget) for count in counts] * (seeds // len(counts))
            all_found[name] += None not in counts
        print(f"{program.name:28}" + "".join(f"{text:>12}" for text in row), flush=True)
    print(f"{'found with every seed':28}" + "".join(f"{all_found[name]:>9}/{len(PROGRAMS)}" for name in names))
    print(f"{'mean, geometric':28}" + "".join(f"{2 ** statistics.fmean(scores[name]):>12.1f}" for name in names))
    rates = [runs_per_second(PROGRAMS[0], SCHEDULERS[name](0)) for name in names if name not in DETERMINISTIC]
    print(f"{'runs a second (lost update)':28}" + "".join(f"{rate:>12,.0f}" for rate in rates))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), only=sys.argv[3:])
