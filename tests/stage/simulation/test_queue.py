"""Queues between processes, under every schedule."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from engine.stage.simulation.here import here
from engine.stage.simulation.objects.queue import JoinableQueue, Queue
from engine.stage.simulation.schedulers.dpor import PartialOrder
from engine.stage.simulation.world import World
from tests.channels_support import forked, kill
from tests.simulation_support import outcomes


def results(build: Any, *targets: Any) -> set[Any]:
    """What the targets can return, without final values."""
    return {found[:-1] for found in outcomes(build, *targets)}


def a_queue(world: World, maxsize: int = 0) -> Queue:
    return Queue(world, "q", "q", maxsize)


def a_coarse_queue(world: World) -> Queue:
    """For who only puts and gets: nobody can tell more of it."""
    world.exact = frozenset()
    return Queue(world, "q", "q")


def a_queue_and_a_killer(world: World) -> Queue:
    forked(world, 1, 2, 3)
    world.is_fine = True
    return Queue(world, "q", "q")


def a_joinable_queue(world: World) -> JoinableQueue:
    world.exact = frozenset()
    return JoinableQueue(world, "q", "q")


def put(*items: Any) -> Any:
    def target(queue: Any) -> None:
        for item in items:
            queue.put(item)

    return target


def get(count: int) -> Any:
    return lambda queue: [queue.get() for _ in range(count)]


@pytest.mark.slow
def test_what_one_process_puts_arrives_in_order() -> None:
    assert results(a_queue, put(1, 2, 3), get(3)) == {(None, (1, 2, 3))}


@pytest.mark.slow
def test_what_two_processes_put_arrives_in_any_order_that_keeps_each_ones() -> None:
    assert results(a_coarse_queue, put(1, 2), put(3), get(3)) == {
        (None, None, order) for order in ((1, 2, 3), (1, 3, 2), (3, 1, 2))
    }


PROGRAMS = [
    [put(1), put(2), get(1), get(1)],
    [put(1, 2), lambda queue: [queue.get(), queue.get()], get(1)],
    [lambda queue: [queue.put(1), queue.get(), queue.put(2)], get(2)],
    [lambda queue: [queue.put(1), queue.put(2), queue.close(), queue.join_thread()], get(1), get(1)],
    [lambda queue: queue.put("x" * 70_000), lambda queue: len(queue.get())],
]


@pytest.mark.slow
@pytest.mark.parametrize("maxsize", [0, 1])
@pytest.mark.parametrize("targets", PROGRAMS)
def test_who_only_puts_and_gets_cannot_tell_the_steps_apart(targets: list[Any], maxsize: int) -> None:
    def coarse(world: World) -> Queue:
        world.exact = frozenset()
        return Queue(world, "q", "q", maxsize)

    exactly = outcomes(partial(a_queue, maxsize=maxsize), *targets, scheduler=PartialOrder())

    assert set(outcomes(coarse, *targets)) == set(exactly)


def test_a_queue_may_look_empty_just_after_a_put() -> None:
    def put_and_look(queue: Any) -> Any:
        queue.put(1)
        return queue.empty(), queue.qsize()

    assert results(a_queue, put_and_look) == {((True, 1),), ((False, 1),)}


def test_get_nowait_may_find_nothing_just_after_a_put() -> None:
    def put_and_try(queue: Any) -> Any:
        queue.put(1)
        return queue.get_nowait()

    assert results(a_queue, put_and_try) == {(1,), ("Empty: ",)}


@pytest.mark.slow
def test_get_nowait_may_find_nothing_while_another_reads_of_two_items() -> None:
    found = results(
        a_queue, put(1, 2), get(1), lambda queue: queue.qsize() == 2 and not queue.empty() and queue.get_nowait()
    )

    assert {made[2] for made in found} == {False, 1, 2, "Empty: "}


def test_an_item_may_be_gone_and_its_permit_not_given_back_yet() -> None:
    def look(queue: Any) -> Any:
        return not queue.empty() and queue.empty() and queue.full()

    found = results(partial(a_queue, maxsize=1), put(1), get(1), look)

    assert True in {made[2] for made in found}


def test_a_full_queue_blocks_who_puts_until_someone_gets() -> None:
    assert results(partial(a_queue, maxsize=1), put(1, 2, 3), get(3)) == {(None, (1, 2, 3))}
    assert results(partial(a_queue, maxsize=1), put(1, 2)) == {(...,)}


def test_put_with_a_timeout_is_refused_by_a_full_queue() -> None:
    def put_two(queue: Any) -> None:
        queue.put(1)
        queue.put(2, timeout=1)

    assert results(partial(a_queue, maxsize=1), put_two) == {("Full: ",)}


def test_what_is_changed_after_put_may_travel_changed() -> None:
    def put_and_change(queue: Any) -> None:
        items = [1]
        queue.put(items)
        items.append(2)
        queue.qsize()
        items.append(3)
        queue.qsize()

    assert results(a_queue, put_and_change, lambda queue: queue.get()) == {
        (None, (1,)),
        (None, (1, 2)),
        (None, (1, 2, 3)),
    }


def test_what_cannot_be_pickled_is_lost_and_its_permit_given_back() -> None:
    def put_both(queue: Any) -> None:
        queue.put(lambda: 0)
        queue.put(2)

    assert results(partial(a_queue, maxsize=1), put_both, get(1)) == {(None, (2,))}


def test_a_queue_cannot_be_sent_through_a_queue() -> None:
    complaints: list[BaseException] = []

    def put_itself(queue: Any) -> None:
        here.strand.process.complain = complaints.append  # type: ignore[union-attr,method-assign]
        queue.put(queue)
        queue.close()
        queue.join_thread()

    assert results(a_queue, put_itself) == {(None,)}
    assert {str(one) for one in complaints} == {
        "Queue objects should only be shared between processes through inheritance"
    }


@pytest.mark.slow
def test_a_process_cannot_end_before_someone_reads_what_it_has_put() -> None:
    def put_much(queue: Any) -> str:
        queue.put("x" * 100_000)
        queue.join_feeder()
        return "ended"

    assert results(a_queue, put_much) == {(...,)}
    assert results(a_queue, put_much, lambda queue: len(queue.get())) == {("ended", 100_000)}


def test_unless_it_does_not_care() -> None:
    def put_much(queue: Any) -> str:
        queue.cancel_join_thread()
        queue.put("x" * 100_000)
        queue.join_feeder()
        return "ended"

    assert results(a_queue, put_much) == {("ended",)}


def test_a_closed_queue_refuses_this_process_alone() -> None:
    def close_and_put(queue: Any) -> Any:
        queue.close()
        try:
            queue.put(1)
        except ValueError as error:
            return str(error).replace(repr(queue), "Q")

    assert results(a_queue, close_and_put, put(1), get(1)) == {("Queue Q is closed", None, (1,))}


def test_join_thread_wants_the_queue_closed() -> None:
    def join(queue: Any) -> Any:
        try:
            queue.join_thread()
        except AssertionError as error:
            return str(error).replace(repr(queue), "Q")

    assert results(a_queue, join) == {("Queue Q not closed",)}


def test_empty_fails_once_the_feeder_of_a_closed_queue_has_ended() -> None:
    def close_and_look(queue: Any) -> Any:
        queue.put(1)
        queue.close()
        return queue.empty()

    assert results(a_queue, close_and_look) == {(True,), (False,), ("OSError: handle is closed",)}


@pytest.mark.slow
def test_join_waits_for_every_task() -> None:
    def work(queue: Any) -> None:
        for _ in range(2):
            queue.get()
            queue.task_done()

    def put_and_join(queue: Any) -> Any:
        queue.put(1)
        queue.put(2)
        queue.join()
        return queue.empty(), queue.qsize()

    assert results(a_joinable_queue, put_and_join, work) == {((True, 0), None)}


def test_a_task_that_is_not_done_keeps_join_waiting() -> None:
    def put_and_join(queue: Any) -> None:
        queue.put(1)
        queue.join()

    assert results(a_joinable_queue, put_and_join, get(1)) == {(..., (1,))}


def test_a_task_cannot_be_done_twice() -> None:
    def work(queue: Any) -> None:
        queue.put(1)
        queue.task_done()
        queue.task_done()

    assert results(a_joinable_queue, work) == {("ValueError: task_done() called too many times",)}


def test_who_joins_goes_on_although_there_is_a_new_task_by_then() -> None:
    def done_and_one_more(queue: Any) -> None:
        queue.get()
        queue.task_done()
        queue.put(2)

    def put_and_join(queue: Any) -> str:
        queue.put(1)
        queue.join()
        return "joined"

    assert ("joined", None) in results(a_joinable_queue, put_and_join, done_and_one_more)


@pytest.mark.slow
def test_a_reader_that_is_killed_inside_get_keeps_the_lock() -> None:
    def attempt(queue: Any) -> Any:
        queue.put(1)
        kill(1)
        return queue.get(timeout=1)

    assert {made[1] for made in results(a_queue_and_a_killer, get(1), attempt)} == {1, "Empty: "}


def test_of_a_writer_that_is_killed_half_a_message_is_left_and_no_timeout_helps() -> None:
    def attempt(queue: Any) -> Any:
        kill(1)
        return len(queue.get(timeout=1))

    found = results(a_queue_and_a_killer, put("x" * 100_000), attempt)

    assert {made[1] for made in found} == {"Empty: ", ...}


@pytest.mark.slow
def test_a_writer_that_is_killed_may_keep_the_lock_and_silence_all_others() -> None:
    def put_and_kill(queue: Any) -> None:
        kill(1)
        queue.put(2)

    found = results(a_queue_and_a_killer, put(1), put_and_kill, lambda queue: queue.get())

    assert {made[2] for made in found} == {1, 2, ...}


def test_who_is_killed_while_it_joins_stops_who_does_the_last_task() -> None:
    def build(world: World) -> JoinableQueue:
        forked(world, 1, 2)
        return a_joinable_queue(world)

    def put_and_join(queue: Any) -> None:
        queue.put(1)
        queue.join()

    def kill_and_be_done(queue: Any) -> str:
        queue.get()
        kill(1)
        queue.task_done()
        return "done"

    assert {made[1] for made in results(build, put_and_join, kill_and_be_done)} == {"done", ...}


def test_final_is_what_nobody_got() -> None:
    finals = set()

    def put_and_keep(queue: Any) -> None:
        queue.put([1])
        queue.put(2)
        queue.close()
        queue.join_thread()
        finals.add(str(queue.final()))

    outcomes(a_queue, put_and_keep)

    assert finals == {"[[1], 2]"}
