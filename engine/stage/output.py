"""Python's own streams, made to say when they write.

Descriptors 1 and 2 are pipes, one pair a process, so whatever writes there is caught. Between processes the order of
arrival is lost while the supervisor sleeps; so each write through ``sys.stdout`` and ``sys.stderr`` is stamped with
the time (one clock for all processes of a machine). Buffering stays Python's own for a pipe: by block for stdout, by
line for stderr.
"""

from __future__ import annotations

import atexit
import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic_ns
from typing import Any, Protocol


class Destination(Protocol):
    """Where output goes: descriptors for stdout and stderr, and whom to tell of each write."""

    fds: tuple[int, ...]

    def stamp(self, stream: int, length: int, at_ns: int) -> None: ...


_STREAMS = {1: "stdout", 2: "stderr"}
_current: Destination | None = None
before_writing: Callable[[int, int], Callable[[], None]] | None = None
"""Called before each write with the descriptor and how many bytes there are; what it returns, after it. Set where runs
are forced."""
_owner = threading.local()


class StampedFile(io.FileIO):
    """Descriptor 1 or 2 of this process."""

    def __init__(self, stream: int) -> None:
        super().__init__(stream, "w", closefd=False)
        self.name = f"<{_STREAMS[stream]}>"

    def write(self, data: Any, now_ns: Callable[[], int] = monotonic_ns) -> int:
        # The clock is a default, for as an interpreter ends it takes this module's names away, and destructors that
        # are run then may still print.
        over = None if before_writing is None else before_writing(self.fileno(), len(data))
        at_ns = now_ns()
        written = super().write(data)
        if _current is not None and written:
            _current.stamp(self.fileno(), written, at_ns)
        if over is not None:
            over()
        return written


class RoutedBuffer(io.BufferedIOBase):
    """The one buffer that all threads of this process share, which remembers who wrote what.

    As with the real one, text is written when the buffer is full, flushed, or the process exits in good order.
    """

    def __init__(self, stream: int, capacity: int) -> None:
        self._stream = stream
        self._capacity = capacity
        self._pieces: list[tuple[Destination, bytes]] = []
        self._size = 0
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return f"<{_STREAMS[self._stream]}>"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream

    def write(self, data: Any) -> int:
        piece = bytes(data)
        link: Destination | None = getattr(_owner, "link", _current)
        assert link is not None, "routed before there was a link"
        with self._lock:
            self._pieces.append((link, piece))
            self._size += len(piece)
            if self._size >= self._capacity:
                self.flush()
        return len(piece)

    def flush(self) -> None:
        with self._lock:
            pieces, self._pieces, self._size = self._pieces, [], 0
            for link, piece in pieces:
                at_ns = monotonic_ns()
                view = memoryview(piece)
                while view:
                    view = view[os.write(link.fds[self._stream - 1], view) :]
                link.stamp(self._stream, len(piece), at_ns)


def write_through(link: Destination) -> None:
    """From now on this process's Python streams stamp on ``link``."""
    global _current
    _current = link
    for stream, name in _STREAMS.items():
        # A forked child inherits its parent's stamping streams, or whatever a target put in their place.
        if isinstance(getattr(sys, name), io.TextIOWrapper) and not _is_ours(getattr(sys, name).buffer):
            unbuffered = isinstance(getattr(sys, name).buffer, io.RawIOBase)  # PYTHONUNBUFFERED, or python -u.
            file = StampedFile(stream)
            _replace(name, file if unbuffered else io.BufferedWriter(file), write_through=unbuffered)


def let_go_at_exit() -> None:
    """Write what is kept once all that runs at exit has run, and let go of the link then. Streams last longer than
    anything else; what they lead to, such as what the process was started with, would never be destroyed, as that of a
    script is."""
    atexit.register(_let_go)


def _let_go() -> None:
    global _current
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    _current = None


def route() -> None:
    """From now on what a thread writes through Python's streams goes to the link it owns, else to this process's."""
    for stream, name in _STREAMS.items():
        unbuffered = isinstance(getattr(sys, name).buffer, StampedFile)
        _replace(name, RoutedBuffer(stream, 0 if unbuffered else io.DEFAULT_BUFFER_SIZE), write_through=True)


def own(link: Destination) -> None:
    """Make ``link`` the calling thread's."""
    _owner.link = link


def _is_ours(buffer: Any) -> bool:
    return isinstance(buffer, (RoutedBuffer, StampedFile)) or isinstance(getattr(buffer, "raw", None), StampedFile)


def _replace(name: str, buffer: Any, write_through: bool = False) -> None:
    old = getattr(sys, name)
    old.flush()
    new = io.TextIOWrapper(
        buffer,
        encoding=old.encoding,
        errors=old.errors,
        line_buffering=old.line_buffering,
        write_through=write_through,
    )
    setattr(sys, name, new)
    setattr(sys, f"__{name}__", new)
