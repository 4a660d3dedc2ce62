"""A search says which budget ended it before it had run every schedule."""

from __future__ import annotations

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Exploration, Settings
from tests.processes_support import a_plan, ref

pytestmark = pytest.mark.slow

COUNTING = a_plan(
    """
    def left(x):
        for _ in range(9): x.value += 1
    def right(x):
        for _ in range(9): x.value += 1
    """,
    {"left": [ref("x")], "right": [ref("x")]},
    shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}},
)


def explored(simulation: Simulation, is_failure: bool = False, **settings: object) -> Exploration:
    given = Settings(**{"keep_going": True, "jobs": 2, **settings})  # type: ignore[arg-type]
    return simulation.explore(COUNTING, given, lambda run: is_failure)


@pytest.mark.parametrize("strategy", ["auto", "bounded", "dpor", "dfs", "random"])
def test_when_the_schedules_are_used_up_there_were_just_so_many(simulation: Simulation, strategy: str) -> None:
    exploration = explored(simulation, strategy=strategy, schedules=21)

    assert exploration.reasons == ("the budget of 21 schedules is used up (--schedules)",)
    assert (exploration.schedules, exploration.exhausted) == (21, False)


@pytest.mark.parametrize("strategy", ["auto", "dpor", "random"])
def test_when_the_time_is_over_that_is_the_reason(simulation: Simulation, strategy: str) -> None:
    assert explored(simulation, strategy=strategy, for_s=0.0).reasons == ("0 s are over (--for)",)


def test_when_the_steps_are_used_up_it_is_said_where_their_number_comes_from(simulation: Simulation) -> None:
    long = a_plan(
        """
        def left(x):
            for _ in range(150): x.value += 1
        def right(x):
            for _ in range(150): x.value += 1
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}},
    )

    exploration = simulation.explore(long, Settings(strategy="random", schedules=30), lambda run: False)

    assert exploration.reasons == ("the budget of 3,000 steps is used up, 100 for each schedule (--schedules)",)


def test_who_stops_at_the_first_failure_has_used_up_nothing(simulation: Simulation) -> None:
    exploration = explored(simulation, is_failure=True, keep_going=False, schedules=1)

    assert exploration.reasons == ("it stopped at the first failure",)


def test_who_has_run_every_schedule_has_no_reason_to_give(simulation: Simulation) -> None:
    alone = a_plan("def one(): ...", ["one"])

    assert simulation.explore(alone, Settings(strategy="dfs", schedules=1), lambda run: False).reasons == ()
