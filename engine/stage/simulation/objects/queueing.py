"""What several types of queue are asked, and in the same words."""

from __future__ import annotations

from typing import Any

from ....models.model import Operation
from ..here import perform
from .shared import Shared

_EMPTY = Operation("empty")
_FULL = Operation("full")
_QSIZE = Operation("qsize")
_TASK_DONE = Operation("task_done")
_JOIN = Operation("join")


class Queueing(Shared):
    """What queues have that can be full."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        raise NotImplementedError

    def get_nowait(self) -> Any:
        return self.get(False)

    def qsize(self) -> int:
        size: int = perform(self.cell, _QSIZE)
        return size

    def empty(self) -> bool:
        is_empty: bool = perform(self.cell, _EMPTY)
        return is_empty

    def full(self) -> bool:
        is_full: bool = perform(self.cell, _FULL)
        return is_full


class Joining(Shared):
    """What queues have whose items are tasks."""

    def task_done(self) -> None:
        perform(self.cell, _TASK_DONE)

    def join(self) -> None:
        perform(self.cell, _JOIN)
