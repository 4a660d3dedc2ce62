"""``multiprocessing.RawValue``: one C value in shared memory, and nothing to guard it."""

from __future__ import annotations

from typing import Any

from .ctype import TypeCode, ctype
from .parameters import NUMBER, TYPECODE
from .primitive import Primitive, Site


class RawValue(Primitive):
    """A number in shared memory without a lock.

    Final value: the number.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.sharedctypes.RawValue
    """

    parameters = (TYPECODE, NUMBER)
    operations = ("read", "write")
    simulation = "value:RawValue"

    def build(self, site: Site, typecode: TypeCode, value: Any) -> Any:
        return site.context.RawValue(ctype(typecode), value)

    def final(self, built: Any) -> object:
        return built.value


PRIMITIVE = RawValue
