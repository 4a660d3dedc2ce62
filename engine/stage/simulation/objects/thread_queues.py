"""The queues of the ``queue`` module: each process has a copy of its own, and none at all where it would be pickled.

They are the genuine ones. Only where a call would block, what blocks is the simulated process, and for good: nobody
else can put anything there.
"""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from ....models.model import Operation
from ....models.nobody import Nobody
from ..here import perform
from ..world import World
from .shared import seconds

if TYPE_CHECKING:
    from ..copier import Copier


class _Waits:
    """``cell`` is where who waits is blocked. A copy of the queue is its own, but may block in the same place."""

    cell: int

    def _be_in(self, world: World, cell: int) -> None:
        self.cell = cell
        world.private.add(cell)

    def _wait_for_nobody(self, timeout: float | None) -> None:
        """Come back when the time is over."""
        patience_s = seconds(timeout)
        perform(self.cell, Operation("wait", (), patience_s, patience_s == 0))


class Queue(_Waits, queue.Queue):  # type: ignore[type-arg]
    def __init__(self, world: World, key: object, label: str, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._be_in(world, world.add_cell(key, label, Nobody()))

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if not block or (timeout is not None and timeout < 0) or not self.full():
            return super().put(item, block, timeout)
        self._wait_for_nobody(timeout)
        raise queue.Full

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if not block or (timeout is not None and timeout < 0) or not self.empty():
            return super().get(block, timeout)
        self._wait_for_nobody(timeout)
        raise queue.Empty

    def join(self) -> None:
        if self.unfinished_tasks:
            self._wait_for_nobody(None)

    def final(self) -> list[object]:
        return list(self.queue)

    def copied_by(self, copier: Copier) -> Queue:
        """What a forked process has of it."""
        copy = type(self).__new__(type(self))
        copier.note(self, copy)
        queue.Queue.__init__(copy, self.maxsize)
        copy.cell, copy.unfinished_tasks = self.cell, self.unfinished_tasks
        copy.queue.extend(copier.copy(list(self.queue)))
        return copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("cannot pickle '_thread.lock' object")


class LifoQueue(Queue, queue.LifoQueue):  # type: ignore[type-arg]
    def final(self) -> list[object]:
        return list(reversed(self.queue))


class PriorityQueue(Queue, queue.PriorityQueue):  # type: ignore[type-arg]
    def final(self) -> list[object]:
        try:
            return sorted(self.queue)
        except TypeError:
            return list(self.queue)


class SimpleQueue(_Waits, queue.SimpleQueue):  # type: ignore[type-arg]
    def __init__(self, world: World, key: object, label: str) -> None:
        self._be_in(world, world.add_cell(key, label, Nobody()))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if not block or (timeout is not None and timeout < 0) or not self.empty():
            return super().get(block, timeout)
        self._wait_for_nobody(timeout)
        raise queue.Empty

    def final(self) -> list[object]:
        items = [self.get_nowait() for _ in range(self.qsize())]
        for item in items:
            self.put(item)
        return items

    def copied_by(self, copier: Copier) -> SimpleQueue:
        """What a forked process has of it."""
        copy = type(self).__new__(type(self))
        copier.note(self, copy)
        copy.cell = self.cell
        for item in copier.copy(self.final()):
            copy.put(item)
        return copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("cannot pickle '_queue.SimpleQueue' object")
