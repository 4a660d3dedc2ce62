"""What one process does to a pipe or a queue comes out in simulation as it does in reality.

Only what never blocks is tried: the rest is for the conformance of whole scenarios.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing import connection
from queue import Queue
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.stage.simulation.here import here
from engine.stage.simulation.objects import manager_queue, pipe, queue, simple_queue
from engine.stage.simulation.strand import Strand
from engine.stage.simulation.world import World
from tests.channels_support import forked
from tests.simulation_support import outcomes

pytestmark = pytest.mark.slow

Call = tuple[Any, ...]
values = st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3) | st.binary(max_size=600)


class FeedersFirst:
    """The one schedule in which nobody has to wait for a feeder. Sees to it that there is one run."""

    def __init__(self) -> None:
        self._runs = 0

    def begin(self) -> bool:
        self._runs += 1
        return self._runs == 1

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        return next((strand for strand in ready if strand.greenlet is None), ready[0])

    def end(self, world: World, is_whole: bool) -> None: ...


def simulated(build: Callable[[World], Any], act: Callable[[Any], list[Any]]) -> list[Any]:
    told: list[Any] = []
    outcomes(build, lambda shared: told.extend(act(shared)), scheduler=FeedersFirst())
    return told


def result(call: Callable[[], Any]) -> Any:
    """What comes of it: a value, or the kind of an error and its text."""
    try:
        return call()
    except Exception as error:
        text = str(error)
        return type(error).__name__, text.partition("Queue <")[0] if "is closed" in text and "<" in text else text


# Pipes

ends = st.sampled_from((0, 1))
pipe_calls = st.lists(
    st.one_of(
        st.tuples(st.just("send"), ends, values),
        st.tuples(st.just("send"), ends, values),
        st.tuples(
            st.just("send_bytes"), ends, st.binary(max_size=20), st.integers(-1, 5), st.none() | st.integers(-1, 9)
        ),
        st.tuples(st.just("recv"), ends),
        st.tuples(st.just("recv"), ends),
        st.tuples(st.just("recv_bytes"), ends, st.none() | st.integers(-1, 30)),
        st.tuples(st.just("recv_bytes_into"), ends, st.integers(-1, 4)),
        st.tuples(st.just("poll"), ends),
        st.tuples(st.just("look"), ends),
        st.tuples(st.just("close"), ends),
    ),
    max_size=20,
)


def use_pipe(calls: list[Call], both: Any) -> list[Any]:
    return [result(lambda call=call: _use_end(both[call[1]], call[0], call[2:])) for call in calls]  # type: ignore[misc]


def _use_end(end: Any, name: str, arguments: Call) -> Any:
    if name == "look":
        return end.closed, end.readable, end.writable, isinstance(end, connection.Connection)
    if name.startswith("recv"):
        if not end.poll():
            return "nothing there"
        if name == "recv_bytes_into":
            buffer = bytearray(12)
            return end.recv_bytes_into(buffer, *arguments), bytes(buffer)
    return getattr(end, name)(*arguments)


@settings(max_examples=300)
@given(st.booleans(), pipe_calls)
def test_of_a_pipe(is_duplex: bool, calls: list[Call]) -> None:
    def build(world: World) -> Any:
        both = pipe.Pipe(world, "p", "p", is_duplex)
        forked(world, 1)
        return both

    genuine = multiprocessing.Pipe(is_duplex)
    expected = use_pipe(calls, genuine)
    for end in genuine:
        end.close()

    assert simulated(build, lambda both: use_pipe(calls, both)) == expected


# Queues

queue_calls = st.lists(
    st.one_of(
        st.tuples(st.just("put"), values, st.just(False)),
        st.tuples(st.just("put"), values, st.just(False)),
        st.tuples(st.just("get"), st.just(False)),
        st.tuples(st.sampled_from(("empty", "full", "qsize", "get_nowait", "task_done"))),
    ),
    max_size=20,
)


def use_queue(calls: list[Call], queue: Any) -> list[Any]:
    told = []
    for name, *arguments in calls:
        told.append(result(lambda name=name, arguments=arguments: getattr(queue, name)(*arguments)))  # type: ignore[misc]
        _until_fed(queue)
    return told


def _until_fed(queue: Any) -> None:
    """Until the feeder thread of a genuine queue has written all; in simulation it goes first anyway."""
    buffer = vars(queue).get("_buffer")
    while buffer is not None and (buffer or not queue._wlock.acquire(False) or queue._wlock.release()):
        time.sleep(0)
    while buffer is not None and queue.qsize() and queue.empty():
        time.sleep(0)


@given(st.integers(0, 3), queue_calls)
def test_of_a_queue(maxsize: int, calls: list[Call]) -> None:
    genuine: Any = multiprocessing.JoinableQueue(maxsize)
    expected = use_queue(calls, genuine)
    genuine.close()
    genuine.cancel_join_thread()

    def build(world: World) -> Any:
        return queue.JoinableQueue(world, "q", "q", maxsize)

    assert simulated(build, lambda shared: use_queue(calls, shared)) == expected


@given(queue_calls)
def test_of_a_simple_queue(calls: list[Call]) -> None:
    kept = [("put", *call[1:2]) if call[0] == "put" else ("get",) if call[0] == "get" else ("empty",) for call in calls]

    def use(shared: Any) -> list[Any]:
        return [
            "nothing" if name == "get" and shared.empty() else result(lambda n=name, a=a: getattr(shared, n)(*a))  # type: ignore[misc]
            for name, *a in kept
        ]

    genuine: Any = multiprocessing.SimpleQueue()
    expected = use(genuine)
    genuine.close()

    assert simulated(lambda world: simple_queue.SimpleQueue(world, "q", "q"), use) == expected


@given(st.integers(0, 3), queue_calls)
def test_of_a_manager_s_queue(maxsize: int, calls: list[Call]) -> None:
    # What the manager's process has is this very class.
    expected = use_queue(calls, Queue(maxsize))

    def build(world: World) -> Any:
        return manager_queue.Queue(world, "q", "q", maxsize)

    assert simulated(build, lambda shared: use_queue(calls, shared)) == expected


def test_a_difference_would_be_found() -> None:
    def build(world: World) -> Any:
        return manager_queue.Queue(world, "q", "q", 1)

    genuine: Any = multiprocessing.JoinableQueue(2)
    calls: list[Call] = [("put", 1, False), ("put", 2, False)]
    expected = use_queue(calls, genuine)
    genuine.close()
    genuine.cancel_join_thread()

    assert simulated(build, lambda shared: use_queue(calls, shared)) != expected
    assert here.strand is None
