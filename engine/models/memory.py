"""Shared memory: items side by side, under a lock or under none.

Each read and each write, of one item or of several, is one step, also through the lock: the step waits while another
process has it. Lib/multiprocessing/sharedctypes.py takes it, reads or writes, and gives it back; nobody sees more of
that than the order, but for who tries to take the lock without waiting for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from .guarded import LOOKS, TAKES, Guard, Part
from .model import BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Then, Touches

_MOST_COMPONENTS = 64
"""Larger memories are told apart by blocks of items: two steps in one block are then taken to conflict, which only
costs schedules."""


class Memory(Part):
    """State: a tuple of items, or bytes. Operations are given the range that they read or write, and what they write.

    ``is_fine`` has the taking of the lock as a step of its own: who is killed after it leaves it taken, and who tries
    to take it meanwhile cannot.
    """

    takes_lock = True

    def __init__(self, items: Sequence[Any], is_fine: bool = False) -> None:
        self._items: Any = items if isinstance(items, bytes) else tuple(items)
        self._grain = -(-len(items) // _MOST_COMPONENTS) or 1
        self._is_fine = is_fine
        self.bare = Bare(self)

    def initial(self) -> Any:
        return self._items

    def step(self, guard: Guard | None, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        lock = state[0]
        if guard is None:
            return self.move(state, operation, lock, ())
        if self._is_fine and operation.name[0] == "_":
            freed = guard.given_back(lock, process, 1)
            if freed is None:  # Another process has released a lock that is not its own.
                made = self.move(state, operation, lock, TAKES)
                error = ValueError("semaphore or lock released too many times")
                return Raised(made.state, error, made.touches)
            return self.move(state, operation, freed, TAKES)
        if not guard.lets(lock, process):
            return BLOCKED
        if self._is_fine:
            taken = (guard.taken(lock, process, 1), *state[1:])
            return Then(taken, operation._replace(name="_" + operation.name), TAKES)
        return self.move(state, operation, lock, LOOKS)

    def move(self, state: tuple[Any, ...], operation: Operation, lock: Any, about: Touches) -> Done:
        """Read or write, and leave ``lock`` as the state of the lock; ``about`` is how that is touched."""
        where = operation.arguments[1]
        items = state[self.place]
        if len(operation.arguments) == 2:
            unchanged = state if lock is state[0] else (lock, *state[1:])
            return Done(unchanged, taken_from(items, where), _touched(self.place, self._grain, where, READ, about))
        changed = given_to(items, where, operation.arguments[2])
        return Done(self.put(state, changed, lock), None, _touched(self.place, self._grain, where, WRITE, about))

    def final(self, mine: Any) -> object:
        return list(mine)


@lru_cache(maxsize=4096)
def _touched(place: int, grain: int, where: range, mode: int, about: Touches) -> Touches:
    """The same for all runs: what a step touches, that does so to the items there, and ``about`` the lock."""
    return (*about, *(((place, block), mode) for block in sorted({index // grain for index in where})))


class Bare(Part):
    """The same memory, without regard to the lock (what ``get_obj`` gives)."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def step(self, guard: Guard | None, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        return self.memory.move(state, operation, state[0], ())


def taken_from(items: Any, where: range) -> Any:
    """What is in ``items`` there, as the kind of sequence that it is."""
    if where.step == 1:
        return items[where.start : where.stop]
    return type(items)(items[index] for index in where)


def given_to(items: Any, where: range, values: Any) -> Any:
    """``items`` with ``values`` there, of the same kind."""
    if where.step == 1:
        return items[: where.start] + values + items[where.stop :]
    changed = list(items)
    for index, value in zip(where, values, strict=True):
        changed[index] = value
    return type(items)(changed)
