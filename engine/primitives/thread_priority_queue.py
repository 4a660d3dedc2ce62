"""``queue.PriorityQueue``, to show why it does not cross processes."""

from __future__ import annotations

import queue
from typing import Any

from .primitive import Parameter, Primitive, Site


class ThreadPriorityQueue(Primitive):
    """A queue between threads, smallest first.

    Final value: the items that the parent's copy still holds, as they would come out.
    Source: https://docs.python.org/3/library/queue.html#queue.PriorityQueue
    """

    parameters = (
        Parameter(
            "maxsize", int, 0, "How many items it holds before `put` blocks.", at_least=0, hint="0 means no bound"
        ),
    )

    def build(self, site: Site, maxsize: int) -> queue.PriorityQueue[Any]:
        return queue.PriorityQueue(maxsize)

    def final(self, built: queue.PriorityQueue[Any]) -> list[object]:
        return sorted(built.queue)


PRIMITIVE = ThreadPriorityQueue
