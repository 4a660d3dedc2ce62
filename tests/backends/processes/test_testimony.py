"""What one process told on its channel."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from engine import plain
from engine.backends.processes import testimony
from engine.backends.processes.streams import Stream
from engine.stage.link import open_link


def heard(*arrivals: bytes) -> list[dict[str, Any]]:
    witness = testimony.Testimony(Stream(), Stream())
    return [message for data in arrivals for message in witness.add(data)]


def test_a_line_is_a_message() -> None:
    assert heard(b'={"event": "running"}\n') == [{"event": "running"}]


def test_a_message_may_arrive_byte_by_byte() -> None:
    assert heard(*(bytes([byte]) for byte in b'={"event": "running"}\n')) == [{"event": "running"}]


def test_several_messages_may_arrive_at_once() -> None:
    assert heard(b'={"event": "a"}\n={"event": "b"}\n') == [{"event": "a"}, {"event": "b"}]


def test_pieces_are_put_together() -> None:
    assert heard(b'+{"event": \n', b'+"retur\n=ned"}\n') == [{"event": "returned"}]


def test_what_a_link_says_is_understood_however_long_it_is() -> None:
    link, readers = open_link("/nowhere")
    link.say("returned", value="é" * 5_000)

    (message,) = heard(os.read(readers[2], 1 << 20))

    assert message["value"] == "é" * 5_000
    for fd in (*link.fds, *readers):
        os.close(fd)


def test_a_stamp_is_the_streams_and_no_message() -> None:
    stdout, stderr = Stream(), Stream()
    witness = testimony.Testimony(stdout, stderr)

    messages = list(witness.add(b"~1 10 123\n~2 20 456\n"))

    assert (messages, stdout.stamps, stderr.stamps) == ([], [(123, 10)], [(456, 20)])


def test_a_stamp_between_the_pieces_of_a_message_does_not_tear_it() -> None:
    assert heard(b'+{"event": \n~1 10 123\n="a"}\n') == [{"event": "a"}]


def test_the_torn_last_line_of_a_killed_process_is_dropped() -> None:
    assert heard(b'={"event": "running"}\n={"event": "retu') == [{"event": "running"}]


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello",
        b"",
        b"\xff\xfe",
        b"=not json",
        b"=",
        b"~",
        b"~1",
        b"~1 2 3 4",
        b"~one two three",
        b"~7 1 1",
        b"={",
        b"=" + b"[" * 100_000,
        b"=" + b"9" * 100_000,
    ],
    ids=lambda garbage: garbage[:12].decode(errors="replace"),
)
def test_what_the_target_wrote_there_is_passed_over(garbage: bytes) -> None:
    assert heard(garbage + b'\n={"event": "a"}\n') == [{"event": "a"}]


@pytest.mark.parametrize("garbage", [b"=5", b"=null", b"=[1, 2]", b'="text"'])
def test_json_that_is_no_message_is_passed_over(garbage: bytes) -> None:
    assert heard(garbage + b'\n={"event": "a"}\n') == [{"event": "a"}]


def test_garbage_between_the_pieces_of_a_message_does_not_make_another_message_of_it() -> None:
    whole = json.dumps({"event": "b"}).encode()

    assert heard(b'+{"event": \n=garbage\n=' + whole + b"\n") == [{"event": "b"}]


def test_a_message_that_would_take_far_more_memory_than_text_is_passed_over() -> None:
    brackets = b'={"event": "a", "value": [' + b"[]," * (2 << 20) + b"0]}\n"

    assert heard(brackets, b'={"event": "b"}\n') == [{"event": "b"}]


def test_the_longest_value_that_is_told_is_understood() -> None:
    value = plain.encode(["\U0001f600" * (plain.MAX_TEXT - 100), [-1.2345678901234567e-300] * (plain.MAX_NODES // 2)])
    text = json.dumps({"event": "returned", "value": value}).encode()

    (message,) = heard(b"+" + text[:100] + b"\n", b"=" + text[100:] + b"\n")

    assert message["value"] == value


def test_a_line_without_an_end_is_not_kept() -> None:
    piece = b"x" * (1 << 20)

    assert heard(*[piece] * 20, b'\n={"event": "b"}\n') == [{"event": "b"}]


def test_of_messages_without_end_the_rest_is_passed_over_and_stamps_are_not() -> None:
    stdout = Stream()
    witness = testimony.Testimony(stdout, Stream())
    message = b'={"event": "a", "value": "' + b"x" * (1 << 20) + b'"}\n'

    understood = sum(len(list(witness.add(message))) for _ in range(2 * testimony.TOTAL_BYTES // len(message)))
    list(witness.add(b"~1 10 123\n"))

    assert understood == testimony.TOTAL_BYTES // len(message) + 1
    assert stdout.stamps == [(123, 10)]
