"""What is for threads only: processes share nothing of it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from engine.models.model import Operation
from engine.stage.simulation.here import here
from engine.stage.simulation.objects import copies
from engine.stage.simulation.process import Process
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes, results


def take(lock: Any) -> object:
    return lock.acquire(False), lock.acquire(False)


def test_each_process_takes_a_lock_of_its_own() -> None:
    assert results(outcomes(lambda world: copies.Lock(world, "l", "l"), take, take)) == {((True, False), (True, False))}


def test_a_copy_is_as_it_was_when_the_process_was_forked() -> None:
    def build(world: World) -> Any:
        lock = copies.RLock(world, "l", "l")
        cell = lock.cell
        world.states[cell] = world.models[cell].step(world.states[cell], 0, Operation("acquire")).state  # type: ignore[union-attr]
        lock.fork(0, Process(1, 1, "p1"))
        world.states[cell] = world.models[cell].initial()
        return lock

    def release(lock: Any) -> object:
        return lock.release()

    found = outcomes(build, release, release)

    # The second one was forked after its parent had released it.
    assert results(found) == {(None, "RuntimeError: cannot release un-acquired lock")}


def test_nobody_hears_a_notification_of_another_process() -> None:
    def build(world: World) -> Any:
        lock = copies.Lock(world, "l", "l")
        return copies.Condition(world, "c", "c", lock)

    def wait(condition: Any) -> object:
        with condition:
            return condition.wait()

    def notify(condition: Any) -> None:
        with condition:
            condition.notify_all()

    assert results(outcomes(build, wait, notify)) == {(..., None)}


def test_an_event_that_another_process_sets_stays_clear_here() -> None:
    found = outcomes(
        lambda world: copies.Event(world, "e", "e"), lambda event: event.set(), lambda event: event.is_set()
    )

    assert results(found) == {(None, False)}


def test_a_semaphore_gives_back_several_permits_at_once() -> None:
    def give_back(semaphore: Any) -> object:
        semaphore.release(2)
        with pytest.raises(ValueError, match="n must be one or more"):
            semaphore.release(0)
        return [semaphore.acquire(False) for _ in range(4)]

    assert results(outcomes(lambda world: copies.Semaphore(world, "s", "s", 1), give_back)) == {
        ((True, True, True, False),)
    }


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda world: copies.Lock(world, "x", "x"), "_thread.lock"),
        (lambda world: copies.RLock(world, "x", "x"), "_thread.RLock"),
        (lambda world: copies.Semaphore(world, "x", "x"), "_thread.lock"),
        (lambda world: copies.Event(world, "x", "x"), "_thread.lock"),
        (lambda world: copies.Condition(world, "x", "x"), "_thread.RLock"),
        (lambda world: copies.Barrier(world, "x", "x", 2), "_thread.lock"),
    ],
)
def test_no_other_process_than_a_forked_one_can_be_given_it(build: Any, what: str) -> None:
    def send(thing: Any) -> object:
        here.world.is_starting_a_process = True
        return thing.copies and pickle.dumps(thing)

    assert results(outcomes(build, send)) == {(f"TypeError: cannot pickle '{what}' object",)}
