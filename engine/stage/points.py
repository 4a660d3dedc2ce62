"""Where a primitive waits for its turn inside one of its operations.

What is several steps in simulation is one call in reality: ``Queue.get`` takes a lock, reads, gives a permit back. The
genuine object does so by semaphores and connections of its own, and these are made to stop there: the object, its
class and what it does stay as they are. Which step each of them is, the tables below say, in the words of the models.
Source: CPython, Lib/multiprocessing/synchronize.py and sharedctypes.py, the same from 3.10 to 3.13 in what is here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .held_memory import hold_block
from .held_queues import hold_joinable_queue, hold_queue, hold_simple_queue
from .stops import Point, goes_on, held, meets, sleeps, tells, wakes
from .watching import WATCHED_AS, told

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


def _hold_condition(condition: Any, name: str) -> None:
    held(condition._wait_semaphore, Point(goes_on, name, "_sleep"), taken=(Point(meets, name, "_tell"),))
    held(
        condition._woken_count,
        Point(goes_on, name, "_await_woken"),
        giving=(Point(tells, name, "_tell"),),
    )
    held(condition._lock, Point(goes_on, name, "_retake"))
    _note_lock(name, condition._lock)
    condition._make_methods()


def _hold_event(event: Any, name: str) -> None:
    _hold_sleepers(event._cond, name, "_sleep")


def _hold_barrier(barrier: Any, name: str) -> None:
    _hold_sleepers(barrier._cond, name, "_meet")


def _hold_sleepers(condition: Any, name: str, step: str) -> None:
    """Who wakes the sleepers waits until each of them is awake, and that is one step; so they sleep for real."""
    held(condition._wait_semaphore, Point(sleeps, name, step))
    held(condition._lock, Point(wakes, name, step))
    condition._make_methods()


def _hold_lock(lock: Any, name: str) -> None:
    held(lock)


def _hold_guarded(guarded: Any, name: str) -> None:
    _note_lock(name, guarded._lock)
    if hasattr(guarded._lock, "_semlock"):
        taken = tuple(Point(tells, name, step) for step in ("_read", "_write"))
        held(guarded._lock, taken=taken)
        guarded.acquire, guarded.release = guarded._lock.acquire, guarded._lock.release


def _hold_memory(block: Any, name: str) -> None:
    hold_block(block, partial(told, name))


_HOLDING: dict[str, Callable[[Any, str], None]] = {
    "multiprocessing.synchronize.SemLock": _hold_lock,
    "multiprocessing.synchronize.Condition": _hold_condition,
    "multiprocessing.synchronize.Event": _hold_event,
    "multiprocessing.synchronize.Barrier": _hold_barrier,
    "multiprocessing.queues.JoinableQueue": hold_joinable_queue,
    "multiprocessing.queues.Queue": hold_queue,
    "multiprocessing.queues.SimpleQueue": hold_simple_queue,
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
    "Manager.Condition": frozenset(("_sleep",)),
    "Manager.Event": frozenset(("_sleep",)),
    "Manager.Barrier": frozenset(("_meet",)),
    "Value": frozenset(("_read", "_write")),
    "Array": frozenset(("_read", "_write")),
    "SimpleQueue": _OF_PIPES,
    "JoinableQueue": _OF_QUEUES | {"count", "sleep", "notice"},
}
"""The steps with which an operation of a type of ``shared`` can go on, and be made to wait for its turn."""
