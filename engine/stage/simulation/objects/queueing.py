"""What several types of queue are asked, and in the same words."""

from __future__ import annotations

from typing import Any

from ....models.model import Lasting
from ..here import perform
from .shared import Shared

_EMPTY = Lasting("empty")
_FULL = Lasting("full")
_QSIZE = Lasting("qsize")
_TASK_DONE = Lasting("task_done")
_JOIN = Lasting("join")


class Queueing(Shared):
    """What queues have that can be full."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        raise NotImplementedError

    def get_nowait(self) -> Any:
        return self.get(False)

    def qsize(self) -> int:
        size: int = self._look(_QSIZE)
        return size

    def empty(self) -> bool:
        is_empty: bool = self._look(_EMPTY)
        return is_empty

    def full(self) -> bool:
        is_full: bool = self._look(_FULL)
        return is_full

    def _look(self, operation: Lasting) -> Any:
        return perform(self.cell, operation)


class Joining(Shared):
    """What queues have whose items are tasks."""

    def task_done(self) -> None:
        perform(self.cell, _TASK_DONE)

    def join(self) -> None:
        perform(self.cell, _JOIN)
