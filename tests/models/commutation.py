"""The law of touches, tried by brute force: two steps that do not conflict can be taken in either order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from engine.models.model import (
    BLOCKED,
    NEED,
    WRITE,
    Blocked,
    Done,
    Model,
    Operation,
    Raised,
    Step,
    Then,
    Touches,
    conflict,
)


class Line(NamedTuple):
    """A line of execution, and what it wants to do next; ``choose`` finds the next thing once that is over."""

    process: int
    choose: Callable[[random.Random], Operation]
    operation: Operation


class Broken(NamedTuple):
    """Two steps from ``state`` that break the law."""

    why: str
    state: Any
    one: tuple[int, Operation]
    other: tuple[int, Operation]


def violations(model: Model, lines: list[Line], runs: int, steps: int, state: Any = None) -> list[Broken]:
    """What is found on random walks."""
    rng, found = random.Random(runs), []
    for _ in range(runs):
        now, walkers = model.initial() if state is None else state, list(lines)
        for _ in range(steps):
            able = [
                n for n, line in enumerate(walkers) if look(model, now, line.process, line.operation) is not BLOCKED
            ]
            found += _broken_here(model, now, walkers)
            if not able:
                break
            number = rng.choice(able)
            line = walkers[number]
            step = look(model, now, line.process, line.operation)
            assert not isinstance(step, Blocked)
            operation = step.operation if isinstance(step, Then) else line.choose(rng)
            now, walkers[number] = step.state, line._replace(operation=operation)
    return found


def look(model: Model, state: Any, process: int, operation: Operation) -> Step:
    """The step that the world would take: where it is blocked, a time-out may fire."""
    step = model.step(state, process, operation)
    if step is BLOCKED and operation.patience_s is not None:
        return model.step(state, process, operation._replace(is_late=True))
    return step


def _broken_here(model: Model, state: Any, lines: list[Line]) -> list[Broken]:
    found = []
    for number, one in enumerate(lines):
        for other in lines[number + 1 :]:
            for a, b in ((one, other), (other, one)):
                why = _why(model, state, a, b)
                if why is not None:
                    found.append(Broken(why, state, (a.process, a.operation), (b.process, b.operation)))
    return found


def _why(model: Model, state: Any, one: Line, other: Line) -> str | None:
    """What is wrong with ``other`` after ``one``, where they do not conflict."""
    first = look(model, state, one.process, one.operation)
    if isinstance(first, Blocked):
        return None
    before, after = (look(model, at, other.process, other.operation) for at in (state, first.state))
    if isinstance(before, Blocked):
        if isinstance(after, Blocked) or conflict(first.touches, after.touches):
            return None
        return "one enables the other"
    if conflict(first.touches, before.touches):
        if isinstance(after, Blocked) or conflict(first.touches, after.touches):
            return _needless(first, after)
        again = look(model, before.state, one.process, one.operation)
        if isinstance(again, Blocked) or again.state != after.state:
            return "one hides its conflict with the other"
        is_same = (told(first)[0], told(before)[0]) == (told(again)[0], told(after)[0])
        return None if is_same else "one hides its conflict with the other"
    if isinstance(after, Blocked):
        return "one disables the other"
    if told(before) != told(after):
        return f"one changes the other: {told(before)} {told(after)}"
    last = look(model, before.state, one.process, one.operation)
    if isinstance(last, Blocked) or last.state != after.state:
        return "the order changes the state"
    return None


def _needless(one: Done | Raised | Then, other: Step) -> str | None:
    """What is wrong where ``other`` was possible without ``one``."""
    written = {component for component, mode in one.touches if mode == WRITE}
    if not isinstance(other, Blocked) and any(mode == NEED and what in written for what, mode in other.touches):
        return "the other does without what it says it needs"
    return None


def told(step: Done | Raised | Then) -> tuple[object, Touches]:
    """All that is seen of a step from the outside."""
    if isinstance(step, Done):
        return ("done", step.result), step.touches
    if isinstance(step, Raised):
        return ("raised", type(step.error), step.error.args), step.touches
    return ("then", step.operation), step.touches
