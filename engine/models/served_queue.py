"""A queue in a manager's process: what was put is there when ``put`` returns, and each call is one request.

Source: CPython, Lib/queue.py, and Lib/multiprocessing/managers.py, where ``JoinableQueue`` is the same class.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any, NamedTuple

from .model import ADD, BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Touches


class State(NamedTuple):
    """``put`` is how many items were ever put, ``unfinished`` how many tasks are not done."""

    items: tuple[Any, ...] = ()
    put: int = 0
    unfinished: int = 0

    @property
    def got(self) -> int:
        return self.put - len(self.items)


_LOOKS_AT_BOTH_ENDS: Touches = (("tail", READ), ("head", READ))


class ServedQueue:
    """State: ``State``."""

    def __init__(self, maxsize: int = 0) -> None:
        self._maxsize = maxsize
        self._steps: dict[str, Callable[[State, Operation], Step]] = {
            name: getattr(self, f"_{name}") for name in ("put", "get", "empty", "full", "qsize", "task_done", "join")
        }

    def initial(self) -> State:
        return State()

    def step(self, state: State, process: int, operation: Operation) -> Step:
        return self._steps[operation.name](state, operation)

    def final(self, state: State) -> object:
        return list(state.items)

    def _put(self, state: State, operation: Operation) -> Step:
        if self._is_full(state):
            return Raised(state, queue.Full(), _LOOKS_AT_BOTH_ENDS) if operation.is_late else BLOCKED
        put = state.put
        grown = State((*state.items, operation.arguments[0]), put + 1, state.unfinished + 1)
        touches: Touches = (("tail", WRITE), (("item", put), WRITE), ("unfinished", ADD))
        if 0 < self._maxsize <= put:
            touches = (*touches, (("place", put - self._maxsize), READ))
        return Done(grown, None, touches)

    def _get(self, state: State, operation: Operation) -> Step:
        if not state.items:
            return Raised(state, queue.Empty(), self._looks_at_head(state)) if operation.is_late else BLOCKED
        got = state.got
        touches = (("head", WRITE), (("item", got), READ), (("place", got), WRITE))
        return Done(state._replace(items=state.items[1:]), state.items[0], touches)

    def _empty(self, state: State, operation: Operation) -> Step:
        return Done(state, not state.items, self._looks_at_head(state))

    def _full(self, state: State, operation: Operation) -> Step:
        return Done(state, self._is_full(state), _LOOKS_AT_BOTH_ENDS)

    def _qsize(self, state: State, operation: Operation) -> Step:
        return Done(state, len(state.items), _LOOKS_AT_BOTH_ENDS)

    def _task_done(self, state: State, operation: Operation) -> Step:
        if not state.unfinished:
            error = ValueError("task_done() called too many times")
            return Raised(state, error, (("unfinished", READ),))
        return Done(state._replace(unfinished=state.unfinished - 1), None, (("unfinished", WRITE),))

    def _join(self, state: State, operation: Operation) -> Step:
        return BLOCKED if state.unfinished else Done(state, None, (("unfinished", READ),))

    def _is_full(self, state: State) -> bool:
        return 0 < self._maxsize <= len(state.items)

    def _looks_at_head(self, state: State) -> Touches:
        return (("head", READ), (("item", state.got), READ))
