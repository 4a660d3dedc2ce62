"""What the catalogue says holds under every schedule, as far as the simulation can go through all of them; and what is
broken in it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import (
    Exploration,
    ExplorationVerdict,
    Settings,
    is_timed,
    judge_exploration,
    judge_simulated,
    orders_output,
    settings_of,
    undecidable,
)
from engine.exploring import here
from engine.preparation import Prepared, prepare
from engine.requirements import unmet
from engine.scenario.files import Settings as Files
from engine.scenario.files import find_files
from engine.trace import Run

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FORKED = Files(forced={"start_method": "fork"})
SMALL = {"schedules": 60, "for_s": 2.0}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    made = Simulation(None)
    yield made
    made.close()


def variants(path: Path) -> list[Prepared]:
    """Those that the simulation can explore at all."""
    return [
        one
        for one in prepare(find_files([str(path)]), FORKED)
        if one.plan.run_as == "process"
        and unmet(one, here(), lambda names, path: []) is None
        and undecidable(one.expectation, settings(one).timing) is None
    ]


def settings(one: Prepared, **given: object) -> Settings:
    return replace(
        settings_of(one.explore, given),
        orders_output=orders_output(one.expectation),
        is_timed=is_timed(one.expectation),
    )


def explored(simulation: Simulation, one: Prepared, its_settings: Settings) -> Exploration:
    def is_failure(run: Run) -> bool:
        return judge_simulated(one.expectation, run, its_settings.timing).verdict == "failed"

    return simulation.explore(one.plan, its_settings, is_failure)


def judged(simulation: Simulation, one: Prepared, **given: object) -> tuple[Exploration, ExplorationVerdict]:
    found = explored(simulation, one, settings(one, **given))
    return found, judge_exploration(one.expectation, found)


FOLDERS = {
    "seeds": 8,
    "primitives": 60,
    "patterns": 8,
    "pitfalls": 80,
    "puzzles": 1,
    "litmus": 20,
}
"""How many variants of each, at least, have so few schedules that all of them are run here."""


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_has_few_schedules_passes_in_all_of_them_and_nothing_is_said_to_fail(
    simulation: Simulation, folder: str
) -> None:
    exhausted, failed = 0, []
    for one in variants(SCENARIOS / folder):
        found, verdict = judged(simulation, one, **SMALL)
        # One that was run to the end may still have read the clock, which is then said to be why it is unknown.
        is_all = found.exhausted and not found.reasons
        exhausted += is_all
        if verdict.verdict == "failed" or (is_all and verdict.verdict != "passed"):
            failed.append((one.file, one.assignments, [check for check in verdict.checks if check.verdict == "failed"]))

    assert failed == []
    assert exhausted >= FOLDERS[folder]


def test_the_pool_with_a_successor_loses_no_job_wherever_its_workers_are_killed(simulation: Simulation) -> None:
    (one,) = variants(SCENARIOS / "patterns" / "pool_with_a_successor.yaml")

    found, verdict = judged(simulation, one)

    assert (verdict.verdict, found.exhausted) == ("passed", True)
    codes = {(each.run.processes["even"].exitcode, each.run.processes["odd"].exitcode) for each in found.found}
    assert codes == set(product((0, -9), repeat=2))


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_the_pool_whose_boss_knows_who_has_what_loses_no_job_wherever_a_worker_is_killed(
    simulation: Simulation, start_method: str
) -> None:
    found, verdict = judged(simulation, killed_anywhere("fixed.yaml", start_method))

    assert (verdict.verdict, found.exhausted, found.reasons) == ("passed", True, ())
    ends = {(each.run.processes["worker"].exitcode, str(each.run.shared["line"])) for each in found.found}
    # It is killed with a job before it, with one at work, and with an answer given; or when it is through.
    assert ends >= {(-9, "[[], [None]]"), (-9, "[[], []]"), (0, "[[], []]")}


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_the_pool_with_one_queue_loses_jobs_by_where_a_worker_is_killed(
    simulation: Simulation, start_method: str
) -> None:
    found, verdict = judged(simulation, killed_anywhere("broken.yaml", start_method))

    # That they are lost, and with the lock all jobs are, must occur.
    assert (verdict.verdict, found.exhausted, found.reasons) == ("passed", True, ())


def killed_anywhere(file: str, start_method: str) -> Prepared:
    path = SCENARIOS / "pitfalls" / "worker_killed_anywhere" / file
    (one,) = prepare(find_files([str(path)]), Files(forced={"start_method": start_method}))
    return one


def test_the_pool_without_one_loses_the_job_of_a_worker_that_is_killed(simulation: Simulation) -> None:
    (one,) = variants(SCENARIOS / "pitfalls" / "job_lost_with_its_worker" / "broken.yaml")

    found, verdict = judged(simulation, one)

    assert (verdict.verdict, found.exhausted) == ("passed", True)
    assert {each.run.ending for each in found.found} == {"deadlock"}
    assert all("done: 1" not in each.run.stdout for each in found.found)


BROKEN = {
    "litmus/aba.yaml": 10,
    "litmus/answer_before_question.yaml": 10,
    "litmus/dekker.yaml": 5,
    "litmus/lock_order.yaml": 5,
    "litmus/lost_update.yaml": 5,
    "litmus/torn_pair.yaml": 5,
    "pitfalls/exit_loses_items/broken.yaml": 5,
}
"""In how many schedules, at most, `auto` comes to an outcome that is not acceptable."""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", BROKEN)
def test_auto_finds_what_is_broken_with_every_seed(simulation: Simulation, path: str, seed: int) -> None:
    one = variants(SCENARIOS / path)[0]

    def is_bad(run: Run) -> bool:
        outcome = judge_simulated(one.expectation, run, "any").outcome
        return outcome is None or outcome.grade != "acceptable"

    found = simulation.explore(one.plan, settings(one, seed=seed), is_bad)

    assert found.first_failure is not None
    assert found.first_failure <= BROKEN[path]


def test_what_is_right_has_no_outcome_that_is_found_to_be_bad(simulation: Simulation) -> None:
    (one,) = variants(SCENARIOS / "litmus" / "peterson.yaml")[:1]

    found, verdict = judged(simulation, one)

    assert (found.first_failure, found.exhausted, verdict.verdict) == (None, True, "passed")
