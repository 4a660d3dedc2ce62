"""Frames between supervisor and stage."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Iterator

import pytest

from engine.stage import wire

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def test_a_frame_arrives_as_it_was_sent(ends: Ends) -> None:
    message = {"text": "äöü\n\0", "list": [1, None, {"a": 0.5}]}

    wire.send(ends[0], message)

    assert wire.receive(ends[1]) == (message, [])


def test_frames_sent_at_once_arrive_one_by_one(ends: Ends) -> None:
    wire.send(ends[0], {"number": 1})
    wire.send(ends[0], {"number": 2})

    assert [wire.receive(ends[1]), wire.receive(ends[1])] == [({"number": 1}, []), ({"number": 2}, [])]


def test_a_frame_larger_than_any_socket_buffer_arrives_whole(ends: Ends) -> None:
    message = {"text": "x" * (4 << 20)}
    sender = threading.Thread(target=wire.send, args=(ends[0], message))

    sender.start()
    frame = wire.receive(ends[1])
    sender.join()

    assert frame == (message, [])


def test_descriptors_travel_with_their_frame(ends: Ends) -> None:
    reading, writing = os.pipe()

    wire.send(ends[0], {"number": 1}, [writing])
    os.close(writing)
    frame = wire.receive(ends[1])
    assert frame is not None
    message, (received,) = frame
    os.write(received, b"through")
    os.close(received)

    assert message == {"number": 1}
    assert os.read(reading, 100) == b"through"
    os.close(reading)


def test_nothing_is_received_once_the_other_side_is_gone(ends: Ends) -> None:
    ends[0].close()

    assert wire.receive(ends[1]) is None


@pytest.mark.parametrize("length", [1, 4, 5, 6, 12])
def test_a_frame_torn_by_its_senders_death_is_none(ends: Ends, length: int) -> None:
    whole = _bytes_of({"number": 1})
    assert length < len(whole)

    ends[0].sendall(whole[:length])
    ends[0].close()

    assert wire.receive(ends[1]) is None


def test_sending_to_nobody_is_an_os_error(ends: Ends) -> None:
    ends[1].close()

    with pytest.raises(OSError, match="Broken pipe"):
        wire.send(ends[0], {"number": 1})


def test_a_reader_does_not_wait_for_what_is_not_there(ends: Ends) -> None:
    assert list(wire.Reader(ends[1]).frames()) == []


def test_a_reader_gives_a_frame_when_its_last_byte_has_come(ends: Ends) -> None:
    reader = wire.Reader(ends[1])
    whole = _bytes_of({"number": 1})

    seen = []
    for byte in whole:
        ends[0].sendall(bytes([byte]))
        seen.append(list(reader.frames()))

    assert seen == [[]] * (len(whole) - 1) + [[({"number": 1}, [])]]


def test_a_reader_gives_each_frame_its_own_descriptors(ends: Ends) -> None:
    reader = wire.Reader(ends[1])
    pipes = [os.pipe() for _ in range(3)]

    wire.send(ends[0], {"number": 1}, [pipes[0][1], pipes[1][1]])
    wire.send(ends[0], {"number": 2})
    wire.send(ends[0], {"number": 3}, [pipes[2][1]])
    for _, writing in pipes:
        os.close(writing)
    frames = list(reader.frames())
    for message, fds in frames:
        for fd in fds:
            os.write(fd, str(message["number"]).encode())
            os.close(fd)

    assert [(message["number"], len(fds)) for message, fds in frames] == [(1, 2), (2, 0), (3, 1)]
    assert [os.read(reading, 10) for reading, _ in pipes] == [b"1", b"1", b"3"]
    for reading, _ in pipes:
        os.close(reading)


def test_a_reader_gives_what_was_sent_before_the_end_then_says_that_it_is_the_end(ends: Ends) -> None:
    reader = wire.Reader(ends[1])
    wire.send(ends[0], {"number": 1})
    ends[0].close()

    frames = reader.frames()

    assert next(frames) == ({"number": 1}, [])
    with pytest.raises(EOFError):
        next(frames)


def _bytes_of(message: dict[str, object]) -> bytes:
    left, right = socket.socketpair()
    with left, right:
        wire.send(left, message)
        return right.recv(1 << 16)


def test_who_announces_more_than_a_frame_can_have_is_not_waited_for() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire._HEADER.pack(wire.LIMIT_BYTES + 1, 0))

        with pytest.raises(ValueError, match="no frame"):
            list(wire.Reader(ours).frames())


def test_a_frame_that_would_take_far_more_memory_than_text_is_none() -> None:
    body = b"[" + b"[]," * (2 << 20) + b"0]"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sending = threading.Thread(target=theirs.sendall, args=(wire._HEADER.pack(len(body), 0) + body,))
        sending.start()
        reader = wire.Reader(ours)

        with pytest.raises(ValueError, match="no frame"):
            _first_frame(reader, ours)
        sending.join()


def _first_frame(reader: wire.Reader, connection: socket.socket) -> object:
    while not (frames := list(reader.frames())):
        select.select([connection], [], [])
    return frames[0]
