"""What C makes of Python's values: the genuine ``ctypes`` do it, on a scratch of their own."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from multiprocessing.sharedctypes import typecode_to_type  # type: ignore[attr-defined]
from typing import Any

_CHARACTERS = (ctypes.c_char, ctypes.c_wchar)


def ctype_of(typecode_or_type: Any) -> Any:
    """The type that ``multiprocessing`` takes for it, or that ``ctypes`` has by this name. Raises TypeError where it is
    none."""
    kind = typecode_to_type.get(typecode_or_type, typecode_or_type)
    if isinstance(kind, str) and kind.startswith("c_"):
        kind = getattr(ctypes, kind, kind)
    ctypes.sizeof(kind)
    return kind


class Scratch:
    """``length`` items of ``kind``, to see what is read and written where; what is in it means nothing."""

    def __init__(self, kind: Any, length: int) -> None:
        self.kind = kind
        self.length = length
        self.items = (kind * length)()
        self.is_text = kind in _CHARACTERS
        self._one = (kind * 1)()

    def converted(self, value: Any) -> Any:
        """What is read after ``value`` was written. Raises what writing raises."""
        self._one[0] = value
        return self._one[0]

    def index(self, index: Any) -> range:
        """Where ``items[index]`` reads. Raises what that raises."""
        if type(index) is int and 0 <= index < self.length:
            return range(index, index + 1)
        self.items[index]
        if isinstance(index, slice):
            return range(self.length)[index]
        place = index.__index__()
        place += self.length if place < 0 else 0
        return range(place, place + 1)

    def written(self, index: Any, value: Any) -> tuple[range, tuple[Any, ...]]:
        """Where ``items[index] = value`` writes, and what. Raises what that raises."""
        if type(index) is int and 0 <= index < self.length:
            return range(index, index + 1), (self.converted(value),)
        self.items[index] = value
        where = self.index(index)
        return where, tuple(self.items[place] for place in where)

    def shown(self, items: tuple[Any, ...]) -> Any:
        """``items`` as a slice of them comes out."""
        if not self.is_text:
            return list(items)
        return b"".join(items) if self.kind is ctypes.c_char else "".join(items)

    @property
    def nothing(self) -> Any:
        """The character that ends a text."""
        return b"\0" if self.kind is ctypes.c_char else "\0"

    def text(self, items: tuple[Any, ...]) -> Any:
        """``items`` up to the first that ends a text: ``value`` of an array of characters."""
        return self.shown(items[: items.index(self.nothing)] if self.nothing in items else items)

    def text_written(self, name: str, value: Any) -> tuple[range, tuple[Any, ...]]:
        """Where ``value = ...`` (or ``raw``) writes, and what: the text, and what ends it if there is room."""
        setattr(self.items, name, value)
        length = len(value) if name == "raw" else min(len(value) + 1, self.length)
        return range(length), tuple(self.items[place] for place in range(length))


@lru_cache(maxsize=256)
def scratch_for(kind: Any, length: int) -> Scratch:
    """One for all runs: what is in it means nothing."""
    return Scratch(kind, length)
