"""What lives in a manager's process, seen whole."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.managers import BaseProxy
from operator import attrgetter
from typing import Any

_DATA: Mapping[str, Callable[[Any], object]] = {
    "dict": dict,
    "list": list,
    "Value": attrgetter("value"),
    "Array": list,
    "Namespace": vars,
}
"""How to look at what can be copied out of the server; locks, events and queues cannot."""


def contents(value: object) -> object:
    """``value`` with every proxy of data in it replaced by a copy of what it stands for."""
    if isinstance(value, BaseProxy):
        # Not through an attribute: a namespace's proxy asks the server for those.
        look = _DATA.get(object.__getattribute__(value, "_token").typeid)
        return contents(look(value._getvalue())) if look else value
    if type(value) is dict:
        return {key: contents(item) for key, item in value.items()}
    if type(value) is list:
        return [contents(item) for item in value]
    if type(value) is tuple:
        return tuple(contents(item) for item in value)
    return value


_NOTHING_LEFT = (queue.Empty, getattr(queue, "ShutDown", queue.Empty))
"""What a queue raises that has no more; one that was shut down (from Python 3.13 on) has its own."""


def items_of(proxy: Any) -> list[object]:
    """The items left in a manager's queue, in order."""
    items = []
    with suppress(*_NOTHING_LEFT):
        while True:
            items.append(contents(proxy.get_nowait()))
    return items


def is_held(lock: Any) -> bool:
    """Whether a manager's lock is held: its proxy does not say, but the repr of what it stands for does.

    Trying would be wrong for an RLock: the manager's thread for us may have the id of the one that took it, and died.
    """
    return "<locked" in str(lock)


def permits_of(semaphore: Any) -> int:
    """How many permits a manager's semaphore has free: its proxy cannot say, so they are taken, and given back."""
    free = 0
    while semaphore.acquire(False):
        free += 1
    for _ in range(free):
        semaphore.release()
    return free
