"""Steps of the queues that do not conflict can be taken in either order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.models.channel import HEADER
from engine.models.model import BLOCKED, Done, Operation, Raised, Step
from engine.models.queue import Loose, Packed, Queue, State
from engine.models.simple_queue import SimpleQueue
from tests.models.commutation import Line, violations

pytestmark = pytest.mark.slow

SIZES = (1, 50, 20_000, 70_000)


def dump(load: Any) -> bytes:
    return bytes(SIZES[load % len(SIZES)])


def pack(item: Any, process: int) -> tuple[Any, int]:
    if item == 13:
        raise TypeError("cannot pickle it")
    return item, len(dump(item))


class Fed(Queue):
    """Its feeders can be asked before they are there."""

    def step(self, state: State, process: int, operation: Operation) -> Step:
        if operation.name == "feed" and process not in state.buffers:
            return BLOCKED
        return super().step(state, process, operation)


@pytest.mark.parametrize("maxsize", [0, 1, 3])
@pytest.mark.parametrize("is_joinable", [False, True])
@pytest.mark.parametrize(("is_exact", "is_fine"), [(False, False), (True, False), (True, True)])
def test_no_order_of_steps_that_do_not_conflict_can_be_told(
    maxsize: int, is_joinable: bool, is_exact: bool, is_fine: bool
) -> None:
    queue = Fed(maxsize, pack, dump, is_joinable, is_exact, is_fine)

    assert violations(queue, _lines(is_joinable), 60, 40) == []


@pytest.mark.parametrize(("is_exact", "is_fine"), [(False, False), (True, False), (True, True)])
def test_no_order_can_be_told_of_a_simple_queue_either(is_exact: bool, is_fine: bool) -> None:
    lines = [Line(process, _choose_simple, _choose_simple(random.Random(process))) for process in (1, 2, 3)]

    assert violations(SimpleQueue(dump, is_exact, is_fine), lines, 100, 30) == []


@pytest.mark.parametrize("forgotten", ["puts", "gets", "permit", "segment", "taken", "reader", "item", "feeder"])
def test_a_touch_that_is_forgotten_would_be_found(forgotten: str) -> None:
    class Forgetful(Fed):
        def step(self, state: State, process: int, operation: Operation) -> Step:
            step = super().step(state, process, operation)
            if not isinstance(step, (Done, Raised)):
                return step
            kept: Any = tuple(touch for touch in step.touches if forgotten not in (touch[0], touch[0][0]))  # type: ignore[index]
            return step._replace(touches=kept)

    assert violations(Forgetful(1, pack, dump, is_exact=False), _lines(False), 60, 40)


def _lines(is_joinable: bool) -> list[Line]:
    rng = random.Random(0)
    feeders = [Line(process, lambda _: Operation("feed"), Operation("feed")) for process in (1, 2, 3)]
    choose = _chooser(is_joinable)
    return [*(Line(process, choose, choose(rng)) for process in (1, 2, 3)), *feeders]


def _chooser(is_joinable: bool) -> Callable[[random.Random], Operation]:
    def choose(rng: random.Random) -> Operation:
        patience, item = rng.choice((None, 0.0, 1.0)), rng.randrange(20)
        timing: dict[str, Any] = {"patience_s": patience, "is_late": patience == 0}
        put = rng.choice((Loose(item), Packed(item, len(dump(item)) + HEADER)))
        plain = [Operation(name) for name in ("empty", "full", "qsize", "close", "join_thread")]
        joining = [Operation("task_done"), Operation("task_done"), Operation("join")] if is_joinable else []
        return rng.choice(
            [*[Operation("put", (put,), **timing)] * 6, *[Operation("get", (), **timing)] * 5, *plain, *joining]
        )

    return choose


def _choose_simple(rng: random.Random) -> Operation:
    item = rng.randrange(20)
    put = Operation("put", (item, len(dump(item)) + HEADER))
    return rng.choice((put, put, Operation("get"), Operation("get"), Operation("empty")))
