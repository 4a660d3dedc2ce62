"""What is still done of an operation that is interrupted in the middle."""

from __future__ import annotations

from typing import Any

import pytest

from engine.models.barrier import Barrier, Meeting
from engine.models.condition import Condition
from engine.models.event import Event, Flag
from engine.models.guarded import Guarded, guard_of
from engine.models.locked_pipe import Pipe
from engine.models.model import OVER, Done, Interruptible, Operation, Then
from engine.models.queue import Queue, State
from engine.models.semaphore import RLock
from engine.models.simple_queue import SimpleQueue


def packed(item: Any, process: int) -> tuple[Any, int]:
    return item, 10


QUEUE, SIMPLE, CONDITION = Queue(0, packed, is_joinable=True), SimpleQueue(bytes), Condition()


@pytest.mark.parametrize(
    ("model", "operation", "instead"),
    [
        (QUEUE, Operation("receive", ((), False), 1.0), Operation("give_back", (None, True))),
        (QUEUE, Operation("receive", ((b"x",), False)), None),
        (QUEUE, Operation("give_back", ("item",)), Operation("give_back", (None, True))),
        (QUEUE, Operation("release", ("item", True)), Operation("give_back", ("item", True))),
        (QUEUE, Operation("release", ("item", False)), OVER),
        (QUEUE, Operation("count", ("item",)), OVER),
        (QUEUE, Operation("notice"), None),
        (SIMPLE, Operation("receive", ((), False)), Operation("give_back", (None, True))),
        (SIMPLE, Operation("write", ("item", 10, 0)), Operation("let_go")),
        (SIMPLE, Operation("write_on", ("item", 10, 4)), None),
        (CONDITION, Operation("_sleep", (CONDITION, 1), 1.0), Operation("_tell", (CONDITION, 1, False))),
        (CONDITION, Operation("_retake", (CONDITION, 1, True)), OVER),
        (CONDITION, Operation("_retake", (CONDITION, 2, True)), None),
        (CONDITION, Operation("_await_woken", (CONDITION, 1)), None),
    ],
)
def test_it_is_known_what_or_said_that_it_is_not(
    model: Interruptible, operation: Operation, instead: Operation | None
) -> None:
    assert model.interrupted(operation) == instead


def test_who_gets_gives_the_lock_back_and_leaves_the_item() -> None:
    waiting = QUEUE.step(State(), 1, Operation("get"))
    assert isinstance(waiting, Then)
    assert waiting.state.pipe.reader == 1

    over = QUEUE.step(waiting.state, 1, QUEUE.interrupted(waiting.operation) or OVER)

    assert isinstance(over, Done)
    assert over.state.pipe == Pipe()


def test_who_waits_for_an_event_waits_no_more_whether_or_not_it_is_set() -> None:
    event = Event()
    asleep, woken = Flag(False, frozenset((1, 2))), Flag(True, frozenset((2,)), frozenset((1,)))
    instead = event.interrupted(Operation("_sleep"))
    assert instead is not None

    assert event.step(asleep, 1, instead) == Done(Flag(False, frozenset((2,))), False, (("flag", 0),))
    assert event.step(woken, 1, instead) == Done(Flag(True, frozenset((2,))), True, (("flag", 0),))


@pytest.mark.parametrize("phase", [0, 1, -2])
def test_who_leaves_a_barrier_does_not_break_it(phase: int) -> None:
    barrier = Barrier(3)
    instead = barrier.interrupted(Operation("_meet", (0,)))
    assert instead is not None

    over = barrier.step(Meeting(phase, 2), 1, instead)

    assert isinstance(over, Done)
    assert over.state == Meeting(phase, 1)


def test_what_works_under_a_lock_is_asked_and_the_lock_is_not() -> None:
    guarded, condition = Guarded(guard_of(RLock())), Condition()
    guarded.admit(condition, guarded.initial())

    assert guarded.interrupted(Operation("_retake", (condition, 1, True))) is OVER
    assert guarded.interrupted(Operation("acquire")) is None
