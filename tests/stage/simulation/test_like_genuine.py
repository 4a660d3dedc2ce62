"""What synchronises is as CPython's own code on simulated semaphores: the same outcomes, also if somebody is killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.stage.simulation.objects.barrier import Barrier
from engine.stage.simulation.objects.condition import Condition
from engine.stage.simulation.objects.event import Event
from engine.stage.simulation.world import World
from tests.simulation_support import Sample, Target, killer, outcomes, results
from tests.stage.simulation import genuine

pytestmark = pytest.mark.slow

RUNS = 2500


def wait(shared: Any) -> object:
    return shared.wait()


def wait_for_a_second(shared: Any) -> object:
    return shared.wait(1)


def enter_and_wait(condition: Any) -> object:
    with condition:
        return condition.wait()


def enter_and_wait_for_a_second(condition: Any) -> object:
    with condition:
        return condition.wait(1)


def notify(condition: Any) -> None:
    with condition:
        condition.notify()


def notify_all(condition: Any) -> None:
    with condition:
        condition.notify_all()


def set_(event: Any) -> None:
    event.set()


def pulse(event: Any) -> None:
    event.set()
    event.clear()


def clear_and_look(event: Any) -> object:
    event.clear()
    return event.is_set()


def look(event: Any) -> object:
    return event.is_set()


def reset(barrier: Any) -> None:
    barrier.reset()


def abort(barrier: Any) -> None:
    barrier.abort()


CONDITIONS: list[tuple[Target, ...]] = [
    (enter_and_wait, notify),
    (enter_and_wait, enter_and_wait, notify),
    (enter_and_wait_for_a_second, enter_and_wait, notify),
    (enter_and_wait_for_a_second, notify, notify),
    (enter_and_wait, enter_and_wait, notify_all),
    (enter_and_wait, notify, killer(1)),
    (enter_and_wait, notify, killer(2)),
    (enter_and_wait, enter_and_wait, notify, killer(1)),
    (enter_and_wait, enter_and_wait_for_a_second, notify_all, killer(1)),
]
EVENTS: list[tuple[Target, ...]] = [
    (wait, set_),
    (wait, pulse),
    (wait_for_a_second, wait, pulse),
    (wait_for_a_second, set_, clear_and_look),
    (wait, set_, killer(1)),
    (wait_for_a_second, pulse, killer(1)),
    (wait, set_, look, killer(2)),
    (wait, wait_for_a_second, set_, killer(1)),
]
BARRIERS: list[tuple[int, tuple[Target, ...]]] = [
    (2, (wait, wait)),
    (2, (wait, wait_for_a_second)),
    (2, (wait, wait_for_a_second, reset)),
    (2, (wait, wait, abort)),
    (2, (wait, wait_for_a_second, wait)),
    (3, (wait, wait, wait)),
    (2, (wait, wait, killer(1))),
    (2, (wait_for_a_second, wait, killer(2))),
    (3, (wait_for_a_second, wait, wait, killer(1))),
    (2, (wait, wait, reset, killer(1))),
]


def is_deadly(targets: tuple[Target, ...]) -> bool:
    return targets[-1].__qualname__.startswith("killer")


def compare(simulated: Callable[[World], Any], truth: Callable[[World], Any], targets: tuple[Target, ...]) -> None:
    """Four processes are too many to enumerate."""
    expected = results(outcomes(truth, *targets, scheduler=Sample(RUNS)))
    scheduler = Sample(RUNS) if len(targets) > 3 else None

    assert results(outcomes(simulated, *targets, scheduler=scheduler, is_fine=is_deadly(targets))) == expected
    # What shows every point that a process may be killed at shows nothing else where nobody is.
    assert results(outcomes(simulated, *targets, scheduler=Sample(RUNS // 10), is_fine=True)) <= expected


@pytest.mark.parametrize("targets", CONDITIONS)
def test_a_condition_does_what_that_of_multiprocessing_does(targets: tuple[Target, ...]) -> None:
    compare(lambda world: Condition(world, "c", "c"), genuine.condition, targets)


@pytest.mark.parametrize("targets", EVENTS)
def test_an_event_does_what_that_of_multiprocessing_does(targets: tuple[Target, ...]) -> None:
    compare(lambda world: Event(world, "e", "e"), genuine.event, targets)


@pytest.mark.parametrize(("parties", "targets"), BARRIERS)
def test_a_barrier_does_what_that_of_multiprocessing_does(parties: int, targets: tuple[Target, ...]) -> None:
    compare(lambda world: Barrier(world, "b", "b", parties), lambda world: genuine.barrier(world, parties), targets)
