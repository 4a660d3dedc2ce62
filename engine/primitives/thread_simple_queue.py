"""``queue.SimpleQueue``, to show why it does not cross processes."""

from __future__ import annotations

import queue

from .primitive import Primitive, Site


class ThreadSimpleQueue(Primitive):
    """A queue between threads without a bound.

    Final value: the items that the parent's copy still holds, in order.
    Source: https://docs.python.org/3/library/queue.html#queue.SimpleQueue
    """

    crosses_processes = False
    simulation = "thread_queues:SimpleQueue"

    def build(self, site: Site) -> queue.SimpleQueue[object]:
        return queue.SimpleQueue()

    def final(self, built: queue.SimpleQueue[object]) -> list[object]:
        return [built.get_nowait() for _ in range(built.qsize())]


PRIMITIVE = ThreadSimpleQueue
