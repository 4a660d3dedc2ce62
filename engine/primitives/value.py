"""``multiprocessing.Value``: one C value in shared memory."""

from __future__ import annotations

from typing import Any

from .ctype import TypeCode, ctype
from .primitive import Parameter, Primitive, Site


class Value(Primitive):
    """A number (or one character) in shared memory, guarded by a lock that ``get_lock()`` returns.

    Reading and writing ``.value`` each take the lock; ``.value += 1`` is one of each, and not atomic.
    Final value: the number.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value
    """

    parameters = (
        Parameter(
            "typecode",
            TypeCode,
            ...,
            "A type code of the `array` module (`i`, `d`, ...) or a type of `ctypes` (`c_int`).",
        ),
        Parameter("value", Any, 0, "What it holds at first."),
        Parameter("lock", Any, True, "True for a lock of its own, false for none, or a reference to a Lock or RLock."),
    )

    def build(self, site: Site, typecode: TypeCode, value: Any, lock: Any) -> Any:
        return site.context.Value(ctype(typecode), value, lock=lock)

    def final(self, built: Any) -> object:
        # Not built.value: it takes the lock, which a killed process may still hold.
        return getattr(built, "_obj", built).value


PRIMITIVE = Value
