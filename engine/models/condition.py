"""``multiprocessing.Condition``: who has the lock gives it back and sleeps, until another one who has it notifies.

Source: CPython, Lib/multiprocessing/synchronize.py: three semaphores count who sleeps, who has woken, and how many may
wake. Its moves are grouped into as few steps as show all that can come of them.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from .guarded import LOOKS, TAKES, Guard, Part
from .model import ADD, BLOCKED, OVER, READ, WRITE, Done, Operation, Raised, Step, Then, Touches

EVERYBODY = sys.maxsize
"""How many ``notify_all`` wakes."""


class Counts(NamedTuple):
    """The three semaphores: ``sleeping`` and ``woken`` have not been compared since the last notification, ``wakes``
    is how many may still wake by it."""

    sleeping: int = 0
    woken: int = 0
    wakes: int = 0


class Waiting(Part):
    """What all conditions have: each operation is a method, and they hold nothing at the end."""

    def final(self, mine: Any) -> object:
        return None

    def step(self, guard: Guard | None, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        assert guard is not None
        step: Step = getattr(self, operation.name)(guard, state, process, operation)
        return step


class Condition(Waiting):
    """State: ``Counts``.

    ``wait``, then ``_sleep`` (or ``_give_up`` for who was late), then ``_retake``; ``notify``, then ``_await_woken``.
    Nothing undoes what a killed process has counted: who notifies one that was killed as it slept waits for ever.
    ``is_fine`` parts waking from telling so.
    """

    def __init__(self, is_fine: bool = False) -> None:
        self._is_fine = is_fine

    def initial(self) -> Counts:
        return Counts()

    def wait(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        count = guard.depth(state[0], process)
        if not count:
            return Raised(state, AssertionError("must acquire() condition before using wait()"), LOOKS)
        lock = guard.given_back(state[0], process, count)
        if lock is None:
            return Raised(state, ValueError("semaphore or lock released too many times"), LOOKS)
        counts = state[self.place]
        asleep = counts._replace(sleeping=counts.sleeping + 1)
        # Its time begins only now, and it may be late only when it sleeps.
        go_on = Operation("_sleep", (self, count), *operation.arguments[1:])
        return Then(self.put(state, asleep, lock), go_on, (*TAKES, (self._of("sleeping"), ADD)))

    def _sleep(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        counts = state[self.place]
        count = operation.arguments[1]
        if not counts.wakes:
            if not operation.is_late:
                return BLOCKED
            return Then(state, Operation("_tell", (self, count, False)), ((self._of("wakes"), READ),))
        awake = counts._replace(wakes=counts.wakes - 1)
        # Where all may wake, it is all the same who does so first.
        touches: Touches = (
            (self._of("wakes"), WRITE if counts.sleeping else ADD),
            (self._of("sleeping"), READ),
        )
        if self._is_fine:
            return Then(self.put(state, awake), Operation("_tell", (self, count, True)), touches)
        told = awake._replace(woken=awake.woken + 1)
        go_on = Operation("_retake", (self, count, True))
        return Then(self.put(state, told), go_on, (*touches, (self._of("woken"), ADD)))

    def _tell(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        counts = state[self.place]
        told = counts._replace(woken=counts.woken + 1)
        return Then(self.put(state, told), operation._replace(name="_retake"), ((self._of("woken"), ADD),))

    def _retake(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not guard.lets(state[0], process):
            return BLOCKED
        _, count, result = operation.arguments
        return Done((guard.taken(state[0], process, count), *state[1:]), result, TAKES)

    def notify(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not guard.depth(state[0], process):
            return Raised(state, AssertionError("lock is not owned"), LOOKS)
        sleeping, woken, wakes = state[self.place]
        if wakes:
            error = AssertionError("notify: Should not have been able to acquire _wait_semaphore")
            return Raised(self.put(state, Counts(sleeping, woken, wakes - 1)), error, (*LOOKS, *self._all(WRITE)))
        count = max(0, min(operation.arguments[1], sleeping - woken))
        after = Counts(sleeping - woken - count, 0, count)
        if not count:
            unchanged = state if after == state[self.place] else self.put(state, after)
            return Done(unchanged, None, (*LOOKS, *self._all(READ if unchanged is state else WRITE)))
        go_on = Operation("_await_woken", (self, count))
        return Then(self.put(state, after), go_on, (*LOOKS, *self._all(WRITE)))

    def _await_woken(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        counts, count = state[self.place], operation.arguments[1]
        if counts.woken < count:
            return BLOCKED
        # Who was late has told that it woke, and left its wake-up call to nobody.
        after = counts._replace(woken=counts.woken - count, wakes=0)
        return Done(self.put(state, after), None, self._all(WRITE))

    def interrupted(self, operation: Operation) -> Operation | None:
        """One that sleeps tells that it woke, and takes the lock again; but for that, nothing can stop it in that. One
        that is still to hear who has woken may have heard of some."""
        if operation.name == "_sleep":
            return Operation("_tell", (*operation.arguments, False))
        if operation.name == "_retake":
            return OVER if operation.arguments[1] == 1 else None
        return operation if operation.name == "_tell" else None

    def _of(self, component: str) -> tuple[int, str]:
        return self.place, component

    def _all(self, mode: int) -> Touches:
        return tuple((self._of(component), mode) for component in Counts._fields)
