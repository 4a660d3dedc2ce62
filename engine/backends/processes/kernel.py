"""What Linux tells of processes from outside: what each thread waits for, what its descriptors are.

Reading these files needs what a debugger needs; for processes of our own below us that is granted, also where
debugging is restricted to descendants (Yama). Everything here raises OSError for a process that is gone or hidden.
Source: proc(5).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import NamedTuple

DEAD = frozenset("ZX")
"""The states of what has ended and is only waited for."""

STOPPED = frozenset("T")


class Thread(NamedTuple):
    """One thread at one moment.

    ``state`` is the letter of proc(5). ``switches`` counts how often it has lost a processor: where it is the same at
    two moments, the thread did not run between them. ``call`` is the system call it is in and the call's arguments;
    None while it runs.
    """

    pid: int
    tid: int
    state: str
    switches: int
    call: tuple[int, tuple[int, ...]] | None


def threads(pid: int) -> list[int]:
    return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]


def thread(pid: int, tid: int) -> Thread:
    folder = f"/proc/{pid}/task/{tid}"
    status = dict(line.split(":\t", 1) for line in _read(f"{folder}/status").splitlines() if ":\t" in line)
    switches = int(status["voluntary_ctxt_switches"]) + int(status["nonvoluntary_ctxt_switches"])
    state = status["State"][0]
    if state in DEAD:
        return Thread(pid, tid, state, switches, None)
    number, *arguments = _read(f"{folder}/syscall").split()
    if not number.isdigit():  # "running", or "-1": it waits, but not in a system call.
        return Thread(pid, tid, state, switches, None)
    return Thread(pid, tid, state, switches, (int(number), tuple(int(word, 16) for word in arguments[:6])))


def descriptor(pid: int, fd: int) -> str:
    """What a descriptor is: a path, ``pipe:[1234]``, ``socket:[1234]``, ``anon_inode:[pidfd]``."""
    return os.readlink(f"/proc/{pid}/fd/{fd}")


def descriptors(pid: int) -> list[str]:
    found = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:
            continue
    return found


def process_of(pid: int, fd: int) -> int:
    """The process that a pidfd is for; -1 once it is gone."""
    lines = _read(f"/proc/{pid}/fdinfo/{fd}").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def is_traced(pid: int) -> bool:
    """Whether a debugger is attached."""
    return "TracerPid:\t0\n" not in _read(f"/proc/{pid}/status")


def watched(pid: int, fd: int) -> list[int]:
    """The descriptors that an epoll descriptor watches."""
    lines = _read(f"/proc/{pid}/fdinfo/{fd}").splitlines()
    return [int(line.split()[1]) for line in lines if line.startswith("tfd:")]


def polled(pid: int, address: int, count: int) -> list[int]:
    """The descriptors in an array of ``struct pollfd``."""
    data = memory(pid, address, 8 * count)
    return [fd for fd, _ in struct.iter_unpack("=iI", data) if fd >= 0]


def selected(pid: int, address: int, count: int) -> list[int]:
    """The descriptors in an ``fd_set``, of which the first ``count`` matter."""
    data = memory(pid, address, (count + 7) // 8) if address else b""
    return [fd for fd in range(min(count, 8 * len(data))) if data[fd // 8] >> fd % 8 & 1]


def memory(pid: int, address: int, length: int) -> bytes:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        file.seek(address)
        return file.read(length)


def text_at(pid: int, address: int) -> str:
    """The C string at ``address``, a path at the longest."""
    page = 4096
    data = memory(pid, address, page - address % page)
    if b"\0" not in data:
        data += memory(pid, address + len(data), page)
    return os.fsdecode(data.partition(b"\0")[0])


class Mapping(NamedTuple):
    """A stretch of memory that is shared, and the inode of the file that it is of."""

    start: int
    end: int
    inode: int


def mappings(pid: int) -> list[Mapping]:
    found = []
    for line in _read(f"/proc/{pid}/maps").splitlines():
        span, access, _, _, inode, *_ = line.split(maxsplit=5)
        if access.endswith("s"):
            start, _, end = span.partition("-")
            found.append(Mapping(int(start, 16), int(end, 16), int(inode)))
    return found


def mapped(mappings: Sequence[Mapping], address: int) -> int | None:
    """The inode of the file that ``address`` is mapped from; None for memory that is not shared."""
    return next((one.inode for one in mappings if one.start <= address < one.end), None)


def socket_path(inode: int) -> str:
    """The path that a Unix socket is bound to, empty where it is bound to none. Raises ValueError for other sockets."""
    for line in _read("/proc/net/unix").splitlines()[1:]:
        words = line.split(maxsplit=7)
        if words[6] == str(inode):
            return words[7] if len(words) > 7 else ""
    raise ValueError("no Unix socket")


def catches(pid: int, signals: frozenset[int]) -> bool:
    """Whether the process has a handler for any of ``signals``."""
    return _has_any(pid, "SigCgt:", signals)


def blocks(pid: int, signals: frozenset[int]) -> bool:
    """Whether the process's main thread blocks any of ``signals``."""
    return _has_any(pid, "SigBlk:", signals)


def _has_any(pid: int, mask: str, signals: frozenset[int]) -> bool:
    lines = _read(f"/proc/{pid}/status").splitlines()
    found = next(int(line.split()[1], 16) for line in lines if line.startswith(mask))
    return any(found >> number - 1 & 1 for number in signals)


def last_pid() -> int:
    """The process id that was given last, to a process or a thread; they are given in order, and begin anew at some
    time."""
    return int(_read("/proc/loadavg").split()[-1])


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:  # Names of files may be any bytes.
        return file.read()
