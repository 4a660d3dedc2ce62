"""``SharedMemory``, as targets get it in simulation.

Its ``buf`` refuses whatever looks for the memory below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from multiprocessing import shared_memory
from typing import Any, NoReturn
from weakref import ref

from ....models.guarded import Guarded
from ....models.memory import Memory
from ....models.model import Operation
from ....models.name import Name
from ...buffer import Buffer, whole
from ..here import here, perform
from ..refusal import NotSimulated
from ..world import NAMES, World
from .guarded import add_guarded
from .shared import Shared, leaves


class Block(Shared):
    """What has a name in the system, and can be closed and unlinked."""

    travels = True

    def _be_named(self, world: World, label: str) -> None:
        model, self._name = world.models[self.cell], f"/engine-simulate-0-{self.cell}"
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

    def refuse(self, what: str) -> NoReturn:
        raise NotSimulated(what)

    def close(self) -> None:
        self._closed.add(_number())  # There is no buffer any more, whatever comes of it.
        if self._has_slices():
            raise BufferError("cannot close exported pointers exist")

    def unlink(self) -> None:
        here.world.looked_into.add(NAMES)
        if self.cell in here.world.sent:
            here.world.doubts.add(_UNLINKED)
        perform(self.cell, Operation("unlink", (self._entry,)))

    def open(self) -> None:
        """Look it up by its name. Raises FileNotFoundError if it has been unlinked."""
        perform(self.cell, Operation("look_up", (self._entry,)))

    def note_pickled(self) -> None:
        """Who unpickles it opens it."""
        world = here.world
        if world.is_starting_a_process:
            world.named.append(self)
            return
        world.sent.add(self.cell)
        if not world.states[self.cell][self._entry.place]:
            world.doubts.add(_UNLINKED)

    def __reduce_ex__(self, protocol: Any) -> Any:
        self.note_pickled()
        return super().__reduce_ex__(protocol)

    def _is_closed(self) -> bool:
        return _number() in self._closed

    def _has_slices(self) -> bool:
        return any(number == _number() and part() is not None for number, part in self._slices)

    def _check_open(self) -> None:
        if self._is_closed() and not self._has_slices():
            raise ValueError("operation forbidden on released memoryview object")


_UNLINKED = "a block of shared memory that is in a message, and unlinked, may be gone when that is received"


def opened(given: Iterable[Any]) -> list[Block]:
    """The blocks in ``given`` that a process opens which unpickles it."""
    blocks = (getattr(one, "shm", one) for one in leaves(given) if isinstance(one, Shared))
    return [block for block in blocks if isinstance(block, Block)]


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
        self.open()
        other = SharedMemory.__new__(SharedMemory)
        other.__dict__.update(self.__dict__, _closed=set())
        return other

    @property
    def buf(self) -> Any:
        return None if self._is_closed() else whole(self, self._size)

    @property
    def size(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"SharedMemory({self.name!r}, size={self.size})"

    def read_at(self, where: range) -> Any:
        self._check_open()
        here.world.has_slices |= len(where) > 1
        return perform(self.cell, Operation("read", (self._memory, where)))

    def write_at(self, where: range, content: bytes) -> None:
        self._check_open()
        here.world.has_slices |= len(where) > 1
        perform(self.cell, Operation("write", (self._memory, where, content)))


def _number() -> int:
    """The process that runs; the parent, while the engine does."""
    return here.strand.process.number if here.strand is not None else 0
