"""Shared memory with a lock about it, or without: ``Value``, ``Array`` and their raw relatives, blocks of bytes.

Each read and each write of an item is a step. Where there is a lock, each takes it, and waits while somebody else has
it (Lib/multiprocessing/sharedctypes.py does so with a re-entrant lock).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .model import BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Touch

_GUARD = "lock"


class Cells(NamedTuple):
    """``owner`` has taken the lock ``times`` times."""

    items: tuple[Any, ...]
    owner: int | None = None
    times: int = 0


class Memory:
    """State: ``Cells``. ``is_guarded`` says whether a lock is about them.

    ``read`` is given the indices it reads, ``write`` these and the values.
    """

    def __init__(self, items: Sequence[Any], is_guarded: bool) -> None:
        self._items = tuple(items)
        self._is_guarded = is_guarded
        self._looks: tuple[Touch, ...] = ((_GUARD, READ),) if is_guarded else ()

    def initial(self) -> Cells:
        return Cells(self._items)

    def step(self, state: Cells, process: int, operation: Operation) -> Step:
        items, owner, times = state
        if operation.name == "release":
            if owner != process:
                error = AssertionError("attempt to release recursive lock not owned by thread")
                return Raised(state, error, ((_GUARD, READ),))
            freed = Cells(items, owner, times - 1) if times > 1 else Cells(items)
            return Done(freed, None, ((_GUARD, WRITE),))
        if owner is not None and owner != process:
            return Done(state, False, ((_GUARD, READ),)) if operation.is_late else BLOCKED
        if operation.name == "acquire":
            return Done(Cells(items, process, times + 1), True, ((_GUARD, WRITE),))
        indices = operation.arguments[0]
        if operation.name == "read":
            return Done(state, [items[index] for index in indices], (*self._looks, *((i, READ) for i in indices)))
        changed = list(items)
        for index, value in zip(*operation.arguments, strict=True):
            changed[index] = value
        return Done(Cells(tuple(changed), owner, times), None, (*self._looks, *((i, WRITE) for i in indices)))

    def final(self, state: Cells) -> object:
        return list(state.items)
