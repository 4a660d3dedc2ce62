"""What the simulation does not say of an RLock that a manager's server took for somebody who has ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Exploration, Settings
from tests.processes_support import a_plan, ref

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    simulation = Simulation()
    yield simulation
    simulation.close()


def explored(simulation: Simulation, kind: str, left: str, right: str) -> Exploration:
    plan = a_plan(
        f"def left(lock): return {left}\ndef right(lock): return {right}\n",
        {"left": [ref("lock")], "right": [ref("lock")]},
        shared={"lock": {"type": kind}},
    )
    return simulation.explore(plan, Settings(strategy="dpor", keep_going=True), lambda run: False)


@pytest.mark.parametrize("kind", ["Manager.RLock", "Manager.Condition"])
@pytest.mark.parametrize("right", ["lock.acquire(False)", "lock.acquire()", "lock.release()"])
def test_what_was_taken_by_who_has_ended_may_be_anybodys(simulation: Simulation, kind: str, right: str) -> None:
    refusal = explored(simulation, kind, "lock.acquire()", right).refusal

    assert str(refusal).startswith("an RLock of a manager after the end of left, which holds it")


def test_what_has_been_given_back_is_nobodys(simulation: Simulation) -> None:
    both = "lock.acquire(), lock.release()"

    assert explored(simulation, "Manager.RLock", both, both).exhausted


def test_a_lock_that_has_no_holder_stays_taken(simulation: Simulation) -> None:
    outcomes = explored(simulation, "Manager.Lock", "lock.acquire()", "lock.acquire(False)").found

    assert {one.run.processes["right"].returned.value for one in outcomes if one.run.processes["right"].returned} == {
        True,
        False,
    }
