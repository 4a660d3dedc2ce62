"""The form of a journal: a ring of slots of one size in a file that lives in memory, one slot for each operation.

A slot is filled in two steps, when the operation is called and when it has returned; both are a few bytes copied into
mapped memory, which no kill can tear from the file. Writers need no lock between threads: each takes the next number.
"""

from __future__ import annotations

import itertools
import mmap
import os
import struct
import time
from collections.abc import Iterator
from typing import NamedTuple

SLOT_BYTES = 256
CAPACITY = 1 << 16
"""How many operations of one process are kept, the last ones."""

LABEL_BYTES = 60
_ARGUMENTS_BYTES = 88
_RESULT_BYTES = 72

_SLOT = struct.Struct(f"=QQ{LABEL_BYTES + 1}p{_ARGUMENTS_BYTES + 1}pQB{_RESULT_BYTES + 1}pQ")
"""The operation's number (from 1); when it was called, what was called, and with what; when it returned (ns, 0 for
never), how it ended, and what came of it; the number again. As long as the numbers differ, it is half written. Texts
have their length before them, and are cut by their fields."""

_END = struct.Struct(f"=QB{_RESULT_BYTES + 1}p")
_END_AT = 18 + LABEL_BYTES + _ARGUMENTS_BYTES

RETURNED, RAISED = 1, 2


class Slot(NamedTuple):
    """One operation, as it was written down; ``number`` counts from 1."""

    number: int
    called_ns: int
    returned_ns: int
    end: int
    label: str
    arguments: str
    result: str


def new_file() -> int:
    """A file without a name, for one journal."""
    return new_memory("journal", SLOT_BYTES * CAPACITY)  # Only what is written to takes memory.


def new_memory(label: str, size: int) -> int:
    """A file without a name, all zero; ``label`` is what people who look for it see."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create(label)
    else:
        import tempfile  # Every process that is spawned loads this module, and only this system needs that one.

        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd


class Writer:
    """Writes one process's slots."""

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, SLOT_BYTES * CAPACITY)
        self._numbers = itertools.count(1)
        self._last = 0

    def call(self, label: bytes, arguments: bytes) -> int:
        """Write that an operation is called; return its number."""
        self._last = number = next(self._numbers)
        at = (number - 1) % CAPACITY * SLOT_BYTES
        _SLOT.pack_into(self._memory, at, number, time.monotonic_ns(), label, arguments, 0, 0, b"", number)
        return number

    def end(self, number: int, end: int, result: bytes) -> None:
        """Write how an operation ended, unless its slot has been taken by a later one."""
        if self._last - number < CAPACITY:
            at = (number - 1) % CAPACITY * SLOT_BYTES + _END_AT
            _END.pack_into(self._memory, at, time.monotonic_ns(), end, result)


def read(fd: int) -> Iterator[Slot]:
    """The slots that were filled, in no order."""
    for at in range(0, SLOT_BYTES * CAPACITY, SLOT_BYTES):
        data = os.pread(fd, SLOT_BYTES, at)
        if len(data) < SLOT_BYTES:
            return
        number, called_ns, label, arguments, returned_ns, end, result, again = _SLOT.unpack(data)
        if not called_ns:  # Nobody has come that far.
            return
        if number == again:
            texts = (text.decode(errors="replace") for text in (label, arguments, result))
            yield Slot(number, called_ns, returned_ns, end, *texts)
