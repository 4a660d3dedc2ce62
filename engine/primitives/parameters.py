"""The parameters that several types have in common."""

from __future__ import annotations

from typing import Any

from .ctype import TypeCode
from .primitive import Parameter

MAXSIZE = Parameter(
    "maxsize", int, 0, "How many items it holds before `put` blocks.", at_least=0, hint="0 means no bound"
)
PERMITS = Parameter("value", int, 1, "How many may hold it at once.", at_least=0)
PARTIES = Parameter("parties", int, ..., "How many must arrive before any may leave.", at_least=1)
TIMEOUT = Parameter(
    "timeout", float, None, "Seconds after which waiting breaks it, unless `wait` says otherwise.", at_least=0
)
TYPECODE = Parameter(
    "typecode", TypeCode, ..., "A type code of the `array` module (`i`, `d`, ...) or a type of `ctypes` (`c_int`)."
)
NUMBER = Parameter("value", Any, 0, "What it holds at first.")
SIZE = Parameter("size", int, None, "How many elements, all zero; instead of `values`.", at_least=0)
VALUES = Parameter("values", list, None, "The elements; instead of `size`.")
GUARD = Parameter("lock", Any, True, "True for a lock of its own, false for none, or a reference to a Lock or RLock.")
