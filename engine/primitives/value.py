"""``multiprocessing.Value``: one C value in shared memory."""

from __future__ import annotations

from typing import Any

from .ctype import TypeCode, ctype
from .parameters import GUARD, NUMBER, TYPECODE
from .primitive import Primitive, Site


class Value(Primitive):
    """A number (or one character) in shared memory, guarded by a lock that ``get_lock()`` returns.

    Reading and writing ``.value`` each take the lock; ``.value += 1`` is one of each, and not atomic.
    Final value: the number.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Value
    """

    parameters = (TYPECODE, NUMBER, GUARD)
    operations = ("read", "write", "acquire", "release")
    simulation = "value:Value"

    def build(self, site: Site, typecode: TypeCode, value: Any, lock: Any) -> Any:
        return site.context.Value(ctype(typecode), value, lock=lock)

    def final(self, built: Any) -> object:
        # Not built.value: it takes the lock, which a killed process may still hold.
        return getattr(built, "_obj", built).value


PRIMITIVE = Value
