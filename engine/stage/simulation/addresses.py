"""Where in memory a forked process finds its objects: where its starter had them.

Here its copies are elsewhere, so ``id``, and the hash that is made of it, give the address of what a copy was made of.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from .here import here
from .process import Process
from .standing import standing_for

_id, _hash = builtins.id, builtins.hash


class Addresses:
    """Those that one process knows of ``copies``, each with its original, as ``starter`` knows that. Of the originals
    only the numbers are kept: the starter may drop them."""

    def __init__(self, copies: Iterable[tuple[Any, Any]], starter: Addresses | None) -> None:
        of = _id if starter is None else starter.of
        self._known = {_id(copy): of(original) for original, copy in copies if copy is not original}
        self._taken = frozenset(self._known.values())

    def of(self, value: object) -> int:
        real = _id(value)
        known = self._known.get(real)
        if known is not None:
            return known
        # Something new may be where an original was that is gone.
        return real | _ELSEWHERE if real in self._taken else real


_ELSEWHERE = 1 << 62


def _addresses() -> Addresses | None:
    process: Process | None = here.strand.process if here.strand is not None else None
    return None if process is None else process.addresses


def _address(value: object) -> int:
    addresses = _addresses()
    return _id(value) if addresses is None else addresses.of(value)


def _hash_of(value: object) -> int:
    addresses = _addresses()
    if addresses is None or type(value).__hash__ is not object.__hash__:
        return _hash(value)
    address = addresses.of(value)
    return _hash(address >> 4 | (address & 15) << 60)  # Source: CPython, Python/pyhash.c (``_Py_HashPointer``).


def of_addresses() -> dict[str, Callable[..., Any]]:
    """What stands for the functions of ``builtins`` that tell of them."""
    return {"id": standing_for(_id, _address), "hash": standing_for(_hash, _hash_of)}
