"""A genuine ``SharedMemory`` of which each read and each write through ``buf`` waits for its turn."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NoReturn
from weakref import ref

from .buffer import Buffer, whole

Hold = Callable[[str, Callable[..., Any]], Callable[..., Any]]
"""Makes of a function one that waits, as the operation of that name."""


class HeldMemory(SharedMemory):
    """What a genuine one becomes by :func:`hold_block`, in each process that it arrives in."""

    _last: Callable[[], Buffer | None] = staticmethod(lambda: None)
    _read: Callable[..., Any]
    _write: Callable[..., Any]

    @property
    def buf(self) -> Any:
        return None if super().buf is None else whole(self, self.size)

    def __repr__(self) -> str:
        return f"{SharedMemory.__name__}({self.name!r}, size={self.size})"

    def read_at(self, where: range) -> bytes:
        content: bytes = self._read(self, where)
        return content

    def write_at(self, where: range, content: bytes) -> None:
        self._write(self, where, content)

    def note_slice(self, part: Buffer) -> None:
        """A genuine slice, because of which the block cannot be closed."""
        part.kept = self._memory[:]
        self._last = ref(part)

    def refuse(self, what: str) -> NoReturn:
        raise TypeError(f"{what}, in a run that is forced")

    @property
    def _memory(self) -> memoryview:
        memory: Any = super().buf
        part = self._last()
        if memory is None and part is not None:
            return part.kept  # type: ignore[no-any-return]
        if memory is None:
            raise ValueError("operation forbidden on released memoryview object")
        return memory  # type: ignore[no-any-return]


def hold_block(block: Any, hold: Hold) -> None:
    """Have the genuine ``block`` wait as ``hold`` says."""
    block.__class__ = HeldMemory
    block._read, block._write = hold("read", _read), hold("write", _write)


def _read(block: HeldMemory, where: range) -> bytes:
    memory = block._memory
    return bytes(memory[place] for place in where)


def _write(block: HeldMemory, where: range, content: bytes) -> None:
    memory = block._memory
    for place, byte in zip(where, content, strict=True):
        memory[place] = byte
