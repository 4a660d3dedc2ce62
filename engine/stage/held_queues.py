"""Where queues wait for their turn: at their locks and semaphores, at both ends of their pipe, and in their feeder.

Source: CPython, Lib/multiprocessing/queues.py, the same from 3.10 to 3.13 in all that is said here.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from multiprocessing import queues, util
from typing import Any

from . import turns
from .stops import Point, ends, goes_on, held, meets, tells, writes


def _stopping(function: Callable[..., Any], name: str, step: str, following: str) -> Callable[..., Any]:
    """``function`` of a connection, at which an operation goes on with ``step``, and then with ``following``."""

    def stop(*given: Any) -> Any:
        strand = turns.here()
        if strand is None or not strand.is_inside:
            return function(*given)
        if strand.current is None or strand.current.operation != step:  # Who looked first is at it.
            goes_on(strand, name, step)
        result = function(*given)
        strand.meet(following)
        return result

    return stop


def hold_simple_queue(queue: Any, name: str) -> None:
    held(queue._rlock, giving=(Point(tells, name, "give_back"),))
    held(queue._wlock, giving=(Point(tells, name, "let_go"),))
    queue._reader.recv_bytes = _stopping(queue._reader.recv_bytes, name, "receive", "give_back")
    queue._writer.send_bytes = _stopping(queue._writer.send_bytes, name, "write", "let_go")


def hold_queue(queue: Any, name: str) -> None:
    hold_simple_queue(queue, name)
    held(queue._sem, giving=(Point(tells, name, "release"),), given=(Point(meets, name, "give_back"),))
    held(queue._wlock, Point(writes, name, "feed"))
    _hold_look(queue, name)
    _hold_feeder(queue, name)
    queue._recv_bytes, queue._poll = queue._reader.recv_bytes, queue._reader.poll
    queue._send_bytes = queue._writer.send_bytes


def _hold_look(queue: Any, name: str) -> None:
    """A ``get`` that has a time-out looks first whether there is something."""
    poll = queue._reader.poll

    def look(timeout: float | None = 0.0) -> Any:
        strand = turns.here()
        if strand is not None and strand.is_inside:
            goes_on(strand, name, "receive")
            if strand.give_up():
                timeout = 0.0
        return poll(timeout)

    queue._reader.poll = look


def _hold_feeder(queue: Any, name: str) -> None:
    start_thread, tell, close = queue._start_thread, queue._on_queue_feeder_error, queue._writer.close

    def start() -> None:
        queue._buffer = Buffer(name, queue._buffer)
        start_thread()
        for step, priority in _AT_THE_END.items():
            util.Finalize(None, _comes_to, (name, step), exitpriority=priority)

    def tell_of(error: BaseException, item: Any) -> None:
        tell(error, item)
        _finish("pickle")

    def close_writer() -> None:
        close()
        _finish("feed")

    queue._start_thread, queue._on_queue_feeder_error, queue._writer.close = start, tell_of, close_writer


def _finish(step: str) -> None:
    strand = turns.here()
    if strand is not None:
        strand.finish(step)


_AT_THE_END = {"exiting": 10, "join_thread": -5}
"""What a process does to its feeder as it ends, and with which priority: of equal ones, the last that was said comes
first."""


def _comes_to(primitive: str, step: str) -> None:
    """A moment in which a fault may strike."""
    strand = turns.here()
    if strand is not None:
        strand.linger()
        if strand.next is not None and strand.next.is_fault and strand.next.following == step:
            strand.go_on(primitive, step)


GIVE_UP = "give_up"
"""The step of a feeder that fails as its process ends: nobody gets to know of that."""

_END: object = queues._sentinel  # type: ignore[attr-defined]
"""What tells a feeder thread to end."""


class Buffer(collections.deque[Any]):
    """What a feeder thread takes its items from: each when it is its turn."""

    def __init__(self, name: str, items: Any) -> None:
        super().__init__(items)
        self._name = name
        self._has_begun = False

    def popleft(self) -> Any:
        strand = turns.here() if self._has_begun else turns.begin_thread(self._name)
        self._has_begun = True
        if strand is not None:
            strand.end()
            if self:
                # It feeds, or pickles first, or gives up. That it is told to end is a step only where somebody looks.
                step = strand.next.operation if strand.next else "feed"
                strand.begin(self._name, step, is_optional=self[0] is _END)
                strand.finish(GIVE_UP)
        return super().popleft()


def hold_joinable_queue(queue: Any, name: str) -> None:
    hold_queue(queue, name)
    # Before it takes what the feeder needs, too.
    held(queue._sem, taken=(Point(goes_on, name, "count"),))
    condition = queue._cond
    held(condition._wait_semaphore, Point(goes_on, name, "sleep"))
    held(condition._woken_count, Point(goes_on, name, "notice"), giving=(Point(tells, name, "sleep"),))
    # Who has been noticed is not seen to wait for the lock, which who notices it has in hand.
    held(condition._lock, Point(goes_on, name, "count"), Point(ends, name, "sleep"))
    condition._make_methods()
