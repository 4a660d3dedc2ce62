"""Take in what comes from many sockets and pipes, in the order in which they became ready."""

from __future__ import annotations

import os
import selectors
import socket
from collections.abc import Callable
from types import TracebackType

_CHUNK = 1 << 16


class Ear:
    """What it listens to it also closes, at its end or when nobody can write there any more."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._pipes: dict[int, Callable[[bytes], None]] = {}

    def __enter__(self) -> Ear:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._selector.close()
        for fd in self._pipes:
            os.close(fd)

    def attend(self, talker: socket.socket, hear: Callable[[], None]) -> None:
        """Call ``hear`` whenever there is something to be read from ``talker``."""
        self._selector.register(talker, selectors.EVENT_READ, hear)

    def ignore(self, talker: socket.socket) -> None:
        """No longer attend to it, if that was done."""
        if talker.fileno() in self._selector.get_map():
            self._selector.unregister(talker)

    def listen(self, fd: int, take: Callable[[bytes], None]) -> None:
        """Read from a pipe, and pass on what comes to ``take``."""
        os.set_blocking(fd, False)
        self._pipes[fd] = take
        self._selector.register(fd, selectors.EVENT_READ, lambda: self._read(fd))

    def hear(self, patience_s: float) -> bool:
        """Take in whatever is said; false if nothing was."""
        # In the order in which they became ready, where the system says so (epoll does).
        ready = self._selector.select(max(0.0, patience_s))
        for key, _ in ready:
            key.data()
        return bool(ready)

    def drain(self) -> None:
        """Take what is left in the pipes; nobody writes there any more."""
        for fd in list(self._pipes):
            while self._read(fd):
                pass

    def _read(self, fd: int) -> bool:
        """Pass on what is there; false when there is nothing."""
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._pipes[fd](data)
            return True
        self._selector.unregister(fd)
        del self._pipes[fd]
        os.close(fd)
        return False
