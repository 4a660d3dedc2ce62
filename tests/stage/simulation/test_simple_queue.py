"""``SimpleQueue`` under every schedule."""

from __future__ import annotations

from typing import Any

from engine.stage.simulation.objects.simple_queue import SimpleQueue
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes


def results(*targets: Any) -> set[Any]:
    return {found[:-1] for found in outcomes(a_queue, *targets)}


def a_queue(world: World) -> SimpleQueue:
    return SimpleQueue(world, "q", "q")


def test_items_are_there_when_put_returns() -> None:
    def put_and_look(queue: Any) -> Any:
        before = queue.empty()
        queue.put([1])
        return before, queue.empty(), str(queue.get())

    assert results(put_and_look) == {((True, False, "[1]"),)}


def test_who_has_closed_it_is_told_so_only_once_it_has_the_lock() -> None:
    def close_and_get(queue: Any) -> str:
        queue.close()
        try:
            return str(queue.get())
        except OSError as error:
            return str(error)

    assert results(close_and_get, lambda queue: queue.get()) == {("handle is closed", ...), (..., ...)}


def test_put_blocks_in_the_caller_while_the_pipe_is_full() -> None:
    assert results(lambda queue: queue.put("x" * 100_000)) == {(...,)}
    assert results(lambda queue: queue.put("x" * 100_000), lambda queue: len(queue.get())) == {(None, 100_000)}


def test_two_writers_take_turns() -> None:
    def put(letter: str) -> Any:
        return lambda queue: queue.put(letter * 70_000)

    both = ((("x", "y"), None, None), (("y", "x"), None, None))
    assert results(lambda queue: [queue.get()[0], queue.get()[0]], put("x"), put("y")) == set(both)


def test_what_cannot_be_pickled_is_refused_in_the_caller() -> None:
    assert results(lambda queue: queue.put(queue)) == {
        ("RuntimeError: SimpleQueue objects should only be shared between processes through inheritance",)
    }


def test_a_process_that_has_closed_it_cannot_use_it() -> None:
    def close_and_get(queue: Any) -> None:
        queue.close()
        queue.get()

    assert results(close_and_get, lambda queue: queue.put(1)) == {("OSError: handle is closed", None)}
