"""``multiprocessing.Array`` and ``RawArray``, as targets get them in simulation."""

from __future__ import annotations

import ctypes
from multiprocessing import sharedctypes
from typing import Any

from ....models.memory import Memory
from ..world import MEMORY, World
from .ctype import Scratch, ctype_of
from .guarded import add_guarded
from .memory import CMemory, Items, Synchronized, Text, named, scratch_of


def RawArray(  # noqa: N802
    world: World, key: object, label: str, typecode: Any, size: int | None = None, values: list[Any] | None = None
) -> Items:
    scratch, items = scratch_of(typecode, size, values)
    memory = Memory(items, world.is_fine)
    kind: Any = _bare(scratch)
    made: Items = kind(add_guarded(world, key, label, None, memory), memory, memory, scratch)
    return made


def _bare(scratch: Scratch) -> type[CMemory]:
    return named(Text if scratch.is_text else Items, f"{scratch.kind.__name__}_Array_{scratch.length}")


class SynchronizedItems(Items, Synchronized, sharedctypes.SynchronizedArray):  # type: ignore[misc, type-arg]
    """What ``Array`` gives if it has a lock."""

    def __init__(
        self, world: World, key: object, label: str, typecode: Any, size: int | None, values: Any, lock: Any
    ) -> None:
        scratch, items = scratch_of(typecode, size, values)
        memory = Memory(items, world.is_exact(MEMORY))
        bare = self._be_made(world, key, label, lock, memory)
        Items.__init__(self, self.cell, memory, memory, scratch)
        self._obj = _bare(scratch)(self.cell, bare, memory, scratch)

    __repr__ = Synchronized.__repr__


class SynchronizedText(SynchronizedItems, Text, sharedctypes.SynchronizedString):  # type: ignore[misc]
    """An ``Array`` of bytes."""


SynchronizedItems.__name__, SynchronizedText.__name__ = "SynchronizedArray", "SynchronizedString"


def Array(  # noqa: N802
    world: World,
    key: object,
    label: str,
    typecode: Any,
    size: int | None = None,
    values: list[Any] | None = None,
    lock: Any = True,
) -> Items:
    if lock is False:
        return RawArray(world, key, label, typecode, size, values)
    kind = SynchronizedText if ctype_of(typecode) is ctypes.c_char else SynchronizedItems
    return kind(world, key, label, typecode, size, values, lock)
