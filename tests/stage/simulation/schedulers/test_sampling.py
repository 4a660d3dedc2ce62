"""What all sampling schedulers have in common, and what each of them finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.stage.simulation.schedulers.pct import Pct
from engine.stage.simulation.schedulers.portfolio import portfolio
from engine.stage.simulation.schedulers.pos import Pos
from engine.stage.simulation.schedulers.random_walk import RandomWalk
from engine.stage.simulation.schedulers.rf_pos import RfPos
from engine.stage.simulation.schedulers.surw import Surw
from engine.stage.simulation.schedulers.urw import Urw
from engine.stage.simulation.system import Names
from engine.stage.simulation.world import Scheduler
from tests.simulation_programs import PROGRAMS, first_failure, run

Make = Callable[[int], Scheduler]

SAMPLERS: dict[str, Make] = {
    "random": RandomWalk,
    "pct": Pct,
    "pos": Pos,
    "rf-pos": RfPos,
    "urw": Urw,
    "surw": Surw,
    "portfolio": portfolio,
}
BY_NAME = {program.name: program for program in PROGRAMS}
samplers = pytest.mark.parametrize("make", SAMPLERS.values(), ids=SAMPLERS)


def choices(make: Make, seed: int, program: str, runs: int) -> list[tuple[int, ...]]:
    scheduler, names = make(seed), Names()
    made = []
    for _ in range(runs):
        assert scheduler.begin()
        made.append(run(BY_NAME[program], scheduler, names).choices)
    return made


@samplers
@pytest.mark.parametrize("program", ["5 philosophers", "flag for a lock, polled", "torn pair among readers"])
def test_equal_seeds_give_equal_runs(make: Make, program: str) -> None:
    assert choices(make, 3, program, 20) == choices(make, 3, program, 20)


@samplers
def test_other_seeds_give_other_runs(make: Make) -> None:
    assert choices(make, 3, "5 philosophers", 5) != choices(make, 4, "5 philosophers", 5)


@samplers
@pytest.mark.parametrize("program", ["lost update", "lock order", "two locks for one", "published too soon"])
def test_the_common_failures_are_found(make: Make, program: str) -> None:
    assert first_failure(BY_NAME[program], make(1), 100) is not None


@samplers
def test_a_loop_that_polls_does_not_keep_the_others_from_going_on(make: Make) -> None:
    for seed in range(4):
        scheduler, names = make(seed), Names()
        for _ in range(30):
            assert scheduler.begin()
            assert run(BY_NAME["flag for a lock, polled"], scheduler, names).is_whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("random", "there and back (depth 3)"),
        ("pct", "there and back (depth 3)"),
        ("pos", "there and back (depth 3)"),
        ("rf-pos", "there and back (depth 3)"),
        ("urw", "there and back (depth 3)"),
        ("surw", "there and back (depth 3)"),
        ("portfolio", "there and back (depth 3)"),
        ("random", "flag for a lock, polled"),
        ("pos", "flag for a lock, polled"),
        ("surw", "flag for a lock, polled"),
        ("pct", "one slow of 9"),
        ("rf-pos", "one slow of 9"),
        ("pos", "30 on one variable"),
        ("rf-pos", "30 on one variable"),
        ("portfolio", "30 on one variable"),
        ("urw", "long and short ways"),
        ("rf-pos", "two stages, 20 processes"),
        ("surw", "12 philosophers"),
    ],
)
def test_each_finds_what_it_is_good_at(name: str, program: str) -> None:
    assert first_failure(BY_NAME[program], SAMPLERS[name](1), 1000) is not None
