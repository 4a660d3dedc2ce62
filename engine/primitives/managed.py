"""What lives in a manager's process, seen whole."""

from __future__ import annotations

import threading
from contextlib import suppress
from multiprocessing.managers import BaseProxy
from queue import Empty
from typing import Any


def contents(value: object) -> object:
    """``value`` with every proxy in it replaced by a copy of what it stands for."""
    if isinstance(value, BaseProxy):
        return contents(value._getvalue())
    if type(value) is dict:
        return {key: contents(item) for key, item in value.items()}
    if type(value) is list:
        return [contents(item) for item in value]
    if type(value) is tuple:
        return tuple(contents(item) for item in value)
    return value


def items_of(queue: Any) -> list[object]:
    """The items left in a manager's queue, in order."""
    items = []
    with suppress(Empty):
        while True:
            items.append(contents(queue.get_nowait()))
    return items


def is_held(lock: Any) -> bool:
    """Whether a manager's lock is held: its proxy cannot say, so it is tried.

    By a thread of its own, which the manager takes for another holder: this one may take again what it has.
    """
    held = []

    def attempt() -> None:
        held.append(not lock.acquire(False))
        if not held[0]:
            lock.release()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return held[0]


def permits_of(semaphore: Any) -> int:
    """How many permits a manager's semaphore has free: its proxy cannot say, so they are taken, and given back."""
    free = 0
    while semaphore.acquire(False):
        free += 1
    for _ in range(free):
        semaphore.release()
    return free
