"""``multiprocessing.Array``: C values in shared memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .ctype import TypeCode, ctype, one_of
from .parameters import GUARD, SIZE, TYPECODE, VALUES
from .primitive import Primitive, Site


class Array(Primitive):
    """An array in shared memory, guarded by a lock that ``get_lock()`` returns.

    What does not fit an element wraps silently.

    Final value: a list.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Array
    """

    parameters = (TYPECODE, SIZE, VALUES, GUARD)
    operations = ("read", "write", "acquire", "release")
    simulation = "array:Array"

    def build(self, site: Site, typecode: TypeCode, size: int | None, values: list[Any] | None, lock: Any) -> Any:
        return site.context.Array(ctype(typecode), size if values is None else values, lock=lock)  # type: ignore[arg-type]

    def final(self, built: Any) -> list[object]:
        # Not built[:]: it takes the lock, which a killed process may still hold.
        return list(getattr(built, "_obj", built))

    def refusal(self, given: Mapping[str, Any]) -> str | None:
        return one_of(given, "size", "values")


PRIMITIVE = Array
