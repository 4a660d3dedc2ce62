"""What one process told on its channel: pieces of messages, and stamps of what it wrote.

The last line of a killed process may be torn; it is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .streams import Stream

LIMIT_BYTES = 64 << 20
"""Far more than a report can hold: whoever writes that much to the channel is not us."""


class Testimony:
    """Reads one channel as it arrives."""

    def __init__(self, stdout: Stream, stderr: Stream) -> None:
        self._streams = {1: stdout, 2: stderr}
        self._line = b""
        self._message = ""

    def add(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Take in what arrived; yield the messages that it completes."""
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > LIMIT_BYTES:
            self._line = b""
        for line in lines:
            try:
                yield from self._understand(line.decode())
            except (ValueError, KeyError, RecursionError):
                # The target wrote to our descriptor; what it wrote is none of ours.
                self._message = ""

    def _understand(self, line: str) -> Iterator[dict[str, Any]]:
        kind, body = line[:1], line[1:]
        if kind == "~":
            stream, length, at_ns = map(int, body.split())
            self._streams[stream].stamp(length, at_ns)
        elif kind == "+":
            self._message = self._message + body if len(self._message) < LIMIT_BYTES else ""
        elif kind == "=":
            text, self._message = self._message + body, ""
            message = json.loads(text)
            if isinstance(message, dict) and "event" in message:
                yield message
