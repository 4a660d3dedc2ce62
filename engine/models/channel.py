"""One direction of a pipe or of a pair of sockets: what has been written to it and not been read.

What fits depends on the system's own book-keeping, and not only on the number of bytes: 278 messages of one byte fill
a pair of sockets that takes one of 219,264. A cost is counted for each write, so that what is left in a channel does
not depend on the order in which its two ends were used.
Source: Linux 6.18, fs/pipe.c and net/unix/af_unix.c; tests/models/test_channel.py has what was measured.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .chunks import Chunks, added, with_first, without_first

_PAGE = 4096
_PARTS = 2**20
"""The cost of a byte in a pipe, so that the cost of a part of a page is a whole number too."""
_PIPE_COST = 16 * _PAGE * _PARTS
_SOCKET_COST = 212_992
_CHUNK = 36_544
"""One write to a socket is made of chunks of this size at most."""

HEADER = 4
"""A message is preceded by its length."""

_JOINED_UP_TO = 16_384
"""Longer messages are written apart from their header, by a second write (multiprocessing.connection)."""


class Segment(NamedTuple):
    """Of a message that takes ``size`` bytes with its header, those from ``start`` up to ``stop``, from one write."""

    load: Any
    size: int
    start: int
    stop: int
    cost: int

    @property
    def is_whole(self) -> bool:
        return not self.start and self.stop == self.size


class Channel(NamedTuple):
    """``put`` and ``got`` count the segments ever written and wholly read, so that each has a number of its own;
    ``spent`` is the cost of all that was ever written, ``unread`` that of ``segments``."""

    is_socket: bool
    segments: Chunks = ()
    put: int = 0
    got: int = 0
    spent: int = 0
    unread: int = 0

    def write(self, load: Any, size: int, start: int, stop: int) -> Channel:
        """Write as much as there is room for. The very same channel where there is none."""
        amount, cost = self._fitting(self._used, stop - start)
        if not amount:
            return self
        segment = Segment(load, size, start, start + amount, cost)
        segments, spent = added(self.segments, self.put, segment), self.spent + cost
        return Channel(self.is_socket, segments, self.put + 1, self.got, spent, self.unread + cost)

    def is_ample(self, count: int) -> bool:
        """Whether ``count`` more bytes would fit even if nothing had ever been read."""
        return self._fitting(self.spent, count)[0] == count

    @property
    def first(self) -> Segment:
        segment: Segment = self.segments[0][0]
        return segment

    @property
    def last(self) -> Segment:
        segment: Segment = self.segments[-1][-1]
        return segment

    @property
    def can_wake(self) -> bool:
        """Whether a writer that sleeps is woken: for sockets, only when three quarters are free."""
        return not self.is_socket or self._used * 4 <= _SOCKET_COST

    def take(self, count: int) -> tuple[Segment, Channel]:
        """Read up to ``count`` bytes of the first segment."""
        first = self.first
        if first.stop - first.start <= count:
            return first, self.without_first()
        middle = first.start + count
        rest = with_first(self.segments, first._replace(start=middle))
        return first._replace(stop=middle), self._replace(segments=rest)

    def without_first(self) -> Channel:
        unread = self.unread - self.segments[0][0].cost
        rest = without_first(self.segments)
        return Channel(self.is_socket, rest, self.put, self.got + 1, self.spent, unread)

    @property
    def _used(self) -> int:
        if not self.segments:
            return 0
        if self.is_socket:
            return self.unread
        # A page is free when all of it has been read. Half a byte is for what rounding has lost.
        half = _PARTS // 2
        return self.unread + max(0, (self.spent - self.unread + half) % (_PAGE * _PARTS) - half)

    def _fitting(self, used: int, count: int) -> tuple[int, int]:
        return (_fitting_in_socket if self.is_socket else _fitting_in_pipe)(used, count)


def first_stop(size: int) -> int:
    """Where the first write of a message ends."""
    return size if size <= _JOINED_UP_TO + HEADER else HEADER


def _fitting_in_pipe(used: int, count: int) -> tuple[int, int]:
    """How many bytes of ``count`` a pipe takes, and their cost. One page at most is written whole or not at all."""
    room = _PIPE_COST - used
    cost = _pages_cost(count)
    if cost <= room:
        return count, cost
    if count <= _PAGE:
        return 0, 0
    return min(count, room // _PARTS), room


def _pages_cost(count: int) -> int:
    """A write is not torn over two pages if it fits into one; of longer ones, each second tail finds room in the page
    that the last one left."""
    if count <= _PAGE:
        return _PAGE * _PARTS // (_PAGE // count)
    pages, tail = divmod(count, _PAGE)
    return (2 * pages + (2 if 2 * tail > _PAGE else 1 if tail else 0)) * _PAGE * _PARTS // 2


def _fitting_in_socket(used: int, count: int) -> tuple[int, int]:
    amount = cost = 0
    while amount < count and used + cost < _SOCKET_COST:
        chunk = min(count - amount, _CHUNK)
        amount += chunk
        cost += _chunk_cost(chunk)
    return amount, cost


def _chunk_cost(count: int) -> int:
    """What the kernel allocates: a head from a power of two, what does not fit there in pages, and its own notes."""
    in_pages = -(-max(0, count - (_PAGE - 320)) // _PAGE) * _PAGE
    head = max(0, count - in_pages) + 320
    return in_pages + max(512, 1 << (head - 1).bit_length()) + 256
