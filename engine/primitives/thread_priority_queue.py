"""``queue.PriorityQueue``, to show why it does not cross processes."""

from __future__ import annotations

import queue
from typing import Any

from .parameters import MAXSIZE
from .primitive import Primitive, Site


class ThreadPriorityQueue(Primitive):
    """A queue between threads, smallest first.

    Final value: the items that the parent's copy still holds, as they would come out; unordered, where they cannot be
    compared.
    Source: https://docs.python.org/3/library/queue.html#queue.PriorityQueue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "task_done", "join", "empty", "full", "qsize")
    crosses_processes = False
    simulation = "thread_queues:PriorityQueue"

    def build(self, site: Site, maxsize: int) -> queue.PriorityQueue[Any]:
        return queue.PriorityQueue(maxsize)

    def final(self, built: queue.PriorityQueue[Any]) -> list[object]:
        try:
            return sorted(built.queue)
        except TypeError:
            return list(built.queue)


PRIMITIVE = ThreadPriorityQueue
