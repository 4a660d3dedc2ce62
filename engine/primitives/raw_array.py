"""``multiprocessing.RawArray``: C values in shared memory, and nothing to guard them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .ctype import TypeCode, ctype, one_of
from .parameters import SIZE, TYPECODE, VALUES
from .primitive import Primitive, Site


class RawArray(Primitive):
    """An array in shared memory without a lock.

    Final value: a list.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.RawArray
    """

    parameters = (TYPECODE, SIZE, VALUES)
    operations = ("read", "write")
    simulation = "array:RawArray"

    def build(self, site: Site, typecode: TypeCode, size: int | None, values: list[Any] | None) -> Any:
        return site.context.RawArray(ctype(typecode), size if values is None else values)  # type: ignore[arg-type]

    def final(self, built: Any) -> list[object]:
        return list(built)

    def refusal(self, given: Mapping[str, Any]) -> str | None:
        return one_of(given, "size", "values")


PRIMITIVE = RawArray
