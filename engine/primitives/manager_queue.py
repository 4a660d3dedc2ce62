"""``Manager().Queue()``: a queue in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import items_of
from .parameters import MAXSIZE
from .primitive import Primitive, Site


class ManagerQueue(Primitive):
    """A ``queue.Queue`` kept by the manager process: what was put is there when ``put`` returns.

    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Queue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "put_nowait", "get_nowait", "empty", "full", "qsize")
    simulation = "manager_queue:Queue"

    def build(self, site: Site, maxsize: int) -> Any:
        return site.manager().Queue(maxsize)

    def final(self, built: Any) -> list[object]:
        return items_of(built)


PRIMITIVE = ManagerQueue
