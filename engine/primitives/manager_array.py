"""``Manager().Array()``: an array in the manager's process."""

from __future__ import annotations

from typing import Any

from .primitive import Parameter, Primitive, Site


class ManagerArray(Primitive):
    """An array of the ``array`` module kept by the manager process.

    Final value: a list.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Array
    """

    parameters = (
        Parameter("typecode", str, ..., "A type code of the `array` module."),
        Parameter("values", list, ..., "The elements."),
    )
    operations = ("read", "write", "len")
    simulation = "managed:ArrayProxy"

    def build(self, site: Site, typecode: str, values: list[Any]) -> Any:
        return site.manager().Array(typecode, values)

    def final(self, built: Any) -> list[object]:
        return list(built[:])


PRIMITIVE = ManagerArray
