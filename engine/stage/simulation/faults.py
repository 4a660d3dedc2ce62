"""What goes wrong in a simulated run: to whom, and when.

A fault by the clock or anywhere is a line of execution of its own that takes one step, so that every moment is tried;
those by the clock come in the clock's order. A fault at an operation strikes in the process that does it, just before
that operation has its turn or just after it had.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import greenlet

from ...models.model import OVER, Interruptible, Operation
from ...plan import Fault
from . import deaths
from . import here as place
from .here import here
from .names import said
from .process import Process
from .refusal import NotSimulated
from .system import CLOCK, KERNEL, PAUSE, RETURN, SIGNALS

if TYPE_CHECKING:
    from .life import Life

_CODES = {"kill": -9, "terminate": -15}
_LASTING = frozenset((*_CODES, "stop"))
_OF_QUEUES = frozenset(("close", "join_thread", "cancel_join_thread"))
_NOWAIT = frozenset(("put_nowait", "get_nowait"))
_OF_THREADS_QUEUES = frozenset(("put", "get", "task_done", "join", "empty", "full", "qsize"))
_UNSEEN: dict[str, frozenset[str]] = {
    "Condition": frozenset(("wait_for", "notify_all")),
    "Queue": _OF_QUEUES,
    "JoinableQueue": _OF_QUEUES,
    "SimpleQueue": frozenset(("close",)),
    "Pipe": frozenset(("send_bytes", "recv_bytes", "recv_bytes_into")),
    "SharedMemory": frozenset(("close",)),
    "ShareableList": frozenset(("count", "index")),
    "Manager.Condition": frozenset(("notify_all",)),
    "Manager.dict": frozenset(("iter",)),
    "Manager.Queue": _NOWAIT,
    "Manager.JoinableQueue": _NOWAIT,
    "threading.Semaphore": frozenset(("acquire", "release")),
    "threading.BoundedSemaphore": frozenset(("acquire", "release")),
    "threading.Event": frozenset(("is_set", "set", "clear", "wait")),
    "threading.Condition": frozenset(("acquire", "release", "wait_for", "notify_all")),
    "threading.Barrier": frozenset(("wait", "reset", "abort")),
    "queue.Queue": _OF_THREADS_QUEUES,
    "queue.LifoQueue": _OF_THREADS_QUEUES,
    "queue.PriorityQueue": _OF_THREADS_QUEUES,
}
"""The operations of each type that are no step, or one that goes by another name: no fault finds its moment there."""

_BETWEEN = "an interrupt between two operations is tried only as the one ends and as the other begins"
_IN_TIME = "a fault that strikes anywhere is tried only until time passes for the first time"

_FIRST_NUMBER = -2
"""Who strikes has a number, too: below those of all processes."""


def begin(life: Life) -> None:
    """Have the faults of a run come into it."""
    if any(fault.action == "interrupt" and _is_at_any_moment(fault) for fault in life.plan.faults):
        life.world.doubts.add(_BETWEEN)
    began_s = _began_s(life)
    clocked = sorted((fault for fault in life.plan.faults if fault.at_s is not None), key=lambda fault: fault.at_s or 0)
    for number, fault in enumerate(life.plan.faults):
        if fault.at_s is None and not fault.is_anywhere:
            continue
        if fault.at_s is not None and began_s + fault.at_s > life.plan.timeout_s and not life.world.is_virtual:
            life.world.doubts.add("a fault by the clock comes when the run has been ended")
            continue
        striker = Process(_FIRST_NUMBER - number, ("fault", number), called(fault), daemon=True)
        striker.fault = fault
        turn = clocked.index(fault) if fault in clocked else None
        life.world.add_strand(striker, _strike(life, fault, turn, began_s))


def _began_s(life: Life) -> float:
    """How long after the others begin the clock of faults does, which is with the first process; endless if there is
    none. Who starts after others ends no sooner than these begin, but for those that cannot be started."""
    processes = life.processes
    return min(
        (
            planned.delay_s
            for planned in life.plan.processes
            if processes[planned.name].is_started
            and not any(processes[other].is_started for other in planned.start_after)
        ),
        default=math.inf,
    )


def note_time(life: Life, fault: Fault) -> None:
    """``fault`` strikes: if it does so anywhere, and somebody waits for his time, it could do so after that, too. But
    the clock only goes on when nobody else can, and who strikes anywhere always can."""
    if fault.is_anywhere and any(strand.operation.patience_s for strand in life.world.waiting):
        life.world.doubts.add(_IN_TIME)


def trap(life: Life, process: Process) -> Trap | None:
    """What strikes at the operations of ``process``, if anything does."""
    mine = [one for one in life.plan.faults if one.process == process.name]
    process.pauses = any(_is_at_any_moment(one) and one.action in _LASTING for one in mine)
    faults = [one for one in mine if one.operation is not None]
    types = {shared.name: shared.type for shared in life.plan.shared}
    for fault in faults:
        name, operation = fault.operation or ("", "")
        if operation in _UNSEEN.get(types[name.partition("[")[0]], ()):
            raise NotSimulated(f"a fault {fault.moment} {name}.{operation}")
    go_on = (
        _go_on_and_pause if any(one.action == "interrupt" and _is_at_any_moment(one) for one in mine) else place.go_on
    )
    return Trap(life, process, faults, go_on) if faults or go_on is not place.go_on else None


def pause(life: Life, process: Process) -> None:
    """A moment before ``process`` tells what its target has returned, if it may be struck at any."""
    if any(one.process == process.name and _is_at_any_moment(one) for one in life.plan.faults):
        place.perform(SIGNALS, PAUSE)


def _is_at_any_moment(fault: Fault) -> bool:
    return fault.operation is None


def _go_on_and_pause(cell: int, operation: Operation) -> Any:
    """An interrupt may come when an operation has been done, and its caller does not know of it yet."""
    result = place.go_on(cell, operation)
    if operation.name != "exit":
        place.go_on(SIGNALS, RETURN)
    return result


def note(life: Life, victim: Process, fault: Fault) -> None:
    """Note that ``fault`` has found its victim."""
    victim.struck = (*victim.struck, called(fault))
    life.struck.append(str(fault))


def called(fault: Fault) -> str:
    """A fault's name: one that strikes anywhere is the same wherever it does."""
    return f"{fault.action} {fault.process} anywhere" if fault.is_anywhere else str(fault)


def interrupt(life: Life, victim: Process) -> None:
    """Have what ``victim`` waits for end in a KeyboardInterrupt."""
    if not victim.has_begun:
        raise NotSimulated("an interrupt, which waits until its process has begun")
    strand, world = victim.strand, life.world
    assert strand is not None
    model, instead = world.models[strand.cell], None
    if not strand.is_midway:
        instead = OVER
    elif isinstance(model, Interruptible):
        instead = model.interrupted(strand.operation)
    if instead is None:
        primitive, operation, _ = said(world, strand.cell, strand.operation)
        raise NotSimulated(f"an interrupt in the middle of {primitive}.{operation}")
    world.throw(strand, KeyboardInterrupt(), instead)


def _strike(life: Life, fault: Fault, turn: int | None, began_s: float) -> Callable[[], None]:
    victim = life.processes[fault.process].number
    # By a clock, nobody waits for who is to be resumed; where time passes at any moment, it does so when he is stopped.
    patience_s = 0.0 if life.world.is_virtual and fault.action == "resume" else None
    strike = (
        (KERNEL, deaths.kill(life.world, victim, _CODES[fault.action], is_closed=True))
        if fault.action in _CODES
        else (SIGNALS, Operation(fault.action, (victim,), patience_s, patience_s == 0))
    )

    def run() -> None:
        if life.world.is_virtual and fault.at_s is not None:
            place.perform(CLOCK, Operation("sleep", (), began_s + fault.at_s))
        if turn:
            place.perform(SIGNALS, Operation("await", (turn,)))
        place.perform(*strike)
        if turn is not None:
            place.perform(SIGNALS, Operation("over", (turn,)))

    return run


class Trap:
    """Stands in the way of all that ``process`` does to what is shared."""

    def __init__(self, life: Life, process: Process, faults: Sequence[Fault], go_on: Callable[..., Any]) -> None:
        self._life = life
        self._process = process
        self._faults = list(faults)
        self._go_on = go_on
        self._done: Counter[tuple[str, str]] = Counter()

    def perform(self, cell: int, operation: Operation) -> Any:
        name = said(here.world, cell, operation)[:2]
        self._done[name] += 1
        times = self._done[name]
        self._strike("before", name, times)
        try:
            result = self._go_on(cell, operation)
        except greenlet.GreenletExit:
            raise
        except BaseException:
            self._strike("after", name, times)
            raise
        self._strike("after", name, times)
        return result

    def pass_over(self, name: str) -> None:
        if any(fault.operation is not None and fault.operation[0] == name for fault in self._faults):
            raise NotSimulated(f"a fault at an operation on {name}, of which one does nothing")

    def _strike(self, moment: str, name: tuple[str, str], times: int) -> None:
        for fault in tuple(self._faults):
            if (fault.moment, fault.operation, fault.nth) == (moment, name, times):
                self._faults.remove(fault)
                self._hit(fault)

    def _hit(self, fault: Fault) -> None:
        process = self._process
        if fault.action in _CODES:
            process.fault = fault
            place.go_on(KERNEL, deaths.kill(here.world, process.number, _CODES[fault.action], is_closed=True))
            here.hub.switch()  # Nobody switches back.
        process.fault = fault
        place.go_on(SIGNALS, Operation(fault.action, (process.number,)))
        if fault.action == "interrupt":
            note(self._life, process, fault)
            raise KeyboardInterrupt
        place.go_on(SIGNALS, RETURN)  # Who is stopped does nothing more: this comes when he is resumed.
