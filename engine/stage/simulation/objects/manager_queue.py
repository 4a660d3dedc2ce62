"""``Manager().Queue()`` and ``Manager().JoinableQueue()``, as targets get them in simulation: the same thing."""

from __future__ import annotations

import queue
from multiprocessing.managers import BaseProxy
from typing import Any

from ....models.model import Operation
from ....models.served_queue import ServedQueue
from ..here import here, number, perform
from ..payload import pack, unpack
from ..refusal import NotSimulated
from ..world import World
from .left import left
from .queueing import Joining, Queueing
from .shared import seconds


class Queue(Queueing, Joining, BaseProxy):
    """A proxy: each call is one request, and what it carries is pickled at once."""

    travels = arrives_anew = True
    _typeid = "Queue"

    def __init__(self, world: World, key: object, label: str, maxsize: int = 0) -> None:
        self.cell, self._label, self._is_bounded = world.add_cell(key, label, ServedQueue(maxsize)), label, maxsize > 0

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        load, _ = pack(item, number())
        patience_s = _patience(block, timeout) if self._is_bounded else None
        perform(self.cell, Operation("put", (load,), patience_s, patience_s == 0))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        patience_s = _patience(block, timeout)
        return unpack(perform(self.cell, Operation("get", (), patience_s, patience_s == 0)), number())

    def put_nowait(self, item: Any) -> None:
        self.put(item, False)

    def final(self) -> list[object]:
        return left(here.world.states[self.cell].items)

    def __getattr__(self, name: str) -> Any:
        if hasattr(queue.Queue, name):
            raise NotSimulated(f"{self._label}.{name} of a manager's queue is not simulated")
        raise AttributeError(f"'AutoProxy[{self._typeid}]' object has no attribute '{name}'")

    def __repr__(self) -> str:
        kind = self._typeid
        return f"<AutoProxy[{kind}] object, typeid {kind!r} at {self._address:#x}>"

    def __str__(self) -> str:
        return f"<queue.Queue object at {self._address:#x}>"


class JoinableQueue(Queue):
    _typeid = "JoinableQueue"


def _patience(block: bool, timeout: float | None) -> float | None:
    if not block:
        return 0.0
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    return seconds(timeout)
