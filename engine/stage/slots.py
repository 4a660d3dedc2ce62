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
from collections.abc import Callable, Iterator
from typing import NamedTuple

SLOT_BYTES = 256
CAPACITY = 1 << 16
"""How many operations of one process are kept, the last ones."""

LABEL_BYTES = 60
_ARGUMENTS_BYTES = 88
_RESULT_BYTES = 72

_END = struct.Struct(f"={_RESULT_BYTES + 1}pBQ")
"""What came of an operation, how it ended, and when it returned (ns, 0 for never)."""

_CALL = struct.Struct(f"=QQQ{LABEL_BYTES + 1}p{_ARGUMENTS_BYTES + 1}pQ")
"""When it returned (not yet); its number (from 1), when it was called, what was called, and with what; the number
again. As long as the numbers differ, it is half written."""

_CALL_AT = _END.size - 8
"""Both have the time of return, so that it is set after all else of an end, and taken back before all else of a call.
Texts have their length before them, and are cut by their fields."""

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


Call = Callable[[bytes, bytes], int]
End = Callable[[int, int, bytes], None]


def writer(fd: int) -> tuple[Call, End]:
    """Two functions that write one process's slots.

    The first writes that an operation is called, and returns its number; the second writes how the one with that number
    ended, unless its slot has been taken by a later one. Closures, because they are called between every two operations
    and find what they need faster than methods do.
    """
    memory = mmap.mmap(fd, SLOT_BYTES * CAPACITY)
    next_number = itertools.count(1).__next__
    write_call, write_end, now_ns = _CALL.pack_into, _END.pack_into, time.monotonic_ns
    last = 0

    def call(label: bytes, arguments: bytes) -> int:
        nonlocal last
        last = number = next_number()
        write_call(
            memory, (number - 1) % CAPACITY * SLOT_BYTES + _CALL_AT, 0, number, now_ns(), label, arguments, number
        )
        return number

    def end(number: int, end: int, result: bytes) -> None:
        if last - number < CAPACITY:
            write_end(memory, (number - 1) % CAPACITY * SLOT_BYTES, result, end, now_ns())

    return call, end


def read(fd: int) -> Iterator[Slot]:
    """The slots that were filled, in no order."""
    for at in range(0, SLOT_BYTES * CAPACITY, SLOT_BYTES):
        data = os.pread(fd, SLOT_BYTES, at)
        if len(data) < SLOT_BYTES:
            return
        result, end, _ = _END.unpack_from(data)
        returned_ns, number, called_ns, label, arguments, again = _CALL.unpack_from(data, _CALL_AT)
        if not called_ns:  # Nobody has come that far.
            return
        if number == again:
            if not returned_ns:  # What is there is of an older one.
                end, result = 0, b""
            texts = (text.decode(errors="replace") for text in (label, arguments, result))
            yield Slot(number, called_ns, returned_ns, end, *texts)
