"""A process's line to the supervisor: where its output goes, and a channel for what it did.

One pipe per process and stream, no lock shared with anybody: a process may be killed at any instruction, and what it
had said until then arrives, whole.
"""

from __future__ import annotations

import json
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import reduction
from types import TracebackType
from typing import Any

from .. import plain
from . import alarms, blocks, output, slots, stacks

PARENTS_OWN: list[socket.socket | Link] = []
"""What a forked child inherits of its parent's lines, and must let go of: they are not its own to speak on."""

_LONGEST_NAME, _MOST_NAMES = 1000, 100
_PIECE = getattr(select, "PIPE_BUF", 512) - 2


class Link:
    """The writing ends of three pipes, and a journal's file where there is one.

    Passing a link to a child process moves it there, whatever the start method.
    """

    def __init__(self, folder: str, stdout: int, stderr: int, channel: int, journal: int | None = None) -> None:
        self.folder = folder
        self.journal = journal
        self.fds: tuple[int, ...] = (stdout, stderr, channel)
        self._identity = _identity(channel)

    def __reduce__(self) -> tuple[Any, ...]:
        journal = [] if self.journal is None else [self.journal]
        return _arrived, (self.folder, *map(reduction.DupFd, (*self.fds, *journal)))

    def attach(self) -> None:
        """Make this process's descriptors 1 and 2 the link's, and its Python streams stamp what they write."""
        while PARENTS_OWN:
            PARENTS_OWN.pop().close()
        for stream, fd in zip((1, 2), self.fds[:2], strict=True):
            if fd != stream:
                os.dup2(fd, stream)
                os.close(fd)
        self.fds = (1, 2, self.fds[2])
        self._identity = _identity(self.fds[2])
        output.write_through(self)
        stacks.offer(self.folder)
        alarms.announce(self.folder)
        blocks.announce(self.folder)

    def say(self, event: str, **details: Any) -> None:
        """Tell the supervisor. Lines of at most ``PIPE_BUF`` bytes are atomic, so no lock is needed between threads."""
        text = json.dumps({"event": event, "at_ns": time.monotonic_ns(), **details})
        pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
        for piece in pieces[:-1]:
            self._write(f"+{piece}\n")
        self._write(f"={pieces[-1]}\n")

    def stamp(self, stream: int, length: int, at_ns: int) -> None:
        """Say that the next ``length`` bytes of ``stream`` were written at ``at_ns``, so that order can be restored."""
        self._write(f"~{stream} {length} {at_ns}\n")

    def _write(self, line: str) -> None:
        # The target may have closed every descriptor it could find, and opened files of its own in their place;
        # or the engine may be gone. Its work goes on. As an interpreter ends, there are no names in this module.
        if _identity is None:
            return
        with suppress(OSError):
            if _identity(self.fds[2]) == self._identity:
                os.write(self.fds[2], line.encode())

    def close(self) -> None:
        """Let go of the link; of what is now descriptor 1 or 2 of this process, it does not."""
        for fd in (*self.fds, self.journal):
            if fd is not None and fd > 2:
                os.close(fd)

    @contextmanager
    def reporting(self, call: str | None = None) -> Iterator[Outcome]:
        """Tell how a target ended; ``call`` says which, of a process that has several. An exception goes on its way."""
        outcome = Outcome()
        self.say("running", thread=threading.get_ident(), native=threading.get_native_id())
        try:
            yield outcome
        except BaseException as error:
            self.say("raised", call=call, **raised(error))
            raise
        self.say("returned", call=call, value=plain.encode(outcome.returned))


def _identity(fd: int) -> tuple[int, int]:
    """Which pipe a descriptor is of."""
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


class Outcome:
    """Where a target's return value is put, to be told."""

    returned: object = None


def open_link(folder: str, has_journal: bool = False) -> tuple[Link, tuple[int, ...]]:
    """A new link, and the reading ends of its pipes, with those of its journal last. ``folder`` is the run's own."""
    pipes = [os.pipe() for _ in range(3)]
    journal = slots.new_file() if has_journal else None
    readers = [reading for reading, _ in pipes] + ([] if journal is None else [os.dup(journal)])
    stdout, stderr, channel = (writing for _, writing in pipes)
    return Link(folder, stdout, stderr, channel, journal), tuple(readers)


def raised(error: BaseException) -> dict[str, object]:
    """What the supervisor is told of an exception; see :class:`engine.trace.Raised`."""
    names = []
    for base in type(error).__mro__[:-1]:
        # queue.Empty says that it is from _queue: where it is written in C must not matter.
        module = str(base.__module__)
        modules = dict.fromkeys((module, module.lstrip("_")))
        names += [base.__name__, *(f"{module}.{base.__qualname__}" for module in modules)]
    try:
        message = str(error)
    except Exception:
        message = plain.describe(error)
    where = None
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] != __name__.partition(".")[0]:
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            if "multiprocessing" not in where:
                break
        trace = trace.tb_next
    return {
        "type": plain.shortened(type(error).__name__, _LONGEST_NAME),
        "types": [plain.shortened(name, _LONGEST_NAME) for name in names[:_MOST_NAMES]],
        "message": plain.shortened(message),
        "where": where,
    }


def without_our_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the scenario's first line on; all of it where that was never reached."""
    ours = __name__.partition(".")[0]
    start = trace
    while start and start.tb_frame.f_globals.get("__name__", "").partition(".")[0] in (ours, "contextlib"):
        start = start.tb_next
    return start or trace


def _arrived(folder: str, *ends: Any) -> Link:
    """Unpickle a link in the process it was made for.

    It is the first thing unpickled there, so an argument that cannot be unpickled says so on the process's own stderr.
    """
    link = Link(folder, *(end.detach() for end in ends))
    link.attach()
    return link
