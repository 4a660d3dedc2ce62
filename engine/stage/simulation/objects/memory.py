"""What targets see of shared memory: ``.value``, items and slices, each reading or writing one operation.

Source: CPython, Lib/multiprocessing/sharedctypes.py; what C makes of a value is in ``ctype``.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

from ....models.guarded import Owned, Part
from ....models.memory import Memory
from ....models.model import Lasting, Operation
from ..here import here, perform
from ..lasting import lasting
from ..refusal import NotSimulated
from ..world import World
from .condition import OwnLock
from .ctype import Scratch, ctype_of, scratch_for
from .guarded import add_guarded, join_guarded
from .shared import Shared

_FIRST = range(1)
_NOTHING = range(0)


class CMemory(Shared):
    """C values in a cell, seen as ``part``: under their lock, or without regard to it."""

    is_lasting = True

    def __init__(self, cell: int, part: Part, memory: Memory, scratch: Scratch) -> None:
        self.cell, self._part, self._memory, self._scratch = cell, part, memory, scratch

    def final(self) -> object:
        return self._memory.final(here.world.states[self.cell][self._memory.place])

    def _read(self, where: range) -> Any:
        here.world.has_slices |= len(where) > 1
        return perform(self.cell, Operation("read", (self._part, where)))

    def _write(self, where: range, items: tuple[Any, ...]) -> None:
        here.world.has_slices |= len(where) > 1
        perform(self.cell, Operation("write", (self._part, where, items)))

    def __buffer__(self, flags: int) -> Any:
        """Asked from Python 3.12 on; before, Python complains that it has none, which is told apart where a process
        ends."""
        raise NotSimulated("memory that is seen as bytes")

    def _await_refusal(self, operation: str) -> None:
        await_refusal(self.cell, self._part, operation)


def await_refusal(cell: int, part: Part, operation: str) -> None:
    """What cannot be read or written is refused only once it is its turn, and the lock lets it: until then, it is done
    to nothing."""
    try:
        perform(cell, Operation(operation, (part, _NOTHING)))
    except BaseException as error:
        error.__context__ = None  # Who is interrupted here has not been refused anything yet.
        raise


def _written(part: Part, value: Any) -> Operation:
    return _kept(part, value) if type(value) is int else Operation("write", (part, _FIRST, (value,)))


@lru_cache(maxsize=4096)
def _kept(part: Part, value: int) -> Lasting:
    return Lasting("write", (part, _FIRST, (value,)))


def doubt_bytes(world: World, made: Any) -> None:
    """Somebody may look for the bytes of something. Before Python 3.12 no class that is written in Python hears of
    that."""
    if sys.version_info < (3, 12) and isinstance(made, CMemory) and not isinstance(made, Synchronized):
        world.doubts.add("a target may see memory without a lock as bytes, which is not noticed before Python 3.12")


@lru_cache
def named(seen: type[CMemory], name: str) -> type[CMemory]:
    """``seen`` without a lock, by the name of what it stands for, which a target may ask for."""
    return type(name, (seen,), {"__bytes__": lambda one: one.__buffer__(0)})


class Number(CMemory):
    """One C value."""

    def __init__(self, cell: int, part: Part, memory: Memory, scratch: Scratch) -> None:
        super().__init__(cell, part, memory, scratch)
        self._read_it = lasting("read", part, _FIRST)

    def final(self) -> object:
        return here.world.states[self.cell][self._memory.place][0]

    @property
    def value(self) -> Any:
        return perform(self.cell, self._read_it)[0]

    @value.setter
    def value(self, value: Any) -> None:
        try:
            converted = self._scratch.converted(value)
        except Exception:
            self._await_refusal("write")
            raise
        perform(self.cell, _written(self._part, converted))

    def __repr__(self) -> str:
        return f"{self._scratch.kind.__name__}({self.value!r})"


class BareNumber(Number):
    """One C value that is seen as C has it, and not under a lock."""

    def __bool__(self) -> bool:
        return bool(self._scratch.kind(self.value))


class Items(CMemory):
    """C values side by side."""

    def __len__(self) -> int:
        return self._scratch.length

    def __getitem__(self, index: Any) -> Any:
        try:
            where = self._scratch.index(index)
        except Exception:
            self._await_refusal("read")
            raise
        items = self._read(where)
        return self._scratch.shown(items) if isinstance(index, slice) else items[0]

    def __setitem__(self, index: Any, value: Any) -> None:
        try:
            where, items = self._scratch.written(index, value)
        except Exception:
            self._await_refusal("write")
            raise
        self._write(where, items)

    def __repr__(self) -> str:
        kind = f"{self._scratch.kind.__name__}_Array_{self._scratch.length}"
        return f"<multiprocessing.sharedctypes.{kind} object at {self._address:#x}>"


class Text(Items):
    """Characters: ``value`` ends at the first that is zero, ``raw`` does not (and is there for bytes only)."""

    @property
    def value(self) -> Any:
        return self._scratch.text(self._read(range(self._scratch.length)))

    @value.setter
    def value(self, value: Any) -> None:
        self._write_text("value", value)

    @property
    def raw(self) -> Any:
        if not hasattr(self._scratch.items, "raw"):
            self._await_refusal("read")
            self._scratch.items.raw  # noqa: B018, raises its own AttributeError
        return self._scratch.shown(self._read(range(self._scratch.length)))

    @raw.setter
    def raw(self, value: Any) -> None:
        self._write_text("raw", value)

    def _write_text(self, name: str, value: Any) -> None:
        try:
            where, items = self._scratch.text_written(name, value)
        except Exception:
            self._await_refusal("write")
            raise
        self._write(where, items)


def scratch_of(typecode: Any, size: int | None, values: list[Any] | None) -> tuple[Scratch, tuple[Any, ...]]:
    """Room for an array, and what is in it at first. Raises what ``RawArray`` raises."""
    kind = ctype_of(typecode)
    first = (kind * size)() if values is None else (kind * len(values))(*values)
    scratch = scratch_for(kind, len(first))
    return scratch, tuple(first)


class Synchronized(Shared):
    """Memory under a lock, with the lock's own methods: Lib/multiprocessing/sharedctypes.py, ``SynchronizedBase``.

    The lock is its own, or one that it was given; then it works in that one's cell.
    """

    _obj: Any

    def _be_made(self, world: World, key: object, label: str, lock: Any, memory: Memory) -> Part:
        """Be in a cell. Returns the part that ``get_obj`` sees."""
        if lock is True or lock is None:
            self.cell = add_guarded(world, key, label, Owned(), memory)
            self._lock = OwnLock(self.cell)
        elif not hasattr(lock, "acquire"):
            raise AttributeError(f"{lock!r} has no method 'acquire'")
        else:
            self.cell = join_guarded(world, lock, label, memory)
            self._lock = lock
        memory.bare.label = label
        self.acquire = self._lock.acquire
        self.release = self._lock.release
        return memory.bare

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *raised: Any) -> Any:
        return self._lock.__exit__(*raised)

    def get_obj(self) -> Any:
        return self._obj

    def get_lock(self) -> Any:
        return self._lock

    def __repr__(self) -> str:
        return f"<{type(self).__name__} wrapper for {self._obj!r}>"
