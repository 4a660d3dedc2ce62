"""``Manager().JoinableQueue()``: a queue in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import items_of
from .parameters import MAXSIZE
from .primitive import Primitive, Site


class ManagerJoinableQueue(Primitive):
    """The manager's queue with ``task_done`` and ``join``.

    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Queue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "put_nowait", "get_nowait", "task_done", "join", "empty", "full", "qsize")
    simulation = "manager_queue:JoinableQueue"

    def build(self, site: Site, maxsize: int) -> Any:
        return site.manager().JoinableQueue(maxsize)

    def final(self, built: Any) -> list[object]:
        return items_of(built)


PRIMITIVE = ManagerJoinableQueue
