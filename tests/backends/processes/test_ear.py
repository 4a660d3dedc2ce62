"""What comes from sockets and pipes is taken in as it comes, and all of it."""

from __future__ import annotations

import os
import socket

import pytest

from engine.backends.processes.ear import Ear


def test_what_comes_through_a_pipe_is_passed_on_until_nobody_can_write_there() -> None:
    reading, writing = os.pipe()
    heard: list[bytes] = []

    with Ear() as ear:
        ear.listen(reading, heard.append)
        was_anything_said = [ear.hear(0.0)]
        os.write(writing, b"a")
        was_anything_said.append(ear.hear(0.0))
        os.close(writing)
        was_anything_said += [ear.hear(0.0), ear.hear(0.0)]

    assert (heard, was_anything_said) == ([b"a"], [False, True, True, False])


def test_all_that_is_left_in_pipes_is_drained_and_what_is_still_open_is_closed_in_the_end() -> None:
    reading, writing = os.pipe()
    heard: list[bytes] = []
    much = bytes(65_536)
    os.write(writing, much)

    with Ear() as ear:
        ear.listen(reading, heard.append)
        ear.drain()
    os.close(writing)

    assert b"".join(heard) == much
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.close(reading)


def test_who_is_ignored_is_not_heard_any_more() -> None:
    here, there = socket.socketpair()
    heard: list[bytes] = []
    with here, there, Ear() as ear:
        ear.attend(here, lambda: heard.append(here.recv(1)))
        there.send(b"ab")
        ear.hear(0.0)
        ear.ignore(here)
        ear.ignore(here)

        assert not ear.hear(0.0)

    assert heard == [b"a"]
