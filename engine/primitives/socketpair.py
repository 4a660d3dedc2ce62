"""``socket.socketpair``: two connected sockets."""

from __future__ import annotations

import socket

from .primitive import Primitive, Site


class Socketpair(Primitive):
    """A pair of connected stream sockets, ``${name[0]}`` and ``${name[1]}``; what is sent keeps no boundaries.

    Final value: one list of bytes for each end, what waits to be received there.
    Source: https://docs.python.org/3/library/socket.html#socket.socketpair
    """

    ends = 2

    def build(self, site: Site) -> tuple[socket.socket, socket.socket]:
        return socket.socketpair()

    def final(self, built: tuple[socket.socket, socket.socket]) -> list[bytes]:
        return [_waiting(end) for end in built]


def _waiting(end: socket.socket) -> bytes:
    received = b""
    end.setblocking(False)
    try:
        while part := end.recv(1 << 16):
            received += part
    except BlockingIOError:
        pass
    return received


PRIMITIVE = Socketpair
