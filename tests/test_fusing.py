"""Steps that real processes cannot be held up between are taken at once where nobody could tell."""

from __future__ import annotations

from typing import Any

import pytest

from engine.fusing import fused
from engine.plan import Turn

FED = Turn(1, "left", "jobs", "jobs", "feed", goes_on=True, following="write_on")
WRITTEN = Turn(2, "left", "jobs", "jobs", "write_on", begins=False, goes_on=True, following="let_go")
LET_GO = Turn(3, "left", "jobs", "jobs", "let_go", begins=False)


def other(primitive: str, operation: str, process: str = "right", **more: Any) -> Turn:
    return Turn(9, process, "", primitive, operation, **more)


def is_held(turn: Turn) -> bool:
    return turn.operation in ("receive", "let_go")


def test_what_goes_on_where_nobody_is_held_up_belongs_to_what_came_before() -> None:
    made = fused((FED, WRITTEN, LET_GO), is_held)

    assert made == (FED._replace(following="let_go"), LET_GO)


def test_what_is_over_then_does_not_go_on() -> None:
    made = fused((FED, WRITTEN._replace(goes_on=False, following="")), is_held)

    assert made == (FED._replace(goes_on=False, following=""),)


@pytest.mark.parametrize(
    "between",
    [
        other("jobs", "empty"),
        other("jobs", "join_thread", "left"),
        other("", "kill", "left"),
    ],
)
def test_it_stays_where_somebody_could_tell(between: Turn) -> None:
    assert fused((FED, between, WRITTEN), is_held) == (FED, between, WRITTEN)


@pytest.mark.parametrize(
    "between", [other("lock", "acquire"), other("", "stdout"), other("", "kill"), other("", "exit")]
)
def test_what_has_nothing_to_do_with_it_may_lie_between(between: Turn) -> None:
    assert fused((FED, between, WRITTEN), is_held) == (FED._replace(following="let_go"), between)


def test_an_end_between_two_steps_on_a_pipe_could_be_told() -> None:
    sent = other("pipe[0]", "send", "left", goes_on=True, following="body")
    body = other("pipe[0]", "body", "left", begins=False)
    ended = other("", "exit")

    assert fused((sent, ended, body), is_held) == (sent, ended, body)
    assert fused((sent, other("pipe[1]", "poll"), body), is_held) == (sent, other("pipe[1]", "poll"), body)


def test_who_reads_piece_by_piece_is_held_up_once() -> None:
    got = other("jobs", "get", goes_on=True, following="receive")
    header = other("jobs", "receive", begins=False, goes_on=True, following="receive")
    body = other("jobs", "receive", begins=False)

    assert fused((got, header, body), is_held) == (got, header._replace(goes_on=False, following=""))
