"""Whether a run can still move, as the kernel sees it.

A run stands still when every thread of every process of it is in a system call that has no time limit and that only
one of them could end: a semaphore, a lock, a pipe or socket whose both ends are theirs, the end of a child. If the
same is seen twice and no thread has run in between, then there was a moment, after the first look and before the
second, at which all of them waited at once; and from there no way leads on. So this is no guess: nothing that still
computes, sleeps, waits with a time limit, or talks to somebody outside is ever taken for stuck.

Nothing is asked of the processes, and they are not slowed down. Where the kernel does not say (another system, another
processor, no permission), nothing is ever taken for stuck either.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from ...stage import alarms, blocks, descendants
from . import kernel, sockets
from .kernel import Thread

GRACE_S = 0.3
"""How long nothing must have moved."""

SURVEY_INTERVAL_S = 0.3
_SURVEY_SHARE = 50
"""How often it is noted what every thread does; and how much longer than that takes it is left alone."""


class Wait(NamedTuple):
    """What one thread waits for.

    ``kind`` is ``futex`` (a semaphore or lock), ``read``, ``write``, ``poll``, ``child``, ``accept``, ``open``, or
    ``stopped``. ``things`` are what could end it: inodes of mapped files, names of descriptors, process ids, paths.
    """

    thread: Thread
    kind: str
    things: tuple[str | int, ...] = ()


_NUMBERS: dict[str, dict[str, tuple[int, ...]]] = {
    "x86_64": {
        "futex": (202,),
        "read": (0, 19, 45, 47),  # read, readv, recvfrom, recvmsg
        "write": (1, 20, 44, 46),  # write, writev, sendto, sendmsg
        "poll": (7,),
        "ppoll": (271,),
        "select": (23, 270),  # select, pselect6
        "epoll": (232, 281),  # epoll_wait, epoll_pwait
        "child": (61, 247),  # wait4, waitid
        "accept": (43, 288),  # accept, accept4
        "open": (2,),
        "openat": (257,),
    },
    "aarch64": {
        "futex": (98,),
        "read": (63, 65, 207, 212),
        "write": (64, 66, 206, 211),
        "ppoll": (73,),
        "select": (72,),
        "epoll": (22,),
        "child": (260, 95),
        "accept": (202, 242),
        "openat": (56,),
    },
}
"""The system calls that may wait without a limit. Source: the kernel's own tables (asm/unistd_64.h, unistd.h)."""

_MACHINE = os.uname().machine if sys.platform == "linux" else ""
_CALLS = {number: kind for kind, numbers in _NUMBERS.get(_MACHINE, {}).items() for number in numbers}

_FUTEX_WAITS = {0, 9, 6, 11}
"""WAIT, WAIT_BITSET, LOCK_PI, WAIT_REQUEUE_PI; without the flags PRIVATE and CLOCK_REALTIME. Source: futex(2)."""

_TIMERS = frozenset({signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF})


class _Moves(Exception):
    """Something can still move."""


class Watch:
    """Looks at one run again and again.

    ``root`` is the process below which all of it lives, ``folder`` is the run's own, and ``outside`` are those who
    hold ends of its pipes without being part of it. ``excused`` are processes whose main thread only waits for the
    others to hang up: managers.
    """

    def __init__(self, root: int, folder: str, outside: Sequence[int]) -> None:
        self.excused: set[int] = set()
        self._root = root
        self._folder = folder
        self._outside = outside
        self._last: tuple[Wait, ...] | None = None
        self.since_s = 0.0
        """When what was last looked at was first seen."""
        self._busy: tuple[int, int] | None = None
        self._first_seen: dict[int, tuple[Thread, float]] = {}
        self._survey_s = 0.0

    def look(self, now_s: float) -> tuple[Wait, ...] | None:
        """What every thread waits for, if nothing can move any more and nothing has moved for the grace."""
        if now_s >= self._survey_s:
            self._survey(now_s)
        waits = self._waits()
        if waits is None or waits != self._last:
            self._last, self.since_s = waits, now_s
            return None
        return waits if now_s - self.since_s >= GRACE_S else None

    def forget(self) -> None:
        """Something has moved."""
        self._last = None

    def waits(self, now_s: float) -> tuple[Wait, ...]:
        """What those threads wait for that do, whether or not anything else moves."""
        found = []
        for thread in self._survey(now_s):
            with suppress(_Moves, OSError, ValueError, KeyError):
                found.append(_wait(thread))
        return tuple(found)

    def unchanged_since_s(self, thread: Thread) -> float | None:
        """When it was first seen to be where it is now; None if it has not been seen there."""
        seen, since_s = self._first_seen.get(thread.tid, (None, 0.0))
        return since_s if seen == thread else None

    def _survey(self, now_s: float) -> list[Thread]:
        """Every thread, whatever it does; and note where it is.

        Not at every look: where there are many, it takes a while.
        """
        began_s = time.monotonic()
        threads = list(_threads(self._root)) if _CALLS else []
        last, self._first_seen = self._first_seen, {}
        for thread in threads:
            seen = last.get(thread.tid)
            self._first_seen[thread.tid] = seen if seen and seen[0] == thread else (thread, now_s)
        self._survey_s = now_s + max(SURVEY_INTERVAL_S, _SURVEY_SHARE * (time.monotonic() - began_s))
        return threads

    def _waits(self) -> tuple[Wait, ...] | None:
        if not _CALLS or (self._busy and self._moves(*self._busy)):
            return None
        try:
            waits = tuple(self._all())
            _Family(self._root, self._folder, self._outside).expect_help_only_from_within(waits)
        except (_Moves, OSError, ValueError, KeyError):
            return None  # It is gone, or cannot be seen: then nothing can be said.
        return waits or None

    def _moves(self, pid: int, tid: int) -> bool:
        """Whether the thread that moved when last looked at still does: then no other need be looked at."""
        if self._is_excused(pid, tid):
            return False
        try:
            thread = kernel.thread(pid, tid)
            if thread.state in kernel.DEAD:
                return False
            _wait(thread)
        except (OSError, ValueError, KeyError):
            return False
        except _Moves:
            return True
        return False

    def _is_excused(self, pid: int, tid: int) -> bool:
        return pid in self.excused and tid == pid

    def _all(self) -> Iterator[Wait]:
        for pid in sorted(descendants.below(self._root)):
            for tid in sorted(kernel.threads(pid)):
                if self._is_excused(pid, tid):
                    continue
                thread = kernel.thread(pid, tid)
                if thread.state in kernel.DEAD:
                    continue
                self._busy = pid, tid
                yield _wait(thread)
        self._busy = None


def _threads(root: int) -> Iterator[Thread]:
    for pid in descendants.below(root):
        with suppress(OSError):
            for tid in kernel.threads(pid):
                with suppress(OSError, ValueError, KeyError):
                    yield kernel.thread(pid, tid)


def _wait(thread: Thread) -> Wait:
    """What ``thread`` waits for. Raises _Moves if it does not, or not without a limit."""
    if thread.state in kernel.STOPPED and not kernel.is_traced(thread.pid):
        return Wait(thread, "stopped")
    if thread.state != "S" or thread.call is None or thread.call[0] not in _CALLS:
        raise _Moves
    number, arguments = thread.call
    return _WAITS[_CALLS[number]](thread, arguments)


def _futex(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    address, operation, _, timeout = arguments[:4]
    if operation & 0x7F not in _FUTEX_WAITS or timeout:
        raise _Moves
    inode = kernel.mapped(kernel.mappings(thread.pid), address)
    return Wait(thread, "futex", () if inode is None else (inode,))


def _transfer(kind: str, thread: Thread, arguments: tuple[int, ...]) -> Wait:
    return Wait(thread, kind, (_thing(thread.pid, arguments[0]),))


def _poll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[2] & 0xFFFFFFFF != 0xFFFFFFFF:  # Milliseconds, as an int: -1 for ever.
        raise _Moves
    return _watching(thread, kernel.polled(thread.pid, arguments[0], arguments[1]))


def _ppoll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[2]:
        raise _Moves
    return _watching(thread, kernel.polled(thread.pid, arguments[0], arguments[1]))


def _select(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    count, *sets, timeout = arguments[:5]
    if timeout:
        raise _Moves
    return _watching(thread, [fd for address in sets for fd in kernel.selected(thread.pid, address, count)])


def _epoll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[3] & 0xFFFFFFFF != 0xFFFFFFFF:
        raise _Moves
    return _watching(thread, kernel.watched(thread.pid, arguments[0]))


def _watching(thread: Thread, fds: Sequence[int]) -> Wait:
    return Wait(thread, "poll", tuple(_thing(thread.pid, fd) for fd in fds))


def _thing(pid: int, fd: int) -> str:
    """What a descriptor is; one for a process is called by that process."""
    name = kernel.descriptor(pid, fd)
    return f"{_PROCESS}{kernel.process_of(pid, fd)}" if "pidfd" in name else name


_PROCESS = "process:"


_WAITS: dict[str, Callable[[Thread, tuple[int, ...]], Wait]] = {
    "futex": _futex,
    "read": lambda thread, arguments: _transfer("read", thread, arguments),
    "write": lambda thread, arguments: _transfer("write", thread, arguments),
    "accept": lambda thread, arguments: _transfer("accept", thread, arguments),
    "poll": _poll,
    "ppoll": _ppoll,
    "select": _select,
    "epoll": _epoll,
    "child": lambda thread, arguments: Wait(thread, "child"),
    "open": lambda thread, arguments: Wait(thread, "open", (kernel.text_at(thread.pid, arguments[0]),)),
    "openat": lambda thread, arguments: Wait(thread, "open", (kernel.text_at(thread.pid, arguments[1]),)),
}


def _named_by_others(mark: str) -> set[int]:
    """The inodes of what is in shared memory under a name that is not ours: anybody could open that."""
    try:
        with os.scandir("/dev/shm") as entries:
            return {entry.inode() for entry in entries if mark not in entry.name}
    except OSError:
        return set()


class _Family:
    """The processes of a run, and what only they have."""

    def __init__(self, root: int, folder: str, outside: Sequence[int]) -> None:
        self._folder = folder + os.sep
        self._named_by_others = _named_by_others(blocks.mark(folder))
        self._members = {*descendants.below(root)}
        self._foreign = {name for pid in outside for name in kernel.descriptors(pid)}
        self._peers: dict[int, int] | None = None
        self._own: set[str] | None = None

    def expect_help_only_from_within(self, waits: Sequence[Wait]) -> None:
        """Raises _Moves if anybody else could end one of ``waits``."""
        for wait in waits:
            if not all(self._is_private(thing) for thing in wait.things):
                raise _Moves
            if wait.kind == "poll" and not wait.things:  # Only a signal can end that.
                raise _Moves
        for pid in {wait.thread.pid for wait in waits}:
            if kernel.catches(pid, _TIMERS) or alarms.is_set(self._folder, pid):
                raise _Moves

    def _is_private(self, name: str | int) -> bool:
        """Whether nobody but members can do anything to what a descriptor is called, to a path, or to the file with
        this inode that memory is shared by."""
        if isinstance(name, int):
            return name not in self._named_by_others
        if name in self._foreign:
            return False
        if name.startswith("socket:"):
            return self._is_between_members(int(name[8:-1]))
        if name.startswith(_PROCESS):
            pid = int(name.removeprefix(_PROCESS))
            return pid == -1 or pid in self._members
        # A named pipe elsewhere may be opened by anybody; a terminal, a timer, a device moves by itself.
        return name.startswith(("pipe:", self._folder))

    def _is_between_members(self, inode: int) -> bool:
        if self._peers is None or self._own is None:
            self._peers = sockets.peers()
            self._own = {name for pid in self._members for name in kernel.descriptors(pid)} - self._foreign
        if inode in self._peers:
            return f"socket:[{self._peers[inode]}]" in self._own
        # It has no other end (yet): others could only come through a name.
        return kernel.socket_path(inode).startswith(self._folder)
