"""A pipe of bytes that carries messages: what it has room for, and where a message stands half written.

Source: CPython, Lib/multiprocessing/connection.py; pipe(7) and unix(7) for the capacities. A reader that is killed
half-way is not followed to the byte: what it had begun to read is gone with it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

PIPE_BYTES = 65_536
"""What a pipe holds; a message takes its own length and four bytes."""

SOCKET_BYTES = 219_264
"""What one direction of a duplex pipe, a pair of sockets, takes from who sends one large message."""

HEADER_BYTES = 4


class Message(NamedTuple):
    """One message: what it carries, how long it is in all, and how much of that is written and how much read."""

    load: Any
    size: int
    written: int
    read: int = 0


class Channel(NamedTuple):
    """One direction. ``messages`` are those not wholly read; ``put`` and ``got`` count from the beginning, so that the
    n-th message has a name."""

    capacity: int
    messages: tuple[Message, ...] = ()
    put: int = 0
    got: int = 0

    @property
    def room(self) -> int:
        return self.capacity - sum(message.written - message.read for message in self.messages)

    def begin(self, load: Any, size: int) -> Channel | None:
        """The channel with as much of a new message in it as there is room for; None where there is none."""
        room = self.room
        if room <= 0:
            return None
        message = Message(load, size, min(size, room))
        return self._replace(messages=(*self.messages, message), put=self.put + 1)

    @property
    def is_partial(self) -> bool:
        """Whether the last message is not wholly written."""
        return bool(self.messages) and self.messages[-1].written < self.messages[-1].size

    def go_on(self) -> Channel | None:
        """The channel with more of its last message; None where there is no room."""
        room, last = self.room, self.messages[-1]
        if room <= 0:
            return None
        more = last._replace(written=min(last.size, last.written + room))
        return self._replace(messages=(*self.messages[:-1], more))

    def take(self) -> Channel | None:
        """The channel with as much read of its first message as is there; None where nothing is.

        The message is read whole, and gone, if ``got`` has grown.
        """
        if not self.messages:
            return None
        first = self.messages[0]
        if first.written == first.size:
            return self._replace(messages=self.messages[1:], got=self.got + 1)
        if first.written == first.read:
            return None
        return self._replace(messages=(first._replace(read=first.written), *self.messages[1:]))
