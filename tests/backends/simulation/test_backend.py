"""An exploration that is stopped ends with what it has found."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.backends.simulation.backend import Simulation
from engine.backends.simulation.stage import SimulationStage
from engine.errors import InternalError
from engine.exploration import Exploration, Settings
from engine.trace import Run
from tests.processes_support import a_plan, ref

pytestmark = pytest.mark.slow

MANY = a_plan(
    """
    def one(x):
        for _ in range(50): x.value += 1
    def two(x):
        for _ in range(50): x.value += 1
    """,
    {"one": [ref("x")], "two": [ref("x")]},
    shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}},
)
FEW = a_plan("def one(): ...", ["one"])


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    made = Simulation()
    yield made
    made.close()


def stopped(simulation: Simulation, settings: Settings, when: int) -> Exploration:
    """An exploration that is stopped when it has met so many outcomes."""
    seen: list[Run] = []

    def is_failure(run: Run) -> bool:
        seen.append(run)
        if len(seen) == when:
            simulation.stop()
        return False

    return simulation.explore(MANY, settings, is_failure)


@pytest.mark.parametrize("strategy", ["dfs", "dpor", "random", "auto"])
def test_it_tells_what_it_has_found_and_that_it_was_interrupted(simulation: Simulation, strategy: str) -> None:
    found = stopped(simulation, Settings(strategy=strategy, schedules=10**7, keep_going=True, jobs=2), 2)

    assert (found.interrupted, found.exhausted, found.refusal) == (True, False, None)
    assert found.reasons == ("it was interrupted",)
    assert sum(one.count for one in found.found) == found.schedules
    assert len(found.found) >= 2


def test_samples_on_several_cores_are_stopped_too(simulation: Simulation) -> None:
    def is_failure(run: Run) -> bool:
        if threading.current_thread() is not threading.main_thread():
            simulation.stop()
        return False

    found = simulation.explore(MANY, Settings(schedules=10**6, keep_going=True, jobs=2, for_s=4.0), is_failure)

    assert (found.interrupted, found.exhausted) == (True, False)
    assert "it was interrupted" in found.reasons


def test_what_is_stopped_when_all_is_known_is_not_interrupted(simulation: Simulation) -> None:
    simulation.stop()

    found = simulation.explore(FEW, Settings(strategy="dpor"), lambda run: False)

    assert (found.interrupted, found.exhausted, found.reasons) == (False, True, ())


def test_who_waits_for_a_stage_that_is_hung_up_hears_so() -> None:
    stage = SimulationStage()
    stage.send({})
    stage.hang_up()

    with pytest.raises(InternalError, match="the simulation is gone"):
        stage.receive()
    stage.close()

    assert not stage.is_useful
