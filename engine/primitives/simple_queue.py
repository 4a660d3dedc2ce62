"""``multiprocessing.SimpleQueue``: a pipe and a lock at each end, without a feeder thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .primitive import Primitive, Site, messages_left

if TYPE_CHECKING:
    from multiprocessing import queues


class SimpleQueue(Primitive):
    """A queue that writes to its pipe in ``put`` itself, so ``put`` blocks while the pipe is full.

    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.SimpleQueue
    """

    operations = ("put", "get", "empty", "close")
    simulation = "simple_queue:SimpleQueue"

    def build(self, site: Site) -> queues.SimpleQueue[object]:
        return site.context.SimpleQueue()

    def final(self, built: queues.SimpleQueue[object]) -> list[object]:
        return messages_left(built._reader)  # type: ignore[attr-defined]


PRIMITIVE = SimpleQueue
