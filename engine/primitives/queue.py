"""``multiprocessing.Queue``: a pipe, a lock at each end, and a feeder thread in each process that puts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import MAXSIZE
from .primitive import Primitive, Site, messages_left

if TYPE_CHECKING:
    from multiprocessing import queues


class Queue(Primitive):
    """A first-in, first-out queue between processes.

    ``put`` hands the item to a feeder thread of the putting process, which pickles it and writes it to a pipe.
    Final value: the items that nobody got, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Queue
    """

    parameters = (MAXSIZE,)
    operations = ("put", "get", "empty", "full", "qsize", "close", "join_thread", "cancel_join_thread")
    simulation = "queue:Queue"

    def build(self, site: Site, maxsize: int) -> queues.Queue[object]:
        return site.context.Queue(maxsize)

    def final(self, built: queues.Queue[object]) -> list[object]:
        return items_left(built)


def items_left(built: queues.Queue[object]) -> list[object]:
    """The items that nobody got, in order."""
    reader, feeder = built._reader, built._thread  # type: ignore[attr-defined]
    left: list[object] = []
    # What the parent itself put may still be with its feeder thread, which stops when the pipe is full: so it is waited
    # for, and for the whole of a message.
    while (
        feeder is not None and not reader.closed and len(left) < _unreceived(built) and reader.poll(FEEDER_PATIENCE_S)
    ):
        left.append(reader.recv())
    return left + messages_left(reader)


def _unreceived(built: queues.Queue[object]) -> int:
    """How many items were put and not got; as `qsize()`, also where a killed process lost one of them."""
    return built._maxsize - built._sem._semlock._get_value()  # type: ignore[attr-defined,no-any-return]


FEEDER_PATIENCE_S = 1.0
"""How long the parent's feeder thread may be silent before its items count as lost."""

PRIMITIVE = Queue
