"""``threading.Condition``, which managers have too: who waits longest is notified first.

Source: CPython, Lib/threading.py: each waiter has a lock of its own, in a queue.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .condition import Waiting
from .guarded import LOOKS, TAKES, Guard, Owned
from .model import BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Then, Touches


class Waiters(NamedTuple):
    """``queue`` are the processes that no notification has reached, ``woken`` those that one has."""

    queue: tuple[int, ...] = ()
    woken: frozenset[int] = frozenset()


class ThreadCondition(Waiting):
    """State: ``Waiters``. ``wait``, then ``_sleep``, then ``_retake``.

    Who is late stays in the queue until it has the lock again: a notification may still reach it, and is lost.
    """

    def initial(self) -> Waiters:
        return Waiters()

    def wait(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not self._is_owned(guard, state, process):
            return Raised(state, RuntimeError("cannot wait on un-acquired lock"), LOOKS)
        # A plain lock is given back once, whoever has taken it; a re-entrant one wholly.
        count = guard.depth(state[0], process) if isinstance(guard, Owned) else 1
        waiters = state[self.place]
        asleep = waiters._replace(queue=(*waiters.queue, process))
        freed = guard.given_back(state[0], process, count)
        go_on = Operation("_sleep", (self, count), *operation.arguments[1:])
        return Then(self.put(state, asleep, freed), go_on, (*TAKES, *self._touched(WRITE)))

    def _sleep(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if process in state[self.place].woken:
            step = self._resume(guard, state, process, operation)
            if step is not BLOCKED or operation.patience_s is None:
                return step
            # No time-out ends the wait for the lock.
            return Then(state, Operation("_resume", operation.arguments), (*LOOKS, *self._touched(READ)))
        if operation.is_late:
            return Then(state, Operation("_retake", operation.arguments), self._touched(READ))
        return BLOCKED

    def _resume(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not guard.lets(state[0], process):
            return BLOCKED
        waiters, count = state[self.place], operation.arguments[1]
        awake = waiters._replace(woken=waiters.woken - {process})
        return Done(self.put(state, awake, guard.taken(state[0], process, count)), True, self._all)

    def _retake(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not guard.lets(state[0], process):
            return BLOCKED
        waiters, count = state[self.place], operation.arguments[1]
        queue = tuple(one for one in waiters.queue if one != process)
        gone = Waiters(queue, waiters.woken - {process})
        return Done(self.put(state, gone, guard.taken(state[0], process, count)), False, self._all)

    def notify(self, guard: Guard, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        if not self._is_owned(guard, state, process):
            return Raised(state, RuntimeError("cannot notify on un-acquired lock"), LOOKS)
        waiters = state[self.place]
        count = max(0, operation.arguments[1])
        if not count or not waiters.queue:
            return Done(state, None, (*LOOKS, *self._touched(READ)))
        called = Waiters(waiters.queue[count:], waiters.woken | set(waiters.queue[:count]))
        return Done(self.put(state, called), None, (*LOOKS, *self._touched(WRITE)))

    def _is_owned(self, guard: Guard, state: tuple[Any, ...], process: int) -> bool:
        """Whether the lock is taken, by ``process`` if it is one that tells."""
        return bool(guard.depth(state[0], process)) if isinstance(guard, Owned) else guard.is_taken(state[0])

    def _touched(self, mode: int) -> Touches:
        return (((self.place, "waiters"), mode),)

    @property
    def _all(self) -> Touches:
        return (*TAKES, *self._touched(WRITE))
