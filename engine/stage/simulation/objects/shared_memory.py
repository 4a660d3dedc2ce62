"""``SharedMemory``, as targets get it in simulation.

``buf`` is no memoryview, for nobody could be told who reads what through one: it knows its items and slices, and
refuses whatever else looks for its memory (numpy, ``struct``, ``memoryview`` itself).
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from multiprocessing import shared_memory
from typing import Any
from weakref import ref

from ....models.guarded import Guarded
from ....models.memory import Memory
from ....models.model import Operation
from ....models.name import Name
from ..here import here, perform
from ..refusal import NotSimulated
from ..world import World
from .guarded import add_guarded
from .shared import Shared


class Buffer:
    """Bytes of a block, as a memoryview has them: ``where`` says which. A slice of it is one too, and reads nothing."""

    __slots__ = ("__weakref__", "_block", "_is_readonly", "_where")
    __hash__ = None  # type: ignore[assignment]

    format = "B"
    itemsize = 1
    ndim = 1
    suboffsets = ()

    def __init__(self, block: SharedMemory, where: range, is_readonly: bool = False) -> None:
        self._block, self._where, self._is_readonly = block, where, is_readonly

    def __len__(self) -> int:
        return len(self._where)

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
        raise NotSimulated("the memory below SharedMemory.buf")

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            part = Buffer(self._block, self._where[index], self._is_readonly)
            self._block.note_slice(part)
            return part
        where = self._place(index)
        return self._block._read(range(where, where + 1))[0]

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
        self._block._write(range(where, where + 1), bytes(converted))

    def __delitem__(self, index: Any) -> None:
        raise TypeError("cannot delete memory")

    def __iter__(self) -> Iterator[int]:
        for place in self._where:
            yield self._block._read(range(place, place + 1))[0]

    def __contains__(self, value: object) -> bool:
        return any(value == item for item in self)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Buffer):
            return self.tobytes() == other.tobytes()
        return memoryview(self.tobytes()) == other

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
        raise NotSimulated("memory that is read or written other than by SharedMemory.buf's items and slices")

    def tobytes(self, order: str | None = None) -> bytes:
        content: bytes = self._block._read(self._where)
        return content

    def tolist(self) -> list[int]:
        return list(self.tobytes())

    def hex(self, *arguments: Any) -> str:
        return self.tobytes().hex(*arguments)

    def toreadonly(self) -> Buffer:
        return Buffer(self._block, self._where, True)

    def release(self) -> None:
        """Nothing has to be given back."""

    def cast(self, format: str, *shape: Any) -> Buffer:
        if format in ("B", "@B") and not shape:
            return Buffer(self._block, self._where, self._is_readonly)
        raise NotSimulated(f"SharedMemory.buf.cast({format!r})")

    def _place(self, index: Any) -> int:
        if isinstance(index, tuple):
            raise NotImplementedError("multi-dimensional sub-views are not implemented")
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
        self._block._write(where, content)


class Block(Shared):
    """What has a name in the system, and can be closed and unlinked."""

    travels = True

    def _be_named(self, world: World, label: str) -> None:
        model, self._name = world.models[self.cell], f"/{label}"
        assert isinstance(model, Guarded)
        self._entry = Name(self._name)
        world.states[self.cell] = model.admit(self._entry, world.states[self.cell])
        self._entry.label = label
        self._closed: set[int] = set()
        self._slices: list[tuple[int, ref[Buffer]]] = []

    @property
    def name(self) -> str:
        return self._name[1:]

    def note_slice(self, part: Buffer) -> None:
        """``part`` points into the memory for as long as the running process keeps it."""
        self._slices.append((_number(), ref(part)))

    def close(self) -> None:
        kept = sum(number == _number() and part() is not None for number, part in self._slices)
        if kept:
            raise BufferError(f"memoryview has {kept} exported buffer{'s' if kept > 1 else ''}")
        self._closed.add(_number())

    def unlink(self) -> None:
        perform(self.cell, Operation("unlink", (self._entry,)))

    def _is_closed(self) -> bool:
        return _number() in self._closed


class SharedMemory(Block, shared_memory.SharedMemory):
    """A block of bytes. Each process closes it for itself."""

    def __init__(
        self, world: World, key: object, label: str, size: int | None = None, value: list[int] | None = None
    ) -> None:
        content = bytes(size or 0) if value is None else bytes(value)
        self._memory = Memory(content)
        self.cell = add_guarded(world, key, label, None, self._memory)
        self._size = len(content)
        self._be_named(world, label)

    def __del__(self) -> None:
        """Nothing to close."""

    def attached(self) -> SharedMemory:
        """What one gets who opens it by its name. Raises FileNotFoundError if it has been unlinked."""
        perform(self.cell, Operation("look_up", (self._entry,)))
        other = SharedMemory.__new__(SharedMemory)
        other.__dict__.update(self.__dict__, _closed=set())
        return other

    @property
    def buf(self) -> Any:
        return None if self._is_closed() else Buffer(self, range(self._size))

    @property
    def size(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"SharedMemory({self.name!r}, size={self.size})"

    def _read(self, where: range) -> Any:
        if self._is_closed():
            raise ValueError("operation forbidden on released memoryview object")
        return perform(self.cell, Operation("read", (self._memory, where)))

    def _write(self, where: range, content: bytes) -> None:
        if self._is_closed():
            raise ValueError("operation forbidden on released memoryview object")
        perform(self.cell, Operation("write", (self._memory, where, content)))


def _number() -> int:
    """The process that runs; the parent, while the engine does."""
    return here.strand.process.number if here.strand is not None else 0
