"""Pipes between processes, under every schedule."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from multiprocessing import connection
from typing import Any

import pytest

from engine.stage.simulation.here import here
from engine.stage.simulation.objects.pipe import Pipe
from engine.stage.simulation.objects.queue import Queue
from engine.stage.simulation.objects.wait import wait
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.world import World
from tests.channels_support import exit_with, forked, given, kill
from tests.simulation_support import outcomes

Build = Callable[[World], Any]


def results(build: Build, *targets: Any) -> set[Any]:
    """What the targets can return, without final values."""
    return {found[:-1] for found in outcomes(build, *targets)}


def forked_with_a_pipe(count: int, duplex: bool = True) -> Build:
    def build(world: World) -> Any:
        ends = Pipe(world, "p", "p", duplex)
        forked(world, *range(1, count + 1))
        return ends

    return build


def an_end_each(duplex: bool) -> Build:
    def build(world: World) -> Any:
        ends = Pipe(world, "p", "p", duplex)
        given(world, {1: [ends[0]], 2: [ends[1]]})
        return ends

    return build


def test_messages_arrive_in_order() -> None:
    def send(ends: Any) -> None:
        ends[1].send({"a": [1]})
        ends[1].send(2)

    assert results(an_end_each(False), lambda ends: [str(ends[0].recv()), ends[0].recv()], send) == {
        (("{'a': [1]}", 2), None)
    }


def test_an_end_is_a_genuine_connection() -> None:
    assert results(forked_with_a_pipe(1), lambda ends: isinstance(ends[0], connection.Connection)) == {(True,)}


def test_what_is_sent_is_a_copy() -> None:
    def send(ends: Any) -> Any:
        items = [1]
        ends[1].send(items)
        items.append(2)
        return ends[0].recv()

    assert results(forked_with_a_pipe(1), send) == {((1,),)}


def test_end_of_file_comes_when_the_last_writer_has_gone() -> None:
    def receive_all(ends: Any) -> Any:
        received = []
        try:
            while True:
                received.append(ends[0].recv())
        except EOFError:
            return [*received, "end of file"]

    def send(ends: Any) -> None:
        ends[1].send(1)
        exit_with(0)

    assert results(an_end_each(False), receive_all, send) == {((1, "end of file"), None)}
    # Under fork, the reader has a copy of the writing end too, and waits for itself.
    assert results(forked_with_a_pipe(2, False), receive_all, send) == {(..., None)}

    def close_and_receive_all(ends: Any) -> Any:
        ends[1].close()
        return receive_all(ends)

    assert results(forked_with_a_pipe(2, False), close_and_receive_all, send) == {((1, "end of file"), None)}
    # A third one that has inherited it, and neither uses nor closes it, is enough.
    assert results(forked_with_a_pipe(3, False), close_and_receive_all, send, lambda ends: None) == {(..., None, None)}


def test_who_sends_to_nobody_gets_a_broken_pipe() -> None:
    def send(ends: Any) -> None:
        ends[1].send(1)

    assert results(an_end_each(False), lambda ends: ends[0].close(), send) == {
        (None, None),
        (None, "BrokenPipeError: [Errno 32] Broken pipe"),
    }


def test_poll_is_true_at_the_end_of_file() -> None:
    def look(ends: Any) -> Any:
        return ends[0].poll(None)

    assert results(an_end_each(False), look, lambda ends: ends[1].close()) == {(True, None)}
    assert results(an_end_each(False), lambda ends: ends[0].poll(), lambda ends: ends[1].close()) == {
        (True, None),
        (False, None),
    }


def test_poll_with_a_timeout_may_come_too_early() -> None:
    assert results(an_end_each(False), lambda ends: ends[0].poll(1), lambda ends: ends[1].send(1)) == {
        (True, None),
        (False, None),
    }


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda ends: ends[0].send(1), "OSError: connection is read-only"),
        (lambda ends: ends[1].recv(), "OSError: connection is write-only"),
        (lambda ends: ends[1].poll(), "OSError: connection is write-only"),
        (lambda ends: (ends[0].close(), ends[0].recv()), "OSError: handle is closed"),
        (lambda ends: (ends[1].close(), ends[1].send(1)), "OSError: handle is closed"),
        (lambda ends: ends[1].send_bytes(b"abc", -1), "ValueError: offset is negative"),
        (lambda ends: ends[1].send_bytes(b"abc", 1, 3), "ValueError: buffer length < offset + size"),
        (lambda ends: ends[0].recv_bytes(-1), "ValueError: negative maxlength"),
        (lambda ends: (ends[1].send_bytes(b"abc"), ends[0].recv_bytes(2)), "OSError: bad message length"),
        (lambda ends: (ends[1].send_bytes(b"abc"), ends[0].recv_bytes_into(bytearray(2))), "BufferTooShort: b'abc'"),
    ],
)
def test_misuse_is_an_error_as_in_reality(act: Any, error: str) -> None:
    assert results(forked_with_a_pipe(1, False), act) == {(error,)}


def test_bytes_are_sent_in_part_and_received_into_a_buffer() -> None:
    def act(ends: Any) -> Any:
        buffer = bytearray(4)
        ends[1].send_bytes(b"abcdef", 2, 3)
        count = ends[0].recv_bytes_into(buffer, 1)
        return count, bytes(buffer)

    assert results(forked_with_a_pipe(1, False), act) == {((3, b"\0cde"),)}


def test_what_was_sent_as_an_object_can_be_received_as_bytes() -> None:
    def act(ends: Any) -> Any:
        ends[1].send("text")
        ends[1].send_bytes(ends[0].recv_bytes())
        return ends[0].recv()

    assert results(forked_with_a_pipe(1, False), act) == {("text",)}


def test_both_ends_that_send_much_first_block_each_other() -> None:
    def send_and_receive(end: int, size: int) -> Any:
        def act(ends: Any) -> Any:
            ends[end].send("x" * size)
            return len(ends[end].recv())

        return act

    assert results(an_end_each(True), send_and_receive(0, 300_000), send_and_receive(1, 300_000)) == {(..., ...)}
    assert results(an_end_each(True), send_and_receive(0, 100_000), send_and_receive(1, 100_000)) == {
        (100_000, 100_000)
    }


def test_two_writers_on_one_end_tear_large_messages() -> None:
    def receive(ends: Any) -> Any:
        message = ends[0].recv()
        return len(message), len(set(message))

    def send(text: str) -> Any:
        return lambda ends: ends[1].send(text * 20_000)

    found = results(forked_with_a_pipe(3, False), receive, send("x"), send("y"))

    assert any("UnpicklingError" in str(made[0]) for made in found)
    assert (20_000, 1) in {made[0] for made in found}


def test_of_small_messages_none_is_torn() -> None:
    def send(text: str) -> Any:
        return lambda ends: ends[1].send(text * 10_000)

    assert results(forked_with_a_pipe(3, False), lambda ends: frozenset(ends[0].recv()), send("x"), send("y")) == {
        (frozenset("x"), None, None),
        (frozenset("y"), None, None),
    }


def test_half_a_message_is_left_by_a_writer_that_is_killed() -> None:
    def build(world: World) -> Any:
        ends = Pipe(world, "p", "p", False)
        given(world, {1: [ends[0]], 2: [ends[1]], 3: []})
        return ends

    found = results(
        build, lambda ends: len(ends[0].recv()), lambda ends: ends[1].send("x" * 100_000), lambda _: kill(2)
    )

    assert {made[0] for made in found} == {
        100_000,
        "EOFError: ",
        "OSError: got end of file during message",
    }


def test_a_peer_that_went_without_reading_resets_the_connection() -> None:
    def go(ends: Any) -> None:
        ends[1].close()

    def ask(ends: Any) -> Any:
        ends[0].send(1)
        return ends[0].recv()

    assert results(an_end_each(True), ask, go) == {
        ("ConnectionResetError: [Errno 104] Connection reset by peer", None),
        ("BrokenPipeError: [Errno 32] Broken pipe", None),
    }


def test_wait_tells_which_are_ready() -> None:
    def build(world: World) -> Any:
        pipes = [Pipe(world, key, key, False) for key in "ab"]
        forked(world, 1, 2)
        return pipes

    def look(pipes: Any) -> Any:
        readers = [reader for reader, _ in pipes]
        return [readers.index(one) for one in wait(readers)]

    def send(pipes: Any) -> None:
        for _, writer in pipes:
            writer.send(1)

    assert results(build, look, send) == {((0,), None), ((0, 1), None)}


def test_wait_takes_nothing_twice_and_nothing_closed() -> None:
    def twice(ends: Any) -> Any:
        return wait([ends[0], ends[0]])

    def closed(ends: Any) -> Any:
        ends[0].close()
        return wait([ends[0]])

    ((error,),) = results(forked_with_a_pipe(1), twice)
    assert "is already registered" in error
    assert results(forked_with_a_pipe(1), closed) == {("OSError: handle is closed",)}


def test_a_connection_can_be_sent_through_another() -> None:
    def build(world: World) -> Any:
        ends, others = Pipe(world, "p", "p"), Pipe(world, "o", "o")
        given(world, {1: [ends[0], others[0], others[1]], 2: [ends[1]]})
        return ends, others

    def give_away(both: Any) -> Any:
        (end, _), (mine, yours) = both
        end.send(yours)
        yours.close()
        return mine.recv()

    def take(both: Any) -> None:
        (_, end), _ = both
        got = end.recv()
        got.send("hello")

    assert results(build, give_away, take) == {("hello", None)}


def test_one_that_is_pickled_for_a_process_to_be_started_is_told_to_who_starts_it() -> None:
    def start(ends: Any) -> Any:
        world = here.world
        world.is_starting_a_process = True
        same = pickle.loads(pickle.dumps(ends[0]))
        ends[1].close()
        try:
            pickle.dumps(ends[1])
        except OSError as error:
            return same is ends[0], world.passed == [ends[0].end], str(error)

    assert results(forked_with_a_pipe(1), start) == {((True, True, "handle is closed"),)}


def test_a_file_number_is_refused() -> None:
    with pytest.raises(NotSimulated, match=r"p\[0\].fileno\(\) names a file of the real system"):
        outcomes(forked_with_a_pipe(1), lambda ends: ends[0].fileno())


def test_a_queue_cannot_be_sent_through_a_pipe() -> None:
    def build(world: World) -> Any:
        ends = Pipe(world, "p", "p")
        forked(world, 1)
        return ends, Queue(world, "q", "q")

    assert results(build, lambda both: both[0][0].send(both[1])) == {
        ("RuntimeError: Queue objects should only be shared between processes through inheritance",)
    }


def test_final_is_what_nobody_received() -> None:
    finals = []

    def send(ends: Any) -> None:
        ends[0].send([1])
        ends[0].send(2)
        finals.append([end.final() for end in ends])

    outcomes(forked_with_a_pipe(1), send)

    assert finals == [[[], [[1], 2]]]
