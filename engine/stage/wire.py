"""Frames between the supervisor and the stage: JSON with a length before it, file descriptors beside it.

JSON, because the engine must not unpickle what a scenario's process sends.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator, Sequence
from json import dumps, loads  # Whatever a target does to the module.
from typing import Any

from .. import plain

_HEADER = struct.Struct("!IB")
"""How many bytes follow, and how many descriptors came with them."""

_MAX_FDS = 16

LIMIT_BYTES = 16 << 20
"""Far more than a frame has: whoever sends so much is not us."""

_NO_FRAME = "no frame: the target wrote to our socket"
_CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


def send(connection: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one frame. Raises OSError where the other side is gone."""
    body = dumps(message).encode()
    header = _HEADER.pack(len(body), len(fds))
    if fds:
        socket.send_fds(connection, [header], list(fds))
        connection.sendall(body)
    else:
        connection.sendall(header + body)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Wait for one frame; ``None`` once the other side is gone. The descriptors are the caller's to close."""
    try:
        header, fds, _, _ = socket.recv_fds(connection, _HEADER.size, _MAX_FDS, _CLOSE_ON_EXEC)
        header += _receive_exactly(connection, _HEADER.size - len(header)) if header else b""
        body = _receive_exactly(connection, _HEADER.unpack(header)[0]) if header else b""
    except (ConnectionError, EOFError):
        return None
    return (loads(body), fds) if body else None


class Reader:
    """The same frames for who must not wait: the sender may have been stopped, or killed, in the middle of one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.setblocking(False)
        self._buffer = bytearray()
        self._fds: list[int] = []

    def frames(self) -> Iterator[tuple[dict[str, Any], list[int]]]:
        """The frames that are there now, whole. Raises EOFError behind the last one, ValueError for what is none."""
        while True:
            try:
                data, fds, flags, _ = socket.recv_fds(self._connection, 1 << 16, _MAX_FDS, _CLOSE_ON_EXEC)
            except BlockingIOError:
                return
            except ConnectionError:
                raise EOFError from None
            if not data:
                raise EOFError
            self._buffer += data
            self._fds += fds
            if flags & socket.MSG_CTRUNC:
                raise OSError(errno.EMFILE, "more file descriptors arrived than this process may have")
            yield from self._whole_frames()

    def unclaimed(self) -> list[int]:
        """The descriptors whose frames never came; they are the caller's to close."""
        fds, self._fds = self._fds, []
        return fds

    def _whole_frames(self) -> Iterator[tuple[dict[str, Any], list[int]]]:
        while len(self._buffer) >= _HEADER.size:
            length, count = _HEADER.unpack_from(self._buffer)
            if length > LIMIT_BYTES:
                raise ValueError(_NO_FRAME)
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEADER.size : end])
            if not plain.is_decent(body):
                raise ValueError(_NO_FRAME)
            message = loads(body)
            del self._buffer[:end]
            fds, self._fds = self._fds[:count], self._fds[count:]
            yield message, fds


def _receive_exactly(connection: socket.socket, length: int) -> bytes:
    chunks = bytearray()
    while len(chunks) < length:
        chunk = connection.recv(length - len(chunks))
        if not chunk:
            raise EOFError
        chunks += chunk
    return bytes(chunks)
