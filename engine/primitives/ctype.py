"""The C types that a shared value can have, by the names that Python gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

TypeCode = Literal[
    "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "c", "u",
    "c_bool", "c_byte", "c_char", "c_double", "c_float", "c_int", "c_int8", "c_int16", "c_int32", "c_int64",
    "c_long", "c_longdouble", "c_longlong", "c_short", "c_size_t", "c_ssize_t", "c_ubyte", "c_uint", "c_uint8",
    "c_uint16", "c_uint32", "c_uint64", "c_ulong", "c_ulonglong", "c_ushort", "c_wchar",
]  # fmt: skip
"""The type codes of the `array` module that `multiprocessing` knows, and the simple types of `ctypes`."""


def ctype(name: TypeCode) -> Any:
    """What `multiprocessing` takes for the type called ``name``: a type code as it is."""
    if len(name) == 1:
        return name
    import ctypes

    return getattr(ctypes, name)


def one_of(given: Mapping[str, Any], *names: str) -> str | None:
    """What is wrong with ``given`` where just one of ``names`` must be in it."""
    count = sum(given.get(name) is not None for name in names)
    return None if count == 1 else f"just one of {' and '.join(names)} must be given"
