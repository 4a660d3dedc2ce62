"""``Barrier``: a meeting point, of threads and of processes.

Source: CPython, Lib/threading.py, whose ``Barrier`` is that of multiprocessing too, under another condition.
"""

from __future__ import annotations

from threading import BrokenBarrierError
from typing import Any, NamedTuple

from .condition import EVERYBODY, Condition, Counts
from .guarded import Owned
from .model import ADD, BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Then, Touches

FILLING, DRAINING, RESETTING, BROKEN = 0, 1, -1, -2

_ARRIVES: Touches = (("inside", WRITE), ("phase", READ))
_LEAVES: Touches = (("inside", ADD), ("phase", READ))
_CHANGES: Touches = (("inside", READ), ("phase", WRITE))
_BREAKS: Touches = (("inside", ADD), ("phase", WRITE))
_LOOKS: Touches = (("inside", READ), ("phase", READ))
_INTERRUPTED = Operation("_meet", ("interrupted",))


class Meeting(NamedTuple):
    """How many processes are inside, and what they are at.

    One that drains or is reset is filling again as soon as nobody is inside. Its phase is left as it is until then: so
    the last to leave changes nothing that the others would not.
    """

    phase: int = FILLING
    inside: int = 0

    @property
    def now(self) -> int:
        return FILLING if not self.inside and self.phase in (DRAINING, RESETTING) else self.phase

    def told(self, name: str) -> object:
        if name == "broken":
            return self.phase == BROKEN
        return self.inside if self.now == FILLING else 0

    def reset(self) -> Meeting:
        if not self.inside:
            return self if self.phase == FILLING else Meeting()
        return self._replace(phase=RESETTING) if self.phase in (FILLING, BROKEN) else self

    def aborted(self) -> Meeting:
        return self if self.phase == BROKEN else self._replace(phase=BROKEN)


class Barrier:
    """A barrier that nobody is killed at. State: ``Meeting``. ``wait`` is given its time as an argument."""

    def __init__(self, parties: int) -> None:
        self._parties = parties

    def initial(self) -> Meeting:
        return Meeting()

    def final(self, state: Meeting) -> object:
        return {"waiting": state.told("n_waiting"), "broken": state.told("broken")}

    def step(self, state: Meeting, process: int, operation: Operation) -> Step:
        name = operation.name
        if name == "wait":
            return self._arrive(state, operation.arguments[0])
        if name == "_meet":
            return self._meet(state, operation)
        if name in ("n_waiting", "broken"):
            return Done(state, state.told(name), _LOOKS)
        after = state.reset() if name == "reset" else state.aborted()
        return Done(after, None, _LOOKS if after is state else _CHANGES)

    def interrupted(self, operation: Operation) -> Operation | None:
        return _INTERRUPTED

    def _arrive(self, state: Meeting, timeout_s: float | None) -> Step:
        phase, index = state.now, state.inside
        if phase in (DRAINING, RESETTING):
            return BLOCKED  # For as long as it takes: this wait knows no time-out.
        if phase == BROKEN:
            return Raised(state, BrokenBarrierError(), (("phase", READ),))
        if index + 1 == self._parties:
            return Done(Meeting(DRAINING, index), index, (("inside", WRITE), ("phase", WRITE)))
        if timeout_s is not None and timeout_s <= 0:
            return Raised(Meeting(BROKEN, index), BrokenBarrierError(), (("inside", READ), ("phase", WRITE)))
        go_on = Operation("_meet", (index,), timeout_s)
        return Then(Meeting(FILLING, index + 1), go_on, (("inside", WRITE), ("phase", WRITE)))

    def _meet(self, state: Meeting, operation: Operation) -> Step:
        phase, inside = state
        if operation == _INTERRUPTED:
            return Done(Meeting(phase, inside - 1), None, _ARRIVES)
        if phase == FILLING:
            if not operation.is_late:
                return BLOCKED
            return Raised(Meeting(BROKEN, inside - 1), BrokenBarrierError(), _BREAKS)
        after = Meeting(phase, inside - 1)
        if phase == DRAINING:
            return Done(after, operation.arguments[0], _LEAVES)
        return Raised(after, BrokenBarrierError(), _LEAVES)


class FineBarrier:
    """A barrier at which processes may be killed.

    State: that of the lock, that of the condition under it, and the ``Meeting``. Each of its operations takes the
    lock, and goes on as ``threading.Barrier`` does; one who was killed as it slept has whoever notifies wait for ever,
    whatever its time-out.
    """

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self._guard = Owned()
        self._condition = Condition(is_fine=True)
        self._condition.place = 1

    def initial(self) -> Any:
        return self._guard.initial(), Counts(), Meeting()

    def final(self, state: Any) -> object:
        return {"waiting": state[2].told("n_waiting"), "broken": state[2].told("broken")}

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        name = operation.name
        if name in ("n_waiting", "broken"):
            return Done(state, state[2].told(name), _LOOKS)
        if name == "_under":
            below, go_on = operation.arguments
            return self._under(state, process, below._replace(is_late=operation.is_late), go_on)
        if name[0] == "_":
            step: Step = getattr(self, name)(state, process, operation)
            return step
        if not self._guard.lets(state[0], process):
            return BLOCKED
        taken = (self._guard.taken(state[0], process, 1), *state[1:])
        return Then(taken, operation._replace(name="_" + name), _LOCK)

    def _wait(self, state: Any, process: int, operation: Operation) -> Step:
        meeting, (timeout_s,) = state[2], operation.arguments
        if meeting.now in (DRAINING, RESETTING):
            return self._sleep(state, process, None, operation)
        if meeting.now == BROKEN:
            return self._leave(state, process, _leave(BrokenBarrierError()))
        index = meeting.inside
        if index + 1 == self._parties:
            return self._notify(state, process, Meeting(DRAINING, index + 1), Operation("_exit", (index,)))
        arrived = (*state[:2], Meeting(FILLING, index + 1))
        if timeout_s is not None and timeout_s <= 0:
            return self._met(arrived, process, Operation("_met", (index,)))
        return self._sleep(arrived, process, timeout_s, Operation("_met", (index,)))

    def _met(self, state: Any, process: int, operation: Operation) -> Step:
        """Awake, and with the lock: look what has become of it."""
        meeting = state[2]
        if meeting.phase == FILLING:
            return self._notify(state, process, meeting.aborted(), Operation("_exit", (BrokenBarrierError(),)))
        result = operation.arguments[0] if meeting.phase == DRAINING else BrokenBarrierError()
        return self._exit(state, process, Operation("_exit", (result,)))

    def _exit(self, state: Any, process: int, operation: Operation) -> Step:
        meeting, (result,) = state[2], operation.arguments
        after = meeting._replace(inside=meeting.inside - 1)
        if after.now != after.phase:
            return self._notify(state, process, Meeting(), _leave(result))
        return self._leave((*state[:2], after), process, _leave(result))

    def _reset(self, state: Any, process: int, operation: Operation) -> Step:
        return self._notify(state, process, state[2].reset(), _leave(None))

    def _abort(self, state: Any, process: int, operation: Operation) -> Step:
        return self._notify(state, process, state[2].aborted(), _leave(None))

    def _leave(self, state: Any, process: int, operation: Operation) -> Step:
        freed = (self._guard.given_back(state[0], process, 1), *state[1:])
        result = operation.arguments[0]
        if isinstance(result, BrokenBarrierError):
            return Raised(freed, BrokenBarrierError(), _ALL)
        return Done(freed, result, _ALL)

    def _notify(self, state: Any, process: int, meeting: Meeting, go_on: Operation) -> Step:
        notify = Operation("notify", (self._condition, EVERYBODY))
        return self._under((*state[:2], meeting), process, notify, go_on)

    def _sleep(self, state: Any, process: int, timeout_s: float | None, go_on: Operation) -> Step:
        return self._under(state, process, Operation("wait", (self._condition, timeout_s)), go_on)

    def _under(self, state: Any, process: int, operation: Operation, go_on: Operation) -> Step:
        """What the condition does; where it is done, ``go_on``."""
        step = self._condition.step(self._guard, state, process, operation)
        if step is BLOCKED:
            return step
        about = () if operation.name[0] == "_" else _ALL
        touches = (*about, *step.touches)  # type: ignore[union-attr]
        if isinstance(step, Then):
            below = step.operation
            again = Operation("_under", (below, go_on), below.patience_s, below.is_late)
            return Then(step.state, again, touches)
        if isinstance(step, Done):
            return Then(step.state, go_on, touches)
        return step._replace(touches=touches)  # type: ignore[union-attr]


def _leave(result: object) -> Operation:
    return Operation("_leave", (result,))


_LOCK: Touches = (("permits", WRITE),)
_ALL: Touches = (*_LOCK, ("inside", WRITE), ("phase", WRITE))
