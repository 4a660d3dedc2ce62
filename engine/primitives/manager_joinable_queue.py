"""``Manager().JoinableQueue()``: a queue in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import items_of
from .primitive import Parameter, Primitive, Site


class ManagerJoinableQueue(Primitive):
    """The manager's queue with ``task_done`` and ``join``.

    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Queue
    """

    parameters = (
        Parameter(
            "maxsize", int, 0, "How many items it holds before `put` blocks.", at_least=0, hint="0 means no bound"
        ),
    )

    def build(self, site: Site, maxsize: int) -> Any:
        return site.manager().JoinableQueue(maxsize)

    def final(self, built: Any) -> list[object]:
        return items_of(built)


PRIMITIVE = ManagerJoinableQueue
