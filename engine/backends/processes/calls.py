"""The system call that a thread waits in, if that has no time limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import kernel
from .kernel import Thread


class Wait(NamedTuple):
    """What one thread waits for.

    ``kind`` is ``futex`` (a semaphore or lock), ``read``, ``write``, ``poll``, ``child``, ``accept``, ``open``, or
    ``stopped``. ``things`` are what could end it: inodes of mapped files, names of descriptors, process ids, paths.
    """

    thread: Thread
    kind: str
    things: tuple[str | int, ...] = ()


class Moves(Exception):
    """It can still move."""


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


def are_known() -> bool:
    """Whether it is known by which numbers this machine calls them."""
    return bool(_CALLS)


def wait_of(thread: Thread) -> Wait:
    """What ``thread`` waits for. Raises Moves if it does not, or not without a limit."""
    if thread.state in kernel.STOPPED and not kernel.is_traced(thread.pid):
        return Wait(thread, "stopped")
    if thread.state != "S" or thread.call is None or thread.call[0] not in _CALLS:
        raise Moves
    number, arguments = thread.call
    return _WAITS[_CALLS[number]](thread, arguments)


def _futex(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    address, operation, _, timeout = arguments[:4]
    if operation & 0x7F not in _FUTEX_WAITS or timeout:
        raise Moves
    inode = kernel.mapped(kernel.mappings(thread.pid), address)
    return Wait(thread, "futex", () if inode is None else (inode,))


def _transfer(kind: str, thread: Thread, arguments: tuple[int, ...]) -> Wait:
    return Wait(thread, kind, (_thing(thread.pid, arguments[0]),))


def _poll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[2] & 0xFFFFFFFF != 0xFFFFFFFF:  # Milliseconds, as an int: -1 for ever.
        raise Moves
    return _watching(thread, kernel.polled(thread.pid, arguments[0], arguments[1]))


def _ppoll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[2]:
        raise Moves
    return _watching(thread, kernel.polled(thread.pid, arguments[0], arguments[1]))


def _select(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    count, *sets, timeout = arguments[:5]
    if timeout:
        raise Moves
    return _watching(thread, [fd for address in sets for fd in kernel.selected(thread.pid, address, count)])


def _epoll(thread: Thread, arguments: tuple[int, ...]) -> Wait:
    if arguments[3] & 0xFFFFFFFF != 0xFFFFFFFF:
        raise Moves
    return _watching(thread, kernel.watched(thread.pid, arguments[0]))


def _watching(thread: Thread, fds: Sequence[int]) -> Wait:
    return Wait(thread, "poll", tuple(_thing(thread.pid, fd) for fd in fds))


def _thing(pid: int, fd: int) -> str:
    """What a descriptor is; one for a process is called by that process."""
    name = kernel.descriptor(pid, fd)
    return f"{PROCESS}{kernel.process_of(pid, fd)}" if "pidfd" in name else name


PROCESS = "process:"


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
