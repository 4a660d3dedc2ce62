"""What synchronises processes, under every schedule."""

from __future__ import annotations

from typing import Any

import pytest

from engine.stage.simulation.objects.barrier import Barrier
from engine.stage.simulation.objects.condition import Condition
from engine.stage.simulation.objects.event import Event
from engine.stage.simulation.objects.lock import BoundedSemaphore, Lock, RLock, Semaphore
from engine.stage.simulation.world import World
from tests.simulation_support import killer, outcomes, results


def test_the_holder_of_a_lock_that_takes_it_again_waits_for_ever() -> None:
    found = outcomes(lambda world: Lock(world, "l", "l"), lambda lock: (lock.acquire(), lock.acquire()))

    assert set(found) == {(..., (("l", (("locked", True),)),))}


def test_a_lock_is_released_by_whoever_does_and_a_re_entrant_one_by_its_holder_only() -> None:
    def take(lock: Any) -> object:
        return lock.acquire()

    def give_back(lock: Any) -> object:
        return lock.release()

    anybodys = results(outcomes(lambda world: Lock(world, "l", "l"), take, give_back))
    its_own = results(outcomes(lambda world: RLock(world, "l", "l"), take, give_back))

    assert anybodys == {(True, None), (True, "ValueError: semaphore or lock released too many times")}
    assert its_own == {(True, "AssertionError: attempt to release recursive lock not owned by thread")}


def test_a_re_entrant_lock_is_free_when_its_holder_has_released_it_as_often_as_taken() -> None:
    def twice(lock: Any) -> None:
        with lock, lock:
            pass

    found = outcomes(lambda world: RLock(world, "l", "l"), twice, lambda lock: lock.acquire(False))

    assert results(found) == {(None, True), (None, False)} | {(..., True)}


def test_a_semaphore_lets_in_as_many_as_it_has_permits_and_a_bounded_one_counts_what_comes_back() -> None:
    def enter(semaphore: Any) -> object:
        return semaphore.acquire(timeout=1)

    found = outcomes(lambda world: Semaphore(world, "s", "s", 2), enter, enter, enter)
    bounded = outcomes(lambda world: BoundedSemaphore(world, "s", "s", 1), lambda one: one.release())
    unbounded = outcomes(lambda world: Semaphore(world, "s", "s", 1), lambda one: (one.release(), one.get_value()))

    assert results(found) == {(True, True, False), (True, False, True), (False, True, True)}
    assert results(bounded) == {("ValueError: semaphore or lock released too many times",)}
    assert results(unbounded) == {((None, 2),)}


def enter_and_wait(condition: Any) -> object:
    with condition:
        return condition.wait()


def enter_and_notify(condition: Any) -> None:
    with condition:
        condition.notify()


def test_a_notification_that_nobody_waits_for_is_lost() -> None:
    found = outcomes(lambda world: Condition(world, "c", "c"), enter_and_wait, enter_and_notify)

    assert results(found) == {(True, None), (..., None)}


def test_which_of_two_waiters_is_woken_is_open() -> None:
    found = outcomes(lambda world: Condition(world, "c", "c"), enter_and_wait, enter_and_wait, enter_and_notify)

    assert results(found) == {(True, ..., None), (..., True, None), (..., ..., None)}


def test_who_does_not_hold_the_lock_may_neither_wait_nor_notify() -> None:
    found = outcomes(
        lambda world: Condition(world, "c", "c"),
        lambda condition: condition.wait(),
        lambda condition: condition.notify(),
    )

    assert results(found) == {
        ("AssertionError: must acquire() condition before using wait()", "AssertionError: lock is not owned")
    }


def test_two_conditions_under_one_lock_wake_their_own() -> None:
    def build(world: World) -> Any:
        lock = Lock(world, "l", "l")
        return lock, Condition(world, "full", "full", lock), Condition(world, "empty", "empty", lock)

    def await_full(shared: Any) -> object:
        with shared[0]:
            return shared[1].wait()

    def await_empty(shared: Any) -> object:
        with shared[0]:
            return shared[2].wait()

    def announce_full(shared: Any) -> None:
        with shared[0]:
            shared[1].notify_all()

    found = outcomes(build, await_full, await_empty, announce_full)

    assert set(found) == {
        (True, ..., None, (("l", (("locked", False),)),)),
        (..., ..., None, (("l", (("locked", False),)),)),
    }


def test_wait_for_goes_on_waiting_until_what_it_waits_for_is_so() -> None:
    def build(world: World) -> Any:
        return Condition(world, "c", "c"), []

    def await_two(shared: Any) -> object:
        with shared[0]:
            return shared[0].wait_for(lambda: len(shared[1]) == 2)

    def add(shared: Any) -> None:
        with shared[0]:
            shared[1].append(1)
            shared[0].notify()

    assert results(outcomes(build, await_two, add, add)) == {(True, None, None)}


def test_who_waits_for_an_event_may_find_it_cleared_again() -> None:
    def pulse(event: Any) -> None:
        event.set()
        event.clear()

    found = outcomes(lambda world: Event(world, "e", "e"), lambda event: event.wait(), pulse)

    assert results(found) == {(True, None), (False, None), (..., None)}


def test_setting_an_event_hangs_after_one_that_waited_was_killed() -> None:
    found = outcomes(
        lambda world: Event(world, "e", "e"),
        lambda event: event.wait(),
        lambda event: event.set(),
        killer(1),
        is_fine=True,
    )

    assert (..., ..., None) in results(found)


def test_notifying_all_hangs_after_one_that_waited_was_killed() -> None:
    def notify_all(condition: Any) -> None:
        with condition:
            condition.notify_all()

    found = outcomes(lambda world: Condition(world, "c", "c"), enter_and_wait, notify_all, killer(1), is_fine=True)

    assert (..., ..., None) in results(found)


def test_waiting_at_a_barrier_hangs_whatever_its_time_out_after_one_that_waited_was_killed() -> None:
    found = outcomes(
        lambda world: Barrier(world, "b", "b", 2),
        lambda barrier: barrier.wait(),
        lambda barrier: barrier.wait(1),
        killer(1),
        is_fine=True,
    )

    assert (..., ..., None) in results(found)


def test_all_who_meet_at_a_barrier_leave_it_and_know_who_came_when() -> None:
    found = outcomes(
        lambda world: Barrier(world, "b", "b", 2), lambda barrier: barrier.wait(), lambda barrier: barrier.wait()
    )

    final = (("b", (("waiting", 0), ("broken", False))),)
    assert set(found) == {(0, 1, final), (1, 0, final)}


def test_one_who_waits_too_long_breaks_the_barrier_for_all() -> None:
    broken = "BrokenBarrierError: "

    found = outcomes(lambda world: Barrier(world, "b", "b", 3, 1.0), lambda one: one.wait(), lambda one: one.wait())

    assert set(found) == {(broken, broken, (("b", (("waiting", 0), ("broken", True))),))}


@pytest.mark.parametrize("is_fine", [False, True])
def test_a_barrier_that_is_reset_can_be_used_again(is_fine: bool) -> None:
    def meet_again(barrier: Any) -> object:
        barrier.abort()
        barrier.reset()
        return barrier.wait(), barrier.n_waiting, barrier.broken

    found = outcomes(lambda world: Barrier(world, "b", "b", 1), meet_again, is_fine=is_fine)

    assert results(found) == {((0, 0, False),)}
