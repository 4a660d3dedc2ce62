"""What simulated processes print is kept back, written and lost as Python does it for a pipe."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.model import Operation, conflict
from engine.stage.simulation import here as place
from engine.stage.simulation.output import Kept, Output, Stream
from engine.stage.simulation.process import STDERR, STDOUT
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes


class Raw(io.RawIOBase):
    """Notes each write."""

    def __init__(self) -> None:
        self.writes: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.writes.append(bytes(data).decode())
        return len(data)


PRINTING = st.tuples(
    st.sampled_from(["text", "below", "flush", "flush below"]),
    st.sampled_from([0, 1, 4096, 5000, 8191, 8192, 8193, 20000]),
    st.sampled_from(["", "", "\n", "\r"]),
)


@pytest.mark.slow
@settings(max_examples=500)
@given(st.lists(PRINTING, max_size=8), st.booleans())
def test_each_write_is_one_of_pythons_own(calls: list[tuple[str, int, str]], is_by_line: bool) -> None:
    raw = Raw()
    genuine = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", newline="", line_buffering=is_by_line)
    kept, writes = Kept(is_by_line), []

    for number, (call, length, end) in enumerate(calls):
        piece = chr(ord("a") + number) * length + end
        size = len(piece)
        if call == "text":
            genuine.write(piece)
            writes += kept.write(piece, size)
        elif call == "below":
            genuine.buffer.write(piece.encode())
            writes += kept.write_below(piece, size)
        elif call == "flush":
            genuine.flush()
            writes += kept.flush()
        else:
            genuine.buffer.flush()
            writes += kept.flush_below()

    assert writes == raw.writes
    genuine.flush()
    assert writes + kept.flush() == raw.writes
    assert kept.size == 0


def written(*prints: Callable[[Stream, Stream], object]) -> list[tuple[int, str]]:
    """What one process has written that does so to its streams, and then leaves at once."""
    found: list[tuple[int, str]] = []

    def target(streams: tuple[Stream, Stream]) -> None:
        process = place.process()
        assert process is not None
        try:
            for one in prints:
                one(*streams)
        finally:
            found.extend(process.written)

    outcomes(lambda world: (Stream(STDOUT, sys.__stdout__), Stream(STDERR, sys.__stderr__)), target)
    return found


def test_what_is_printed_is_written_when_it_is_flushed() -> None:
    assert written(lambda out, _: print("a", file=out), lambda out, _: print("b", file=out)) == []
    assert written(lambda out, _: print("a", file=out), lambda out, _: print("b", file=out, flush=True)) == [
        (STDOUT, "a\nb\n")
    ]


def test_a_line_of_errors_is_one_write() -> None:
    assert written(
        lambda _, err: print("a", "b", file=err),
        lambda _, err: err.write("half"),
        lambda _, err: err.write(" a line\nand more"),
        lambda _, err: err.write("lost"),
    ) == [(STDERR, "a b\n"), (STDERR, "half a line\nand more")]


def test_bytes_are_written_below_what_is_still_text() -> None:
    assert written(
        lambda out, _: out.write("text"),
        lambda out, _: out.buffer.write(b"bytes\xff"),
        lambda out, _: out.buffer.flush(),
        lambda out, _: out.flush(),
    ) == [(STDOUT, "bytes\\xff"), (STDOUT, "text")]


def test_sizes_are_in_bytes() -> None:
    euros = "€" * 4000

    assert written(lambda out, _: out.write(euros), lambda out, _: out.write("")) == [(STDOUT, euros)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (1, TypeError("write() argument must be str, not int")),
        ("\ud800", UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")),
    ],
)
def test_what_is_no_text_cannot_be_written(text: Any, error: Exception) -> None:
    genuine = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    for stream in (genuine, None):
        with pytest.raises(type(error)) as caught:
            _print(text, stream)

        assert str(caught.value) == str(error)


def _print(text: Any, stream: io.TextIOWrapper | None) -> None:
    if stream is not None:
        stream.write(text)
        return
    raised: list[Exception] = []

    def attempt(out: Stream, _: Stream) -> None:
        try:
            out.write(text)
        except Exception as error:
            raised.append(error)

    written(attempt)
    raise raised[0]


def test_errors_can_tell_of_any_text() -> None:
    assert written(lambda _, err: err.write("\ud800\n")) == [(STDERR, "\\ud800\n")]


def test_who_is_muted_prints_nothing() -> None:
    def mute(*_: Stream) -> None:
        process = place.process()
        assert process is not None
        process.is_muted = True

    assert (
        written(mute, lambda out, _: print("a", file=out, flush=True), lambda _, err: err.buffer.write(b"b\n" * 8192))
        == []
    )


def test_what_the_engine_itself_prints_is_not_a_process_s() -> None:
    real = io.TextIOWrapper(raw := io.BytesIO(), encoding="utf-8")
    stream = Stream(STDOUT, real)

    stream.write("text ")
    stream.flush()
    stream.buffer.write(b"bytes")
    stream.buffer.flush()

    assert raw.getvalue() == b"text bytes"


def test_writes_of_different_processes_come_in_any_order_where_that_is_looked_at() -> None:
    def build(world: World) -> Stream:
        world.output = world.add_cell("output", "output", Output())
        return Stream(STDERR, sys.__stderr__)

    orders = set()

    def target(stream: Stream) -> None:
        process = place.process()
        assert process is not None
        print(process.name, file=stream)
        cell = place.here.world.output
        assert cell is not None
        orders.add("".join(text for _, _, text in place.here.world.states[cell]))

    outcomes(build, target, target)

    assert {one for one in orders if len(one) == 6} == {"p1\np2\n", "p2\np1\n"}


def test_writing_conflicts_with_writing() -> None:
    step: Any = Output().step((), 1, Operation("write", (STDOUT, "a")))

    assert step.state == ((1, STDOUT, "a"),)
    assert conflict(step.touches, step.touches)


def test_a_stream_that_nobody_has_any_more_goes_while_a_process_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotSimulated, "latest", None)
    old = [Stream(STDOUT, sys.__stdout__)]

    outcomes(lambda world: old, list.clear)

    assert NotSimulated.latest is None
