"""Locks and semaphores that anybody may release: a number of permits.

Source: CPython, Modules/_multiprocessing/semaphore.c and Lib/threading.py.
"""

from __future__ import annotations

from typing import Any

from .model import BLOCKED, READ, WRITE, Done, Operation, Raised, Step

SEM_VALUE_MAX = 2**31 - 1

_TAKES = (("permits", WRITE),)
_LOOKS = (("permits", READ),)


class Semaphore:
    """State: how many permits there are.

    ``most`` is how many there may be at most; ``error`` is what who gives back one more gets.
    """

    def __init__(self, value: int, most: int = SEM_VALUE_MAX, error: Exception | None = None) -> None:
        self._value = value
        self._most = most
        self._error = error or ValueError("semaphore or lock released too many times")

    def initial(self) -> Any:
        return self._value

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        if operation.name == "acquire":
            if state:
                return Done(state - 1, True, _TAKES)
            return Done(state, False, _LOOKS) if operation.is_late else BLOCKED
        if operation.name == "release":
            (count,) = operation.arguments or (1,)
            if state + count > self._most:
                return Raised(state, type(self._error)(*self._error.args), _LOOKS)
            return Done(state + count, None, _TAKES)
        return Done(state, state, _LOOKS)  # get_value, look

    def final(self, state: Any) -> object:
        return {"value": state}


class Lock(Semaphore):
    """A semaphore of one. It is not re-entrant, and has no owner."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(1, 1, error)

    def final(self, state: Any) -> object:
        return {"locked": not state}


class RLock:
    """State: who has taken it (None for nobody), and how often. ``error`` is what anybody else gets who releases it."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or AssertionError("attempt to release recursive lock not owned by thread")

    def initial(self) -> tuple[int | None, int]:
        return None, 0

    def step(self, state: tuple[int | None, int], process: int, operation: Operation) -> Step:
        owner, count = state
        if operation.name == "acquire":
            if owner is None or owner == process:
                return Done((process, count + 1), True, _TAKES)
            return Done(state, False, _LOOKS) if operation.is_late else BLOCKED
        if operation.name == "look":
            return Done(state, state, _LOOKS)
        if owner != process:
            return Raised(state, type(self._error)(*self._error.args), _LOOKS)
        return Done((owner, count - 1) if count > 1 else (None, 0), None, _TAKES)

    def forked(self, state: tuple[int | None, int], parent: int, child: int) -> tuple[int | None, int]:
        """The state of a copy that ``child`` got as it was forked: what its parent had taken, it has."""
        return (child, state[1]) if state[0] == parent else state

    def final(self, state: tuple[int | None, int]) -> object:
        return {"locked": state[0] is not None}
