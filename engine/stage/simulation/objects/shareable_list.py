"""``multiprocessing.shared_memory.ShareableList``, as targets get it in simulation.

Source: CPython, Lib/multiprocessing/shared_memory.py: every item has a slot of a size that never changes, and a format.
"""

from __future__ import annotations

import struct
from multiprocessing import shared_memory
from typing import Any

from ....models.memory import Memory
from ....models.model import Operation
from ..here import here, perform
from ..refusal import NotSimulated
from ..world import World
from .guarded import add_guarded
from .memory import await_refusal
from .shared import Shared
from .shared_memory import Block

Item = tuple[str, bool, Any]
"""A format, whether it is a text, and what is in the slot: bytes for a text or bytes, the value itself otherwise."""

_FORMATS: dict[Any, str] = {int: "q", float: "d", bool: "xxxxxxx?", type(None): "xxxxxx?x"}
_ALIGNMENT = 8


class ListBlock(Block):
    """The block below a list."""

    def __init__(self, world: World, cell: int, label: str, size: int) -> None:
        self.cell = cell
        self.size = size
        self._be_named(world, label)

    @property
    def buf(self) -> Any:
        raise NotSimulated("the bytes below a ShareableList")


class ShareableList(Shared, shared_memory.ShareableList):  # type: ignore[type-arg]
    """Each item read and each item written is one operation; ``count``, ``index`` and iteration read one after the
    other, as the genuine ones do."""

    travels = True

    def __init__(self, world: World, key: object, label: str, value: list[Any]) -> None:
        self._sizes = [_slot_size(item) for item in value]
        self._memory = Memory([_packed(item, size) for item, size in zip(value, self._sizes, strict=True)])
        self.cell = add_guarded(world, key, label, None, self._memory)
        count = len(value)
        self.shm = ListBlock(world, self.cell, label, 8 * (count + 2) + sum(self._sizes) + 9 * count)  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: Any) -> Any:
        self.shm.note_pickled()  # type: ignore[attr-defined]
        return super().__reduce_ex__(protocol)

    def final(self) -> object:
        return [_unpacked(item) for item in here.world.states[self.cell][self._memory.place]]

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, position: int) -> Any:
        where = self._place(position, "read", "index out of range")
        return _unpacked(perform(self.cell, Operation("read", (self._memory, range(where, where + 1))))[0])

    def __setitem__(self, position: int, value: Any) -> None:
        where = self._place(position, "write", "assignment index out of range")
        try:
            item = _fitted(value, self._sizes[where])
        except struct.error:  # The format has been changed by then, and the place been cleared.
            self._write(where, ("q", False, 0))
            raise
        except Exception:
            await_refusal(self.cell, self._memory, "write")
            raise
        self._write(where, item)

    def _write(self, where: int, item: Item) -> None:
        perform(self.cell, Operation("write", (self._memory, range(where, where + 1), (item,))))

    def _place(self, position: int, operation: str, refusal: str) -> int:
        try:
            return range(len(self._sizes))[position]
        except IndexError:
            await_refusal(self.cell, self._memory, operation)
            raise IndexError(refusal) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({[self[place] for place in range(len(self))]}, name={self.shm.name!r})"

    @property
    def format(self) -> str:
        items = perform(self.cell, Operation("look", (self._memory, range(len(self._sizes)))))
        return "".join(item[0] for item in items)


def _slot_size(value: Any) -> int:
    """The bytes of a slot that is made for ``value``."""
    if isinstance(value, (str, bytes)):
        return _ALIGNMENT * (len(value) // _ALIGNMENT + 1)
    _FORMATS[type(value)]
    return _ALIGNMENT


def _packed(value: Any, size: int) -> Item:
    """``value`` in a slot of ``size`` bytes: what is longer is cut. Raises struct.error for what no format holds."""
    if isinstance(value, (str, bytes)):
        return f"{size}s", isinstance(value, str), _encoded(value)[:size]
    kind = _FORMATS[type(value)]
    return kind, False, value if value is None else struct.unpack(kind, struct.pack(kind, value))[0]


def _fitted(value: Any, size: int) -> Item:
    """The same, in a slot that is there: what is longer is refused."""
    if isinstance(value, (str, bytes)) and len(_encoded(value)) > size:
        raise ValueError("bytes/str item exceeds available storage")
    return _packed(value, size)


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _unpacked(item: Item) -> Any:
    _, is_text, stored = item
    if not isinstance(stored, bytes):
        return stored
    content = stored.rstrip(b"\0")
    return content.decode() if is_text else content
