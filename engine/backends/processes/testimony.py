"""What one process told on its channel: pieces of messages, and stamps of what it wrote.

The last line of a killed process may be torn; it is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ... import plain
from .streams import Stream

LIMIT_BYTES = 16 << 20
"""Far more than a message can have: whoever writes that much to the channel is not us."""

TOTAL_BYTES = 64 << 20
"""How much of messages is looked at in all: far more than the few that one process has to tell."""


class Testimony:
    """Reads one channel as it arrives."""

    def __init__(self, stdout: Stream, stderr: Stream) -> None:
        self._streams = {1: stdout, 2: stderr}
        self._line = _Parts()
        self._message = _Parts()
        self._left = TOTAL_BYTES

    def add(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Take in what arrived; yield the messages that it completes."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._line.add(line)
            try:
                yield from self._understand(self._line.take())
            except (ValueError, KeyError, RecursionError):
                # The target wrote to our descriptor; what it wrote is none of ours.
                self._message.take()
        self._line.add(rest)

    def _understand(self, line: bytes) -> Iterator[dict[str, Any]]:
        kind, body = line[:1], line[1:]
        if kind == b"~":
            stream, length, at_ns = map(int, body.split())
            self._streams[stream].stamp(length, at_ns)
        elif kind in (b"+", b"=") and self._left > 0:
            self._left -= len(line)
            self._message.add(body)
            if kind == b"=":
                yield from _messages(self._message.take())


def _messages(text: bytes) -> Iterator[dict[str, Any]]:
    """The message that ``text`` is, if it is one."""
    message = json.loads(text) if plain.is_decent(text) else None
    if isinstance(message, dict) and "event" in message:
        yield message


class _Parts:
    """Bytes that arrive in pieces; of too many, none are kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > LIMIT_BYTES:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def take(self) -> bytes:
        """All of it; nothing if it was too much."""
        whole = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        return whole
