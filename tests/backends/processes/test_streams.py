"""What processes wrote, and in which order."""

from __future__ import annotations

import time

import pytest

from engine.backends.processes import streams
from engine.backends.processes.streams import Stream, merged


def a_stream(text: bytes, *stamps: tuple[int, int]) -> Stream:
    """A stream that arrived in one piece, with these times and lengths of its writes."""
    stream = Stream()
    stream.add(text)
    for at_ns, length in stamps:
        stream.stamp(length, at_ns)
    return stream


def test_a_streams_text_is_what_arrived() -> None:
    stream = Stream()

    stream.add(b"one ")
    stream.add(b"two")

    assert stream.text() == "one two"


def test_a_character_may_arrive_in_two_halves() -> None:
    stream = Stream()

    stream.add("é".encode()[:1])
    stream.add("é".encode()[1:])

    assert stream.text() == "é"


def test_bytes_that_are_no_text_are_spelled_out() -> None:
    assert a_stream(b"a\xffb").text() == "a\\xffb"


def test_streams_are_merged_by_the_time_of_writing_not_of_arrival() -> None:
    late = a_stream(b"2\n4\n", (20, 2), (40, 2))
    early = a_stream(b"1\n3\n", (10, 2), (30, 2))

    assert merged([late, early]) == "1\n2\n3\n4\n"


def test_order_within_a_stream_is_its_own_whatever_the_stamps_say() -> None:
    swapped = a_stream(b"first second ", (20, 6), (10, 7))

    assert merged([swapped]) == "first second "


def test_writes_at_the_same_time_keep_the_order_of_the_streams() -> None:
    assert merged([a_stream(b"a", (10, 1)), a_stream(b"b", (10, 1))]) == "ab"


def test_a_stream_with_unstamped_bytes_is_taken_in_order_of_arrival() -> None:
    """The first to arrive has a stamp that would put it last, and a byte that has none."""
    mixed = Stream()
    mixed.add(b"mixed ")
    mixed.stamp(5, time.monotonic_ns() + 10**12)

    stamped = Stream()
    stamped.add(b"stamped ")
    stamped.stamp(8, time.monotonic_ns())

    assert list(mixed.segments()) == mixed.arrivals
    assert merged([stamped, mixed]) == "mixed stamped "


def test_a_stream_with_more_stamps_than_bytes_is_taken_in_order_of_arrival() -> None:
    stream = a_stream(b"ab", (10, 1), (20, 5))

    assert list(stream.segments()) == stream.arrivals


def test_a_stream_is_cut_at_the_limit_and_what_is_dropped_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIMIT_BYTES", 10)
    stream = Stream()

    stream.add(b"12345678")
    stream.add(b"90abc")
    stream.add(b"defg")

    assert (stream.text(), stream.kept, stream.cut) == ("1234567890", 10, 7)


def test_a_stream_of_just_the_limit_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIMIT_BYTES", 10)

    stream = a_stream(b"1234567890")

    assert (stream.text(), stream.cut) == ("1234567890", 0)


def test_all_streams_of_a_run_share_what_may_be_kept_beyond_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE_BYTES", 2)
    allowance = streams.Allowance(10)
    flood, other = Stream(allowance), Stream(allowance)

    flood.add(b"1234567")
    flood.add(b"890abcd")
    flood.add(b"e")
    other.add(b"xyz")

    assert (flood.text(), flood.cut) == ("1234567890ab", 3)
    assert (other.text(), other.cut) == ("xy", 1)


def test_stamps_of_what_was_dropped_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "LIMIT_BYTES", 10)
    stream = a_stream(b"1234567890abc")

    for at_ns in range(100):
        stream.stamp(1, at_ns)

    assert stream.stamps == []
    assert merged([stream]) == "1234567890"


def test_nothing_merged_is_nothing() -> None:
    assert merged([]) == merged([Stream(), Stream()]) == ""
