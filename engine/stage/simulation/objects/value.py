"""``multiprocessing.Value`` and ``RawValue``, as targets get them in simulation."""

from __future__ import annotations

from multiprocessing import sharedctypes
from typing import Any

from ....models.memory import Memory
from ..world import MEMORY, World
from .ctype import ctype_of, scratch_for
from .guarded import add_guarded
from .memory import BareNumber, Number, Synchronized, named


def RawValue(world: World, key: object, label: str, typecode: Any, value: Any = 0) -> Number:  # noqa: N802
    scratch = scratch_for(ctype_of(typecode), 1)
    memory = Memory((scratch.kind(value).value,), world.is_fine)
    kind: Any = named(BareNumber, scratch.kind.__name__)
    made: Number = kind(add_guarded(world, key, label, None, memory), memory, memory, scratch)
    return made


class SynchronizedNumber(Number, Synchronized, sharedctypes.Synchronized):  # type: ignore[misc, type-arg]
    """What ``Value`` gives if it has a lock."""

    def __init__(self, world: World, key: object, label: str, typecode: Any, value: Any, lock: Any) -> None:
        scratch = scratch_for(ctype_of(typecode), 1)
        memory = Memory((scratch.kind(value).value,), world.is_exact(MEMORY))
        bare = self._be_made(world, key, label, lock, memory)
        super().__init__(self.cell, memory, memory, scratch)
        self._obj = named(BareNumber, scratch.kind.__name__)(self.cell, bare, memory, scratch)

    __repr__ = Synchronized.__repr__


SynchronizedNumber.__name__ = "Synchronized"


def Value(world: World, key: object, label: str, typecode: Any, value: Any = 0, lock: Any = True) -> Number:  # noqa: N802
    if lock is False:
        return RawValue(world, key, label, typecode, value)
    return SynchronizedNumber(world, key, label, typecode, value, lock)
