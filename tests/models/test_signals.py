"""Signals strike in the order that the clock has, and what concerns different processes commutes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.models.model import BLOCKED, Done, Operation, conflict
from engine.models.signals import Signals, State

SIGNALS = Signals()
FIRST, SECOND = 1, 2


def to(action: str, argument: int) -> Operation:
    return Operation(action, (argument,))


def step(state: State, operation: Operation) -> Done:
    made = SIGNALS.step(state, 9, operation)
    assert isinstance(made, Done)
    return made


def after(*operations: Operation) -> Any:
    state = SIGNALS.initial()
    for operation in operations:
        state = step(state, operation).state
    return state


def test_nobody_is_stopped_and_nothing_is_over_at_first() -> None:
    assert after() == State(0, frozenset())


def test_who_is_stopped_is_so_until_it_is_resumed() -> None:
    assert after(to("stop", FIRST), to("stop", SECOND)).stopped == {FIRST, SECOND}
    assert after(to("stop", FIRST), to("stop", SECOND), to("resume", FIRST)).stopped == {SECOND}


def test_who_is_not_stopped_cannot_be_resumed() -> None:
    state = after(to("stop", FIRST))

    assert SIGNALS.step(state, 9, to("resume", SECOND)) is BLOCKED
    assert step(state, to("resume", SECOND)._replace(is_late=True)).state is state


def test_to_be_stopped_twice_is_to_be_stopped() -> None:
    assert after(to("stop", FIRST), to("stop", FIRST), to("resume", FIRST)) == State()


def test_a_strike_of_the_clock_waits_for_those_before_it() -> None:
    first, second, third = (to("await", number) for number in range(3))

    assert SIGNALS.step(after(), 9, first) is not BLOCKED
    assert SIGNALS.step(after(), 9, second) is BLOCKED
    assert SIGNALS.step(after(to("over", 0)), 9, second) is not BLOCKED
    assert SIGNALS.step(after(to("over", 0)), 9, third) is BLOCKED


def test_an_interrupt_leaves_nothing_behind() -> None:
    state = after(to("stop", FIRST))

    assert step(state, to("interrupt", FIRST)).state is state


@pytest.mark.parametrize(
    ("one", "other", "do_conflict"),
    [
        (to("stop", FIRST), to("resume", FIRST), True),
        (to("stop", FIRST), to("interrupt", FIRST), True),
        (to("stop", FIRST), to("stop", SECOND), False),
        (to("over", 0), to("over", 0), True),
        (to("over", 0), to("await", 0), True),
        (to("await", 0), to("await", 0), False),
        (to("over", 0), to("stop", FIRST), False),
    ],
)
def test_what_strikes_different_processes_commutes(one: Operation, other: Operation, do_conflict: bool) -> None:
    state = after(to("stop", FIRST))

    assert conflict(step(state, one).touches, step(state, other).touches) is do_conflict
