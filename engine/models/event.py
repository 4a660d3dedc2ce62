"""``multiprocessing.Event``: a flag that processes wait for.

Source: CPython, Lib/multiprocessing/synchronize.py: a semaphore of at most one is the flag, under a condition.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .condition import EVERYBODY, Condition, Counts
from .guarded import Counted
from .model import BLOCKED, READ, WRITE, Done, Operation, Step, Then, Touches
from .semaphore import Lock

_LOOKS: Touches = (("flag", READ),)
_SETS: Touches = (("flag", WRITE),)
_INTERRUPTED = Operation("_sleep", ("interrupted",))


class Flag(NamedTuple):
    """``waiting`` and ``woken`` are processes: in ``wait``, and not told yet that it was set, or told."""

    is_set: bool = False
    waiting: frozenset[int] = frozenset()
    woken: frozenset[int] = frozenset()


class Event:
    """An event that nobody is killed at: each of its operations is one step, but for ``wait``, which may sleep.

    State: ``Flag``. ``keeps_word`` is that of threads: who was woken says that it was set, even if it has been cleared
    since; among processes, ``wait`` looks at the flag again. Who waits has never seen it set, so that all that its
    steps touch is the flag.
    """

    def __init__(self, keeps_word: bool = False) -> None:
        self._keeps_word = keeps_word

    def initial(self) -> Flag:
        return Flag()

    def final(self, state: Flag) -> object:
        return {"set": state.is_set}

    def step(self, state: Flag, process: int, operation: Operation) -> Step:
        step: Step = getattr(self, operation.name)(state, process, operation)
        return step

    def is_set(self, state: Flag, process: int, operation: Operation) -> Step:
        return Done(state, state.is_set, _LOOKS)

    def set(self, state: Flag, process: int, operation: Operation) -> Step:
        if state.is_set:
            return Done(state, None, _LOOKS)
        return Done(Flag(True, frozenset(), state.woken | state.waiting), None, _SETS)

    def clear(self, state: Flag, process: int, operation: Operation) -> Step:
        if not state.is_set:
            return Done(state, None, _LOOKS)
        return Done(state._replace(is_set=False), None, _SETS)

    def wait(self, state: Flag, process: int, operation: Operation) -> Step:
        if state.is_set:
            return Done(state, True, _LOOKS)
        go_on = Operation("_sleep", (), *operation.arguments)
        return Then(state._replace(waiting=state.waiting | {process}), go_on, _LOOKS)

    def _sleep(self, state: Flag, process: int, operation: Operation) -> Step:
        if process in state.woken:
            return Done(state._replace(woken=state.woken - {process}), self._keeps_word or state.is_set, _LOOKS)
        if operation.is_late or operation == _INTERRUPTED:
            return Done(state._replace(waiting=state.waiting - {process}), False, _LOOKS)
        return BLOCKED

    def interrupted(self, operation: Operation) -> Operation | None:
        """It wakes as one does whose time is over."""
        return _INTERRUPTED


class FineEvent:
    """An event at which processes may be killed: at every step in which others could see what it left undone.

    State: that of the lock, that of the condition under it, and the flag. A killed process may leave the lock taken,
    and one that is killed as it sleeps has whoever sets the event wait for ever.
    """

    def __init__(self) -> None:
        self._guard = Counted(Lock())
        self._condition = Condition(is_fine=True)
        self._condition.place = 1

    def initial(self) -> Any:
        return self._guard.initial(), Counts(), False

    def final(self, state: Any) -> object:
        return {"set": state[2]}

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        name = operation.name
        if name in _HELD:
            step: Step = getattr(self, name)(state, process, operation)
            return step
        if operation.arguments and operation.arguments[0] is self._condition:
            return self._under(state, process, operation)
        if not self._guard.lets(state[0], process):
            return BLOCKED
        taken = (self._guard.taken(state[0], process, 1), *state[1:])
        return Then(taken, operation._replace(name="_" + name), _LOCK)

    def _is_set(self, state: Any, process: int, operation: Operation) -> Step:
        return self._leave(state, process, Operation("_leave", (state[2],)))

    def _clear(self, state: Any, process: int, operation: Operation) -> Step:
        return Then((*state[:2], False), Operation("_leave", (None,)), _SETS)

    def _set(self, state: Any, process: int, operation: Operation) -> Step:
        return self._under((*state[:2], True), process, Operation("notify", (self._condition, EVERYBODY)), _SETS)

    def _wait(self, state: Any, process: int, operation: Operation) -> Step:
        if state[2]:
            return self._is_set(state, process, operation)
        return self._under(state, process, Operation("wait", (self._condition, *operation.arguments)), _LOOKS)

    def _leave(self, state: Any, process: int, operation: Operation) -> Step:
        freed = (self._guard.given_back(state[0], process, 1), *state[1:])
        return Done(freed, operation.arguments[0], (*_LOOKS, *_LOCK))

    def _under(self, state: Any, process: int, operation: Operation, about: Touches = ()) -> Step:
        """What the condition does; where it is done, the event goes on."""
        step = self._condition.step(self._guard, state, process, operation)
        if step is BLOCKED:
            return step
        touches = (*about, *step.touches)  # type: ignore[union-attr]
        if not isinstance(step, Done):
            return step._replace(touches=touches)  # type: ignore[union-attr]
        is_waiter = step.result is not None
        return Then(step.state, Operation("_is_set") if is_waiter else Operation("_leave", (None,)), touches)


_HELD = frozenset(("_is_set", "_clear", "_set", "_wait", "_leave"))
_LOCK: Touches = (("permits", WRITE),)
