"""Steps of the kernel that do not conflict can be taken in either order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.models.channel import HEADER
from engine.models.kernel import Kernel
from engine.models.model import BLOCKED, NEED, Done, Operation, Raised, Step
from tests.models.commutation import Line, violations

pytestmark = pytest.mark.slow

PROCESSES = (1, 2, 3)
ENDS = ((10, 0), (10, 1), (20, 0), (20, 1))


def dump(load: Any) -> bytes:
    return bytes([65 + load % 26]) * SIZES[load % len(SIZES)]


SIZES = (1, 50, 20_000, 70_000, 150_000)


def test_no_order_of_steps_that_do_not_conflict_can_be_told() -> None:
    kernel = Mortal(dump)

    assert violations(kernel, _lines(), 400, 30, _a_state(kernel)) == []


def test_nor_can_it_where_processes_are_killed_half_way() -> None:
    kernel = Mortal(dump, is_fine=True)

    assert violations(kernel, _lines(), 150, 30, _a_state(kernel)) == []


@pytest.mark.parametrize("forgotten", ["holders", "life", "segment", "taken"])
def test_a_touch_that_is_forgotten_would_be_found(forgotten: str) -> None:
    kernel = Forgetful(forgotten)

    assert violations(kernel, _lines(), 150, 30, _a_state(kernel))


class Forgetful(Kernel):
    def __init__(self, forgotten: str) -> None:
        super().__init__(dump)
        self._forgotten = forgotten

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        step = super().step(state, process, operation)
        if isinstance(step, (Done, Raised)):
            kept: Any = tuple(touch for touch in step.touches if touch[0][0] != self._forgotten)  # type: ignore[index]
            return step._replace(touches=kept)
        return step


class Mortal(Kernel):
    """Nobody ends twice."""

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        if operation.name == "exit" and state.lives[process] is not None:
            return BLOCKED
        return super().step(state, process, operation)


class Needy(Mortal):
    """Who asks whether somebody lives says that he needs what he sees."""

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        made = super().step(state, process, operation)
        if operation.name == "is_alive" and isinstance(made, Done):
            return made._replace(touches=tuple((component, NEED) for component, _ in made.touches))
        return made


def test_who_does_without_what_he_says_he_needs_would_be_found() -> None:
    kernel = Needy(dump)

    assert violations(kernel, _lines(), 2000, 30, _a_state(kernel)) != []


def _a_state(kernel: Kernel) -> Any:
    """Three processes and two pipes, one of each kind; only the parent and two of them have the ends."""
    state = kernel.initial()
    for operation in (
        Operation("pipe", (10, True)),
        Operation("pipe", (20, False)),
        Operation("start", (1, None)),
        Operation("start", (2, ((10, 1), (20, 1)))),
        Operation("start", (3, ((10, 0), (20, 0)))),
        *(Operation("close", (end,)) for end in ENDS),
    ):
        step = kernel.step(state, 0, operation)
        assert isinstance(step, Done)
        state = step.state
    return state


def _lines() -> list[Line]:
    rng = random.Random(0)
    return [Line(process, (choose := _chooser(process)), choose(rng)) for process in PROCESSES]


def _chooser(process: int) -> Callable[[random.Random], Operation]:
    others = [other for other in PROCESSES if other != process]

    def choose(rng: random.Random) -> Operation:
        end, other, patience = rng.choice(ENDS), rng.choice(others), rng.choice((None, 0.0, 1.0))
        load, child = rng.randrange(100), 100 * rng.choice(PROCESSES) + rng.randrange(3)
        timing: dict[str, Any] = {"patience_s": patience, "is_late": patience == 0}
        # Who has been killed takes no steps; that is for the world to see to, so nobody dies here but at an end.
        return rng.choice(
            (
                *[Operation("send", (end, load, len(dump(load)) + HEADER))] * 6,
                *[Operation("recv", (end, rng.choice((None, None, None, 100))))] * 6,
                *[Operation("poll", (end,), **timing)] * 2,
                *[Operation("wait", (end, other, rng.choice(ENDS)), **timing)] * 2,
                Operation("join", (other,), **timing),
                Operation("is_alive", (other,)),
                Operation("close", (end,)),
                Operation("offer", (end, 7)),
                Operation("accept", (end, other, 7)),
                Operation("start", (100 * process + rng.randrange(3), None, False, rng.choice((False, True)))),
                Operation("kill", (child, -9, *rng.choice(((), (False,), (True,))))),
                *[Operation(rng.choice(("closes", "sentinel", "ends")), (child,))] * 2,
                Operation("exit", (0, process == 1)),
            )
        )

    return choose
