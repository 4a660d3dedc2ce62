"""A lock, with all that works under it: memory, and conditions.

They are in one cell, because a step on them looks at the lock too: it waits while another process has it, or gives
it back. Each *part* has its place in the state, and names itself in its operations.
"""

from __future__ import annotations

from typing import Any, Protocol

from .model import BLOCKED, READ, WRITE, Done, Interruptible, Model, Operation, Raised, Step
from .semaphore import RLock, Semaphore

LOOKS = (("permits", READ),)
TAKES = (("permits", WRITE),)


class Guard(Model, Protocol):
    """A lock that tells who has it."""

    def lets(self, state: Any, process: int) -> bool:
        """Whether ``process`` could take it now."""

    def depth(self, state: Any, process: int) -> int:
        """How often ``process`` has taken it."""

    def given_back(self, state: Any, process: int, count: int) -> Any:
        """The state after ``count`` releases by ``process``; None where that is once too often."""

    def taken(self, state: Any, process: int, count: int) -> Any:
        """The state after ``process``, which can, has taken it ``count`` times."""

    def is_taken(self, state: Any) -> bool: ...


class Owned(RLock):
    """A re-entrant lock."""

    def lets(self, state: Any, process: int) -> bool:
        owner = state[0]
        return owner is None or owner == process

    def depth(self, state: Any, process: int) -> int:
        return int(state[1]) if state[0] == process else 0

    def given_back(self, state: Any, process: int, count: int) -> Any:
        left = state[1] - count
        return (process, left) if left else (None, 0)

    def taken(self, state: Any, process: int, count: int) -> Any:
        return process, state[1] + count

    def is_taken(self, state: Any) -> bool:
        return state[0] is not None


class Counted:
    """A semaphore of which each process knows how often it has taken it more than given it back.

    State: how many permits there are, and these numbers, but for the zeros, by process. A process that gives back what
    another took does not change what that one believes (``count`` in semaphore.c).
    """

    def __init__(self, semaphore: Semaphore) -> None:
        self._semaphore = semaphore

    def initial(self) -> Any:
        return self._semaphore.initial(), ()

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        permits, counts = state
        step = self._semaphore.step(permits, process, operation)
        if isinstance(step, (Done, Raised)):
            change = permits - step.state
            return step._replace(state=(step.state, _changed(counts, process, change)) if change else state)
        return step

    def final(self, state: Any) -> object:
        return self._semaphore.final(state[0])

    def lets(self, state: Any, process: int) -> bool:
        return bool(state[0])

    def depth(self, state: Any, process: int) -> int:
        counts: dict[int, int] = dict(state[1])
        return max(0, counts.get(process, 0))

    def given_back(self, state: Any, process: int, count: int) -> Any:
        step = self._semaphore.step(state[0], process, Operation("release", (count,)))
        return (step.state, _changed(state[1], process, -count)) if isinstance(step, Done) else None

    def taken(self, state: Any, process: int, count: int) -> Any:
        return state[0] - count, _changed(state[1], process, count)

    def is_taken(self, state: Any) -> bool:
        return not state[0]


def _changed(counts: tuple[tuple[int, int], ...], process: int, change: int) -> tuple[tuple[int, int], ...]:
    changed = dict(counts)
    changed[process] = changed.get(process, 0) + change
    return tuple(sorted(one for one in changed.items() if one[1]))


class Part:
    """What works under a lock. ``place`` is where its own state is in that of the whole, ``label`` what people call it.

    Its operations have it as their first argument.
    """

    place = 0
    label = ""
    takes_lock = False
    """Whether its operations take the lock for themselves, and give it back."""

    def initial(self) -> Any:
        raise NotImplementedError

    def step(self, guard: Guard | None, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        """As a model's, in the state of the whole."""
        raise NotImplementedError

    def final(self, mine: Any) -> object:
        raise NotImplementedError

    def put(self, state: tuple[Any, ...], mine: Any, lock: Any = ...) -> tuple[Any, ...]:
        """``state`` with another one of this part, and of the lock if given."""
        place = self.place
        return (state[0] if lock is ... else lock, *state[1:place], mine, *state[place + 1 :])


class Guarded:
    """State: that of the lock, and those of the parts. Without a lock (None), nothing ever waits.

    ``primary`` is the part whose final value is that of the whole; it is the lock's, if there is none.
    """

    def __init__(self, guard: Guard | None, primary: Part | None = None) -> None:
        self.guard = guard
        self._primary = primary
        self.is_taken_inside = False
        """Whether a part takes the lock for itself, so that who tries to take it may find it taken by nobody's will."""
        self._initial: tuple[Any, ...] = (guard.initial() if guard else None,)
        if primary is not None:
            self._initial = self.admit(primary, self._initial)

    def admit(self, part: Part, state: tuple[Any, ...]) -> tuple[Any, ...]:
        """``state`` with another part."""
        part.place = len(state)
        self.is_taken_inside |= part.takes_lock
        return (*state, part.initial())

    def initial(self) -> tuple[Any, ...]:
        return self._initial

    def step(self, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        arguments = operation.arguments
        if arguments and isinstance(part := arguments[0], Part):
            return part.step(self.guard, state, process, operation)
        assert self.guard is not None
        step = self.guard.step(state[0], process, operation)
        if step is BLOCKED:
            return step
        lock = step.state  # type: ignore[union-attr]
        return step._replace(state=state if lock is state[0] else (lock, *state[1:]))  # type: ignore[union-attr]

    def interrupted(self, operation: Operation) -> Operation | None:
        part = operation.arguments[0] if operation.arguments else None
        return part.interrupted(operation) if isinstance(part, Interruptible) else None

    def forked(self, state: tuple[Any, ...], parent: int, child: int) -> tuple[Any, ...]:
        """The state of a copy that ``child`` got as it was forked."""
        return (self.guard.forked(state[0], parent, child), *state[1:]) if isinstance(self.guard, Owned) else state

    def final(self, state: tuple[Any, ...]) -> object:
        if self._primary is not None:
            return self._primary.final(state[self._primary.place])
        assert self.guard is not None
        return self.guard.final(state[0])


def guard_of(model: Model) -> Guard:
    """The same lock as ``model``, such that parts can work under it. Raises TypeError for what is no lock."""
    if isinstance(model, RLock):
        guard = Owned()
        guard.__dict__.update(model.__dict__)
        return guard
    if isinstance(model, Semaphore):
        return Counted(model)
    raise TypeError(f"{model!r} is no lock")
