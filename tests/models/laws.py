"""The law that exploration relies on: steps that do not conflict commute, and do not enable or disable each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.models.model import BLOCKED, Done, Model, Operation, Raised, Then, conflict

Doing = tuple[Operation | None, ...]
"""What each process is at: the operation that it wants to do next, or None for nothing yet."""


class Broken(NamedTuple):
    """Two steps that break the law: in which state, and how."""

    state: Any
    first: tuple[int, Operation]
    second: tuple[int, Operation]
    how: str


def breaches(
    model: Model, operations: Sequence[Operation], walks: int, length: int = 12, processes: int = 3
) -> list[Broken]:
    """Walk at random through what ``processes`` can do, and try every pair of them in both orders at each state."""
    found: list[Broken] = []
    for seed in range(walks):
        choose = random.Random(seed)
        state: Any = model.initial()
        doing = [choose.choice(operations) for _ in range(processes)]
        for _ in range(length):
            found += _at(model, state, doing)
            able = [
                process for process in range(processes) if step(model, state, process, doing[process]) is not BLOCKED
            ]
            if not able:
                break
            process = choose.choice(able)
            taken = step(model, state, process, doing[process])
            state = taken.state
            doing[process] = taken.operation if isinstance(taken, Then) else choose.choice(operations)
    return found


def step(model: Model, state: Any, process: int, operation: Operation) -> Any:
    """What the world would have of it: a time-out may fire whenever the operation is blocked."""
    made = model.step(state, process, operation)
    if made is BLOCKED and operation.patience_s is not None:
        made = model.step(state, process, operation._replace(is_late=True))
        assert made is not BLOCKED, (state, operation)
    return made


def _at(model: Model, state: Any, doing: Sequence[Operation]) -> list[Broken]:
    found = []
    for one in range(len(doing)):
        mine = step(model, state, one, doing[one])
        if mine is BLOCKED:
            continue
        for other in range(len(doing)):
            how = _pair(model, state, (one, doing[one]), mine, (other, doing[other])) if other != one else None
            if how is not None:
                found.append(Broken(state, (one, doing[one]), (other, doing[other]), how))
    return found


def _pair(model: Model, state: Any, me: tuple[int, Operation], mine: Any, you: tuple[int, Operation]) -> str | None:
    yours, yours_after = step(model, state, *you), step(model, mine.state, *you)
    if yours is BLOCKED:
        if yours_after is BLOCKED or conflict(mine.touches, yours_after.touches):
            return None
        return "enables without a conflict"
    if conflict(mine.touches, yours.touches):
        return _hidden(model, me, mine, yours, yours_after)
    mine_after = step(model, yours.state, *me)
    if yours_after is BLOCKED or mine_after is BLOCKED:
        return "disables without a conflict"
    if _told(yours) != _told(yours_after) or _told(mine) != _told(mine_after):
        return "changes what comes of it without a conflict"
    if _ordered(mine_after.state) != _ordered(yours_after.state):
        return "does not commute without a conflict"
    return None


def _hidden(model: Model, me: tuple[int, Operation], mine: Any, yours: Any, yours_after: Any) -> str | None:
    """Who comes second is seen to conflict by what he touches then, if the order can be told."""
    if yours_after is BLOCKED or conflict(mine.touches, yours_after.touches):
        return None
    mine_after = step(model, yours.state, *me)
    if mine_after is not BLOCKED and (_told(mine)[:-1], _told(yours)[:-1], _ordered(mine_after.state)) == (
        _told(mine_after)[:-1],
        _told(yours_after)[:-1],
        _ordered(yours_after.state),
    ):
        return None
    return "hides a conflict"


def _ordered(state: Any) -> object:
    """Dictionaries are equal in any order, and differ in it."""
    return list(state.items()) if isinstance(state, dict) else state


def _told(made: Any) -> tuple[Any, ...]:
    """What is told of a step, but for the state."""
    touches = frozenset(made.touches)
    match made:
        case Done(_, result, _):
            return "done", result, touches
        case Raised(_, error, _):
            return "raised", type(error), error.args, touches
        case Then(_, operation, _):
            return "then", operation, touches
    raise AssertionError(made)
