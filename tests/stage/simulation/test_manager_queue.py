"""A manager's queue under every schedule."""

from __future__ import annotations

from functools import partial
from multiprocessing.managers import BaseProxy
from typing import Any

import pytest

from engine.stage.simulation.objects.manager_queue import Queue
from engine.stage.simulation.objects.queue import Queue as ProcessQueue
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes


def results(build: Any, *targets: Any) -> set[Any]:
    return {found[:-1] for found in outcomes(build, *targets)}


def a_queue(world: World, maxsize: int = 0) -> Queue:
    return Queue(world, "q", "q", maxsize)


def test_what_was_put_is_there_at_once() -> None:
    def put_and_look(queue: Any) -> Any:
        queue.put(1)
        return queue.empty(), queue.qsize(), queue.get_nowait(), isinstance(queue, BaseProxy)

    assert results(a_queue, put_and_look) == {((False, 1, 1, True),)}


def test_what_is_changed_after_put_does_not_travel_changed() -> None:
    def put_and_change(queue: Any) -> Any:
        items = [1]
        queue.put(items)
        items.append(2)
        return queue.get()

    assert results(a_queue, put_and_change) == {((1,),)}


def test_a_bound_holds_and_a_timeout_fires() -> None:
    bounded = partial(a_queue, maxsize=1)

    assert results(bounded, lambda queue: (queue.put(1), queue.full(), queue.put(2, timeout=1))) == {("Full: ",)}
    assert results(bounded, lambda queue: queue.get(timeout=1)) == {("Empty: ",)}
    assert results(bounded, lambda queue: queue.get(timeout=-1)) == {
        ("ValueError: 'timeout' must be a non-negative number",)
    }


def test_join_waits_for_every_task() -> None:
    def work(queue: Any) -> None:
        queue.get()
        queue.task_done()

    def put_and_join(queue: Any) -> Any:
        queue.put(1)
        queue.join()
        return queue.qsize()

    assert results(a_queue, put_and_join, work) == {(0, None)}
    assert results(a_queue, put_and_join) == {(...,)}
    assert results(a_queue, lambda queue: queue.task_done()) == {("ValueError: task_done() called too many times",)}


def test_a_proxy_travels() -> None:
    def build(world: World) -> Any:
        return Queue(world, "q", "q"), ProcessQueue(world, "way", "way")

    def receive(both: Any) -> Any:
        return both[1].get().get()

    assert results(build, lambda both: (both[0].put(1), both[1].put(both[0]))[1], receive) == {(None, 1)}


def test_what_it_has_from_newer_versions_is_refused() -> None:
    assert results(a_queue, lambda queue: queue.nothing) == {
        ("AttributeError: 'AutoProxy[Queue]' object has no attribute 'nothing'",)
    }
    with pytest.raises(NotSimulated, match="a manager's queue is not simulated"):
        outcomes(a_queue, lambda queue: queue.mutex if False else queue._put)
