"""The simulation is faithful, both ways, as far as a few programs can tell; and where it is not, that is noticed.

``make faithful`` tries many more, and the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.processes.supervisor import supervise
from engine.backends.simulation.backend import Simulation
from engine.plan import Plan
from engine.primitives import TYPES, primitive
from tests.conformance.faithful import __main__ as long_form
from tests.conformance.faithful.figures import Figures
from tests.conformance.faithful.programs import drawn
from tests.conformance.faithful.trial import Trial, a_simulation, try_out
from tests.conformance.faithful.uses import USES
from tests.processes_support import a_plan, ref

PROGRAMS, RUNS = 24, 3
_GROUPS = 4


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with a_simulation() as simulation:
        yield simulation


@pytest.mark.slow
@pytest.mark.parametrize("group", range(_GROUPS))
def test_what_happens_is_foreseen_and_what_is_foreseen_can_be_had(
    stage: Stage, simulation: Simulation, group: int
) -> None:
    for program in drawn(PROGRAMS)[group::_GROUPS]:
        assert not try_out(program.plan, simulation, partial(supervise, stage), RUNS).disagreements, program


@pytest.mark.slow
def test_what_happens_where_something_goes_wrong_is_foreseen(stage: Stage, simulation: Simulation) -> None:
    programs = drawn(8, has_faults=True)
    trials = [try_out(program.plan, simulation, partial(supervise, stage), runs=1) for program in programs]

    for program, trial in zip(programs, trials, strict=True):
        assert not trial.disagreements, program
    assert sum(trial.runs for trial in trials) > 0


# Where a model is wrong


TRIED = """
def left(lock): return lock.acquire(False)
def right(lock): return lock.acquire(False)
"""

BREAKING = """
import sys
for name, module in list(sys.modules.items()):
    if name.endswith("models.semaphore"):
        right_step = module.Semaphore.step
        def wrong_step(self, state, process, operation):
            return right_step(self, {wrong}, process, operation)
        if right_step.__name__ == "step":
            module.Semaphore.step = wrong_step
"""
"""There is such a module where the simulation is, and none on real processes."""


def a_race_for_a_lock(prelude: str = "") -> Plan:
    arguments = {"left": [ref("lock")], "right": [ref("lock")]}
    return a_plan(prelude + TRIED, arguments, shared={"lock": {"type": "Lock"}})


@pytest.mark.slow
def test_where_a_model_is_right_nothing_is_noticed(stage: Stage, simulation: Simulation) -> None:
    trial = try_out(a_race_for_a_lock(), simulation, partial(supervise, stage), runs=5)

    assert (trial.outcomes, trial.forced, trial.disagreements) == (2, 2, ())


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["1", "0"])
def test_a_model_that_is_wrong_is_noticed_from_both_sides(stage: Stage, wrong: str) -> None:
    plan = a_race_for_a_lock(BREAKING.format(wrong=wrong))
    with a_simulation() as simulation:
        trial = try_out(plan, simulation, partial(supervise, stage), runs=1)

    assert trial.outcomes == 1
    assert [one.kind for one in trial.disagreements] == ["not explored", "not reached"]


# What is tried


def test_every_type_that_can_be_simulated_is_in_programs() -> None:
    simulated = {name for name in TYPES if primitive(name).simulation}

    assert simulated - {"Fifo"} == set(USES)


def test_equal_seeds_draw_equal_programs() -> None:
    assert drawn(20, 1) == drawn(20, 1)
    assert drawn(20, 1) != drawn(20, 2)
    assert len({str(program) for program in drawn(20, 1)}) == 20


@pytest.mark.slow
def test_in_each_program_something_goes_wrong_if_that_is_wanted() -> None:
    found = drawn(100, has_faults=True)

    assert {one.faults[0].action for one in found} == {"kill", "terminate", "interrupt", "stop"}
    for program in found:
        first, *rest = program.faults
        assert [one.action for one in rest] == ["resume"] * (first.action == "stop")
        if first.operation:
            name, operation = first.operation
            assert operation in primitive(program.shared[name.partition("[")[0]]["type"]).operations
    assert not any(program.faults for program in drawn(20))


def test_every_program_can_be_compiled() -> None:
    for program in drawn(200):
        compile(program.source, "", "exec")


def test_figures_add_up() -> None:
    figures = Figures()
    figures.add(Trial(left_out="has too many schedules", schedules=9))
    figures.add(Trial(outcomes=2, schedules=5, runs=3, seen=1, forced=2))

    assert figures.disagreements == 0
    assert str(figures).splitlines() == [
        "1 programs explored to the end in 5 schedules (1 left out: 1 has too many schedules)",
        "3 real runs with delays, which came to 1 of the 2 outcomes explored; 0 came to another",
        "2 outcomes reached by forcing their schedules (0 of them not at once); 0 not reached",
        "0 that cannot be forced",
    ]


@pytest.mark.slow
def test_the_long_form_prints_figures_and_fails_where_there_is_a_disagreement(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert long_form.main("2", "1") == 0
    assert "2 programs explored to the end" in capsys.readouterr().out

    wrong = a_race_for_a_lock(BREAKING.format(wrong="1"))
    candidate = long_form.Candidate("a race", TRIED, wrong, orders_output=True)
    monkeypatch.setattr(long_form, "_generated", lambda *numbers: iter([candidate]))

    assert long_form.main("1", "1") == 1
    assert "a race: not explored: " in capsys.readouterr().out
