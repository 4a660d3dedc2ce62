"""``queue.LifoQueue``, to show why it does not cross processes."""

from __future__ import annotations

import queue

from .parameters import MAXSIZE
from .primitive import Primitive, Site


class ThreadLifoQueue(Primitive):
    """A queue between threads, last in, first out.

    Final value: the items that the parent's copy still holds, as they would come out.
    Source: https://docs.python.org/3/library/queue.html#queue.LifoQueue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "task_done", "join", "empty", "full", "qsize")
    crosses_processes = False
    simulation = "thread_queues:LifoQueue"

    def build(self, site: Site, maxsize: int) -> queue.LifoQueue[object]:
        return queue.LifoQueue(maxsize)

    def final(self, built: queue.LifoQueue[object]) -> list[object]:
        return list(reversed(built.queue))


PRIMITIVE = ThreadLifoQueue
