"""What a message carries: a copy of what was sent, as pickling makes one, and how many bytes it takes.

What cannot change and looks the same in every process (numbers, texts, and tuples of them) travels as it is. Its size
is that of its pickle all the same, for it is what fills a pipe.
"""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from typing import Any, Protocol

from ...models.frames import Torn
from .here import here


class Raw(bytes):
    """What was sent as bytes, not as an object."""


class Pickled(bytes):
    """An object on its way."""


class Pickling(Protocol):
    """How objects become bytes and objects again: each is given the number of the process that does so, since the
    scenario's modules, and the classes in them, are each process's own."""

    def dumps(self, value: Any, process: int) -> bytes: ...

    def loads(self, load: bytes, process: int) -> Any: ...


class _Everywhere:
    """Where modules are the same in all processes."""

    def dumps(self, value: Any, process: int) -> bytes:
        return bytes(ForkingPickler.dumps(value))

    def loads(self, load: bytes, process: int) -> Any:
        return ForkingPickler.loads(load)


EVERYWHERE = _Everywhere()

_BYTES = (Raw, Pickled, Torn)
_PLAIN = frozenset((int, float, str, bytes, bool, type(None)))
_SIZES: dict[Any, int] = {}
_MOST_SIZES = 20_000


def is_plain(value: object) -> bool:
    """Whether ``value`` can travel as it is."""
    kind = type(value)
    return kind in _PLAIN or (kind is tuple and all(is_plain(item) for item in value))  # type: ignore[attr-defined]


def pack(value: Any, process: int) -> tuple[Any, int]:
    """What arrives of ``value``, and its length in bytes. Raises whatever pickling raises."""
    if is_plain(value):
        return value, _size(value)
    before, here.pickler = here.pickler, process
    try:
        load = Pickled(here.world.pickling.dumps(value, process))
    finally:
        here.pickler = before
    return load, len(load)


def unpack(load: Any, process: int) -> Any:
    """The object again, in the process that got it. Raises whatever unpickling raises."""
    return here.world.pickling.loads(load, process) if type(load) in _BYTES else load


def as_bytes(load: Any) -> bytes:
    return load if type(load) in _BYTES else bytes(ForkingPickler.dumps(load))


def _size(value: Any) -> int:
    key = _key(value)
    size = _SIZES.get(key)
    if size is None:
        if len(_SIZES) >= _MOST_SIZES:
            _SIZES.clear()
        size = _SIZES[key] = len(ForkingPickler.dumps(value))
    return size


def _key(value: Any) -> Any:
    """Equal numbers of different types are of different sizes."""
    return tuple([_key(item) for item in value]) if type(value) is tuple else (type(value), value)
