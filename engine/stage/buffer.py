"""``SharedMemory.buf`` as something that can be told who reads what through it, which no memoryview can.

It has a memoryview's items and slices, and whoever looks for the memory itself (numpy, ``struct``, ``memoryview``) gets
an answer from the block below it.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol
from weakref import ref


class Bytes(Protocol):
    """A block of memory, called ``name``."""

    @property
    def name(self) -> Any: ...

    def read_at(self, where: range) -> bytes:
        """The bytes in these places, in that order."""

    def write_at(self, where: range, content: bytes) -> None: ...

    def note_slice(self, part: Buffer) -> None:
        """``part`` points into the memory for as long as somebody keeps it."""

    def refuse(self, what: str) -> NoReturn:
        """Raise what comes of asking for what this is not."""


class Buffer:
    """Bytes of a block, as a memoryview has them: ``where`` says which. A slice of it is one too, and reads nothing.
    ``kept`` is the block's, for as long as this lives."""

    __slots__ = ("__weakref__", "_block", "_is_readonly", "_is_slice", "_where", "kept")

    format = "B"
    itemsize = 1
    ndim = 1
    suboffsets = ()

    def __init__(self, block: Bytes, where: range, is_readonly: bool = False) -> None:
        self._block, self._where, self._is_readonly = block, where, is_readonly
        self._is_slice = False
        self.kept: Any = None

    def __len__(self) -> int:
        return len(self._where)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """What ``isinstance`` goes by."""
        return memoryview

    @property
    def nbytes(self) -> int:
        return len(self._where)

    @property
    def shape(self) -> tuple[int]:
        return (len(self._where),)

    @property
    def strides(self) -> tuple[int]:
        return (self._where.step,)

    @property
    def contiguous(self) -> bool:
        return self._where.step == 1 or len(self._where) < 2

    c_contiguous = f_contiguous = contiguous

    @property
    def readonly(self) -> bool:
        return self._is_readonly

    @property
    def obj(self) -> Any:
        self._block.refuse("the memory below SharedMemory.buf")

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            part = Buffer(self._block, self._where[index], self._is_readonly)
            part._is_slice = True
            self._block.note_slice(part)
            return part
        where = self._place(index)
        return self._block.read_at(range(where, where + 1))[0]

    def __setitem__(self, index: Any, value: Any) -> None:
        if self._is_readonly:
            raise TypeError("cannot modify read-only memory")
        if isinstance(index, slice):
            self._write(self._where[index], value)
            return
        where = self._place(index)
        # A genuine one converts it, and refuses what it cannot.
        converted = memoryview(bytearray(1))
        converted[0] = value
        self._block.write_at(range(where, where + 1), bytes(converted))

    def __delitem__(self, index: Any) -> None:
        raise TypeError("cannot delete memory")

    def __iter__(self) -> Iterator[int]:
        for place in self._where:
            yield self._block.read_at(range(place, place + 1))[0]

    def __contains__(self, value: object) -> bool:
        return any(value == item for item in self)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Buffer):
            return self.tobytes() == other.tobytes()
        return memoryview(self.tobytes()) == other

    def __hash__(self) -> int:
        if self._is_readonly:
            self._block.refuse("the hash of SharedMemory.buf")
        raise ValueError("cannot hash writable memoryview object")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__reduce__()

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)

    def __bytes__(self) -> bytes:
        return self.tobytes()

    def __enter__(self) -> Buffer:
        return self

    def __exit__(self, *_: Any) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<memory of {self._block.name}>"

    def __buffer__(self, flags: int) -> Any:
        """Asked from Python 3.12 on; before, who wants one is told by Python that this is none."""
        self._block.refuse("memory that is read or written other than by SharedMemory.buf's items and slices")

    def tobytes(self, order: str | None = None) -> bytes:
        content: bytes = self._block.read_at(self._where)
        return content

    def tolist(self) -> list[int]:
        return list(self.tobytes())

    def hex(self, *arguments: Any) -> str:
        return self.tobytes().hex(*arguments)

    def toreadonly(self) -> Buffer:
        return Buffer(self._block, self._where, True)

    def release(self) -> None:
        """Of a slice, nothing has to be given back; the whole one would be gone for its block, too."""
        if not self._is_slice:
            self._block.refuse("SharedMemory.buf.release()")

    def cast(self, format: str, *shape: Any) -> Buffer:
        if format not in ("B", "@B") or shape:
            self._block.refuse(f"SharedMemory.buf.cast({format!r})")
        return Buffer(self._block, self._where, self._is_readonly)

    def _place(self, index: Any) -> int:
        if isinstance(index, tuple):
            if not index:
                raise NotImplementedError("sub-views are not implemented")
            if len(index) > 1:
                raise TypeError(f"cannot index 1-dimension view with {len(index)}-element tuple")
            (index,) = index
        try:
            place = operator.index(index)
        except TypeError:
            raise TypeError("memoryview: invalid slice key") from None
        try:
            return self._where[place]
        except IndexError:
            raise IndexError("index out of bounds on dimension 1") from None

    def _write(self, where: range, value: Any) -> None:
        content = value.tobytes() if isinstance(value, Buffer) else memoryview(value)
        if isinstance(content, memoryview):
            if content.format not in ("B", "@B") or content.ndim != 1:
                content = memoryview(content)[:]
                if content.format != "B":
                    raise ValueError("memoryview assignment: lvalue and rvalue have different structures")
            content = content.tobytes()
        if len(content) != len(where):
            raise ValueError("memoryview assignment: lvalue and rvalue have different structures")
        self._block.write_at(where, content)


Buffer.__name__ = Buffer.__qualname__ = "memoryview"  # As which errors name it.

_NOT_PICKLED = (
    "cannot pickle memoryview objects" if sys.version_info >= (3, 11) else "cannot pickle 'memoryview' object"
)


def whole(block: Any, size: int) -> Buffer:
    """All of ``block``: the same object for as long as anybody keeps it."""
    last = block.__dict__.get("_whole")
    found: Buffer | None = last and last()
    if found is None or found._block is not block:  # It may be what another process has of that.
        found = Buffer(block, range(size))
        block._whole = ref(found)
    return found
