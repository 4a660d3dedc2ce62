"""The form of a journal: a ring of slots of one size in a file that lives in memory, one slot for each operation.

A slot is filled in two steps, when the operation is called and when it has returned; both are a few bytes copied into
mapped memory, which no kill can tear from the file. Writers need no lock between threads: each takes the next number.
"""

from __future__ import annotations

import itertools
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from typing import NamedTuple

SLOT_BYTES = 256
CAPACITY = 1 << 16
"""How many operations of one process are kept, the last ones."""

_NUMBER = struct.Struct("=Q")
"""Of the operation, from 1."""

_HEAD = struct.Struct("=QQBBBB")
"""When it was called and when it returned (ns, 0 for never), how it ended, and the lengths of the three texts behind:
what was called, with what, and what came of it."""

_END = struct.Struct("=QB")
_RETURNED_AT = 16
_RESULT_LENGTH_AT = 27
_LABEL = 28
LABEL_BYTES = 60
_ARGUMENTS = _LABEL + LABEL_BYTES
_ARGUMENTS_BYTES = 88
_RESULT = _ARGUMENTS + _ARGUMENTS_BYTES
_RESULT_BYTES = SLOT_BYTES - _RESULT

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
    size = SLOT_BYTES * CAPACITY  # Only what is written to takes memory.
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("journal")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd


class Writer:
    """Writes one process's slots."""

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, SLOT_BYTES * CAPACITY)
        self._numbers = itertools.count(1)

    def call(self, label: bytes, arguments: bytes) -> int:
        """Write that an operation is called; return its number."""
        number = next(self._numbers)
        at = (number - 1) % CAPACITY * SLOT_BYTES
        memory, label, arguments = self._memory, label[:LABEL_BYTES], arguments[:_ARGUMENTS_BYTES]
        # Half written, a slot has no number, and is not read.
        _NUMBER.pack_into(memory, at, 0)
        memory[at + _LABEL : at + _LABEL + len(label)] = label
        if arguments:
            memory[at + _ARGUMENTS : at + _ARGUMENTS + len(arguments)] = arguments
        _HEAD.pack_into(memory, at + _NUMBER.size, time.monotonic_ns(), 0, 0, len(label), len(arguments), 0)
        _NUMBER.pack_into(memory, at, number)
        return number

    def end(self, number: int, end: int, result: bytes) -> None:
        """Write how an operation ended, unless its slot has been taken by a later one."""
        at = (number - 1) % CAPACITY * SLOT_BYTES
        memory, result = self._memory, result[:_RESULT_BYTES]
        if _NUMBER.unpack_from(memory, at)[0] != number:
            return
        memory[at + _RESULT : at + _RESULT + len(result)] = result
        memory[at + _RESULT_LENGTH_AT] = len(result)
        _END.pack_into(memory, at + _RETURNED_AT, time.monotonic_ns(), end)


def read(fd: int) -> Iterator[Slot]:
    """The slots that were filled, in no order."""
    for at in range(0, SLOT_BYTES * CAPACITY, SLOT_BYTES):
        data = os.pread(fd, SLOT_BYTES, at)
        if len(data) < SLOT_BYTES:
            return
        (number,) = _NUMBER.unpack_from(data)
        called_ns, returned_ns, end, *lengths = _HEAD.unpack_from(data, _NUMBER.size)
        if not called_ns:  # Nobody has come that far.
            return
        if not number:
            continue
        texts = [
            data[start : start + length].decode(errors="replace")
            for start, length in zip((_LABEL, _ARGUMENTS, _RESULT), lengths, strict=True)
        ]
        yield Slot(number, called_ns, returned_ns, end, *texts)
