"""``multiprocessing.JoinableQueue``: a queue that counts the items that are not done yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import MAXSIZE
from .primitive import Primitive, Site
from .queue import items_left

if TYPE_CHECKING:
    from multiprocessing import queues


class JoinableQueue(Primitive):
    """A ``Queue`` whose ``join`` waits until ``task_done`` was called for every item that was put.

    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.JoinableQueue
    """

    parameters = (MAXSIZE,)
    operations = (
        "put",
        "get",
        "task_done",
        "join",
        "empty",
        "full",
        "qsize",
        "close",
        "join_thread",
        "cancel_join_thread",
    )
    simulation = "queue:JoinableQueue"

    def build(self, site: Site, maxsize: int) -> queues.JoinableQueue[object]:
        return site.context.JoinableQueue(maxsize)

    def final(self, built: queues.JoinableQueue[object]) -> list[object]:
        return items_left(built)


PRIMITIVE = JoinableQueue
