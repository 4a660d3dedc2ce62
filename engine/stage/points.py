"""Where a primitive waits for its turn inside one of its operations.

What is several steps in simulation is one call in reality: ``Queue.get`` takes a lock, reads, gives a permit back. The
genuine object does so by semaphores and connections of its own, and these are made to stop there: the object, its
class and what it does stay as they are. Which step each of them is, the tables below say, in the words of the models.
Source: CPython, Lib/multiprocessing/synchronize.py and queues.py, the same from 3.10 to 3.13 in all that is said here.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from functools import partial
from multiprocessing import queues, util
from typing import Any, NamedTuple

from . import turns
from .held_memory import hold_block
from .semlocks import StandIn
from .turns import Strand
from .watching import WATCHED_AS, told


class Point(NamedTuple):
    """What happens as a semaphore is taken or given back: ``act`` is given who does so, ``primitive`` and ``step``;
    what it returns is how the semaphore is to be taken, None for as it was asked to be."""

    act: Callable[[Strand, str, str], bool | None]
    primitive: str
    step: str


def _tells(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own, which never waits."""
    strand.go_on(primitive, step)


def _meets(strand: Strand, primitive: str, step: str) -> None:
    """An interrupt may come here, before that step, which is done in spite of it."""
    strand.meet(step)


def _goes_on(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own."""
    if not strand.go_on(primitive, step):
        strand.stay()


def _sleeps(strand: Strand, primitive: str, step: str) -> bool | None:
    """It sleeps here for real until it is woken; that it goes on is a step, but for one that is not woken at all."""
    following = strand.next
    if following is not None and following.is_strike:
        strand.rest()
        return True
    if strand.is_interrupted_before(step):
        strand.rest()
        strand.meet(step)
    if following is None or not strand.is_next(primitive, step):
        strand.stay()
        return None
    if following.is_late:
        strand.go_on(primitive, step)
    else:
        strand.rest()
    return True


def _wakes(strand: Strand, primitive: str, step: str) -> None:
    strand.wake(primitive, step)


def _writes(strand: Strand, primitive: str, step: str) -> None:
    """It is a step of its own where making bytes of the item was one."""
    if strand.current is not None and strand.current.operation == "pickle":
        _goes_on(strand, primitive, step)


def _ends(strand: Strand, primitive: str, step: str) -> None:
    """The step ends here, and not only when the operation does."""
    strand.finish(step)


class Held(StandIn):
    """A semaphore that is taken and given back at points of a schedule."""

    def __init__(self, semlock: Any) -> None:
        super().__init__(semlock)
        self.taking: list[Point] = []
        self.taken: list[Point] = []
        self.giving: list[Point] = []
        self.given: list[Point] = []

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        strand = turns.here()
        if strand is None or not block:
            return super().acquire(block, timeout)
        is_endless = False
        for point in self.taking:
            is_endless |= bool(point.act(strand, point.primitive, point.step))
        if strand.give_up():
            strand.lateness_s += timeout or 0.0
            taken = super().acquire(False)
        else:
            taken = super().acquire(True, None if is_endless else timeout)
        for point in self.taken:
            point.act(strand, point.primitive, point.step)
        return taken

    def release(self) -> None:
        strand = turns.here()
        if strand is not None:
            for point in self.giving:
                point.act(strand, point.primitive, point.step)
        super().release()
        if strand is not None:
            for point in self.given:
                point.act(strand, point.primitive, point.step)


READ_ONE_BY_ONE: set[str] = set()
"""Lists in shared memory: to look for something in them is to read one item after the other."""

FOR_THREADS: set[str] = set()
"""What is for threads: of that each process has a copy of its own, and no other one sees what it does to it."""


def hold(thing: Any, name: str) -> None:
    """Have ``thing``, which the scenario calls ``name``, stop at its points."""
    if type(thing).__module__ in ("queue", "_queue", "threading", "_thread"):
        FOR_THREADS.add(name)
    if hasattr(thing, "shm"):
        READ_ONE_BY_ONE.add(name)
    for kind in type(thing).__mro__:
        holding = _HOLDING.get(f"{kind.__module__}.{kind.__qualname__}")
        if holding is not None:
            holding(thing, name)
            return


def owner(name: str, operation: str) -> str:
    """Whose step an operation on ``name`` is: what has a lock of another primitive's, takes and gives back that."""
    return _LOCKS.get(name, name) if operation in ("acquire", "release") else name


_LOCKS: dict[str, str] = {}
"""The names of primitives that have another one's lock, each with that one's."""


def _note_lock(name: str, lock: Any) -> None:
    others, *_ = getattr(type(lock), WATCHED_AS, (name,))
    if others != name:
        _LOCKS[name] = others


def _held(lock: Any, *taking: Point, **others: tuple[Point, ...]) -> None:
    """Have a ``multiprocessing`` lock or semaphore stop as it is taken, and at ``others``, which :class:`Held` names;
    one that several share, at the points of all."""
    if not isinstance(lock._semlock, Held):
        lock._semlock = Held(lock._semlock)
        lock._make_methods()
    for when, points in {"taking": taking, **others}.items():
        known = getattr(lock._semlock, when)
        known += [point for point in points if point not in known]


def _hold_condition(condition: Any, name: str) -> None:
    _held(condition._wait_semaphore, Point(_goes_on, name, "_sleep"), taken=(Point(_meets, name, "_tell"),))
    _held(
        condition._woken_count,
        Point(_goes_on, name, "_await_woken"),
        giving=(Point(_tells, name, "_tell"),),
    )
    _held(condition._lock, Point(_goes_on, name, "_retake"))
    _note_lock(name, condition._lock)
    condition._make_methods()


def _hold_event(event: Any, name: str) -> None:
    _hold_sleepers(event._cond, name, "_sleep")


def _hold_barrier(barrier: Any, name: str) -> None:
    _hold_sleepers(barrier._cond, name, "_meet")


def _hold_sleepers(condition: Any, name: str, step: str) -> None:
    """Who wakes the sleepers waits until each of them is awake, and that is one step; so they sleep for real."""
    _held(condition._wait_semaphore, Point(_sleeps, name, step))
    _held(condition._lock, Point(_wakes, name, step))
    condition._make_methods()


def _stopping(function: Callable[..., Any], name: str, step: str, following: str) -> Callable[..., Any]:
    """``function`` of a connection, at which an operation goes on with ``step``, and then with ``following``."""

    def stop(*given: Any) -> Any:
        strand = turns.here()
        if strand is None or not strand.is_inside:
            return function(*given)
        _goes_on(strand, name, step)
        result = function(*given)
        strand.meet(following)
        return result

    return stop


def _hold_ends(queue: Any, name: str) -> None:
    _held(queue._rlock, giving=(Point(_tells, name, "give_back"),))
    _held(queue._wlock, giving=(Point(_tells, name, "let_go"),))
    queue._reader.recv_bytes = _stopping(queue._reader.recv_bytes, name, "receive", "give_back")
    queue._writer.send_bytes = _stopping(queue._writer.send_bytes, name, "write", "let_go")


def _hold_queue(queue: Any, name: str) -> None:
    _hold_ends(queue, name)
    _held(queue._sem, giving=(Point(_tells, name, "release"),), given=(Point(_meets, name, "give_back"),))
    _held(queue._wlock, Point(_writes, name, "feed"))
    reader, writer = queue._reader, queue._writer
    poll, close = reader.poll, writer.close

    def look(timeout: float | None = 0.0) -> Any:
        strand = turns.here()
        if strand is not None and strand.is_inside:
            _goes_on(strand, name, "receive")
            if strand.give_up():
                timeout = 0.0
        return poll(timeout)

    def close_writer() -> None:
        close()
        strand = turns.here()
        if strand is not None:
            strand.finish("feed")

    reader.poll, writer.close = look, close_writer
    queue._recv_bytes, queue._send_bytes, queue._poll = reader.recv_bytes, writer.send_bytes, look
    start_thread = queue._start_thread

    def start() -> None:
        queue._buffer = Buffer(name, queue._buffer)
        start_thread()
        for step, priority in _AT_THE_END.items():
            util.Finalize(None, _comes_to, (name, step), exitpriority=priority)

    queue._start_thread = start
    tell = queue._on_queue_feeder_error

    def tell_of(error: BaseException, item: Any) -> None:
        tell(error, item)
        strand = turns.here()
        if strand is not None:
            strand.finish("pickle")

    queue._on_queue_feeder_error = tell_of


_AT_THE_END = {"exiting": 10, "join_thread": -5}
"""What a process does to its feeder as it ends, and with which priority: of equal ones, the last that was said comes
first."""


def _comes_to(primitive: str, step: str) -> None:
    """A moment in which an interrupt may come."""
    strand = turns.here()
    if strand is not None:
        strand.linger()
        strand.go_on(primitive, step)


GIVE_UP = "give_up"
"""The step of a feeder that fails as its process ends: nobody gets to know of that."""

_END: object = queues._sentinel  # type: ignore[attr-defined]
"""What tells a feeder thread to end."""


class Buffer(collections.deque[Any]):
    """What a feeder thread takes its items from: each when it is its turn."""

    def __init__(self, name: str, items: Any) -> None:
        super().__init__(items)
        self._name = name
        self._has_begun = False

    def popleft(self) -> Any:
        strand = turns.here() if self._has_begun else turns.begin_thread(self._name)
        self._has_begun = True
        if strand is not None:
            strand.end()
            if self:
                following = strand.next  # As its name says: to feed, to pickle first, or to give up.
                # That it is told to end is a step only where somebody looks.
                is_optional = self[0] is _END
                strand.begin(self._name, following.operation if following else "feed", is_optional)
                strand.finish(GIVE_UP)
        return super().popleft()


def _hold_joinable_queue(queue: Any, name: str) -> None:
    _hold_queue(queue, name)
    condition = queue._cond
    _held(condition._wait_semaphore, Point(_goes_on, name, "sleep"))
    _held(condition._woken_count, Point(_goes_on, name, "notice"), giving=(Point(_tells, name, "sleep"),))
    # Who has been noticed is not seen to wait for the lock, which who notices it has in hand.
    _held(condition._lock, Point(_goes_on, name, "count"), Point(_ends, name, "sleep"))
    condition._make_methods()


def _hold_lock(lock: Any, name: str) -> None:
    _held(lock)


def _hold_guarded(guarded: Any, name: str) -> None:
    _note_lock(name, guarded._lock)
    if hasattr(guarded._lock, "_semlock"):
        taken = tuple(Point(_tells, name, step) for step in ("_read", "_write"))
        _held(guarded._lock, taken=taken)
        guarded.acquire, guarded.release = guarded._lock.acquire, guarded._lock.release


def _hold_memory(block: Any, name: str) -> None:
    hold_block(block, partial(told, name))


_HOLDING: dict[str, Callable[[Any, str], None]] = {
    "multiprocessing.synchronize.SemLock": _hold_lock,
    "multiprocessing.synchronize.Condition": _hold_condition,
    "multiprocessing.synchronize.Event": _hold_event,
    "multiprocessing.synchronize.Barrier": _hold_barrier,
    "multiprocessing.queues.JoinableQueue": _hold_joinable_queue,
    "multiprocessing.queues.Queue": _hold_queue,
    "multiprocessing.queues.SimpleQueue": _hold_ends,
    "multiprocessing.sharedctypes.SynchronizedBase": _hold_guarded,
    "multiprocessing.shared_memory.SharedMemory": _hold_memory,
}

_OF_PIPES = frozenset(("write", "let_go", "receive", "give_back"))
_OF_QUEUES = _OF_PIPES | {"feed", "release"}

UNTRACED: dict[str, frozenset[str]] = {"SharedMemory": frozenset(("read", "write"))}
"""The operations of a type that are held up, and that no other run tells of: they are no calls there."""

SLEEPING = frozenset(("Event", "Barrier"))
"""The types whose sleepers sleep for real: they are woken in the very step that wakes them."""

STEPS: dict[str, frozenset[str]] = {
    "Condition": frozenset(("_sleep", "_tell", "_await_woken", "_retake")),
    "Event": frozenset(("_sleep",)),
    "Barrier": frozenset(("_meet",)),
    "Queue": _OF_QUEUES,
    "Value": frozenset(("_read", "_write")),
    "Array": frozenset(("_read", "_write")),
    "SimpleQueue": _OF_PIPES,
    "JoinableQueue": _OF_QUEUES | {"count", "sleep", "notice"},
}
"""The steps with which an operation of a type of ``shared`` can go on, and be made to wait for its turn."""
