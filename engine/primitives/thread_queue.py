"""``queue.Queue``: the queue between threads, here to show why it does not cross processes."""

from __future__ import annotations

import queue

from .parameters import MAXSIZE
from .primitive import Primitive, Site


class ThreadQueue(Primitive):
    """The ordinary queue of the ``queue`` module: it lives in one process.

    Under ``fork`` each process has a copy of its own; under ``spawn`` and ``forkserver`` it cannot be passed.
    Final value: the items that the parent's copy still holds, in order.
    Source: https://docs.python.org/3/library/queue.html#queue.Queue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "task_done", "join", "empty", "full", "qsize")
    crosses_processes = False
    simulation = "thread_queues:Queue"

    def build(self, site: Site, maxsize: int) -> queue.Queue[object]:
        return queue.Queue(maxsize)

    def final(self, built: queue.Queue[object]) -> list[object]:
        return list(built.queue)


PRIMITIVE = ThreadQueue
