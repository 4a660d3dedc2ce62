"""Who computes and comes to no operation is named, with the line, and all that was found before is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.simulation.backend import Simulation
from engine.errors import Diverged
from engine.exploration import Settings
from engine.schedule import Schedule, fingerprint
from tests.processes_support import a_plan, ref
from tests.stage.simulation.stories import explored

pytestmark = pytest.mark.slow

STUCK = """
def one():
    while True:
        pass
"""
NUMBER = {"x": {"type": "RawValue", "typecode": "i", "value": 0}}


@pytest.fixture(scope="module")
def impatient() -> Iterator[Simulation]:
    made = Simulation(silence_s=0.5)
    yield made
    made.close()


def stuck(name: str, line: int, limit: str = "0.5") -> str:
    return f"{name} has run for {limit} s and come to no operation (scenario.yaml:{line})"


def test_who_it_is_and_the_line_are_named(impatient: Simulation) -> None:
    source = """
    def other(): ...
    def one(): compute()
    def compute():
        for _ in iter(int, 1): ...
    """

    found = explored(impatient, source, ["other", "one"])

    assert (found.refusal, found.exhausted, found.found) == (stuck("one", 5), False, ())


@pytest.mark.parametrize(
    ("timeout_s", "for_s", "limit"),
    [(0.3, None, "0.3"), (0.3, 60.0, "0.3"), (60.0, None, "0.5")],
)
def test_the_limits_of_the_scenario_and_of_the_exploration_are_limits_here(
    impatient: Simulation, timeout_s: float, for_s: float | None, limit: str
) -> None:
    settings = Settings(strategy="dpor", for_s=for_s)

    found = explored(impatient, "def one():\n  while True: pass", settings=settings, timeout_s=timeout_s)

    assert found.refusal == stuck("one", 2, limit)


@pytest.mark.parametrize("strategy", ["dfs", "dpor", "random"])
def test_what_was_found_before_is_told(impatient: Simulation, strategy: str) -> None:
    source = """
    def one(x):
        x.value += 1
        if x.value == 2:
            while True: pass
    def two(x): x.value += 1
    """
    settings = Settings(strategy=strategy, keep_going=True, schedules=100)

    found = explored(impatient, source, {"one": [ref("x")], "two": [ref("x")]}, shared=NUMBER, settings=settings)

    assert (found.refusal, found.exhausted) == (stuck("one", 5), False)
    assert 0 < found.schedules == sum(one.count for one in found.found)
    assert {one.run.ending for one in found.found} == {"completed"}


@pytest.mark.parametrize(
    "source",
    [
        """
        def one():
            while True:
                try:
                    while True: pass
                except: pass
        """,
        """
        def one():
            try:
                while True: pass
            finally:
                while True: pass
        """,
    ],
)
def test_who_will_not_be_ended_is_left_where_it_is(impatient: Simulation, source: str) -> None:
    found = explored(impatient, source, ["one"], timeout_s=0.2)

    assert found.refusal == stuck("one", 5 if "except" in source else 4, "0.2")


def test_the_parent_is_named_too(impatient: Simulation) -> None:
    source = """
    def before():
        while True: pass
    def one(): ...
    """

    assert explored(impatient, source, ["one"], before=()).refusal == stuck("parent", 3)


def test_who_comes_to_operations_may_take_long_in_all(impatient: Simulation) -> None:
    source = """
    def one(x):
        for _ in range(20):
            sum(range(1_000_000))
            x.value += 1
    """

    found = explored(impatient, source, {"one": [ref("x")]}, shared=NUMBER, settings=Settings(strategy="dpor"))

    assert (found.refusal, found.exhausted) == (None, True)


def test_who_is_to_stop_does_not_wait_for_who_computes() -> None:
    simulation = Simulation()
    simulation.stop()
    try:
        found = explored(simulation, "def one():\n  while True: pass", timeout_s=60.0)
    finally:
        simulation.close()

    assert (found.refusal, found.interrupted) == (stuck("one", 2), True)


def test_a_schedule_that_is_to_be_had_again_is_refused_with_it(impatient: Simulation) -> None:
    plan = a_plan("def one():\n  while True: pass", ["one"])
    schedule = Schedule(
        fingerprint=fingerprint(plan),
        file="",
        name="",
        variant={},
        timing="any",
        seed=0,
        exact=(),
        steps=("one",),
    )

    with pytest.raises(Diverged) as caught:
        impatient.rehearse(plan, schedule, orders_output=False)

    assert str(caught.value) == f"it cannot be simulated: {stuck('one', 2)}"
