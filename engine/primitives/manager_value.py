"""``Manager().Value()``: one value in the manager's process."""

from __future__ import annotations

from typing import Any

from .primitive import Parameter, Primitive, Site


class ManagerValue(Primitive):
    """A value kept by the manager process; it has no lock, so ``.value += 1`` can lose an update.

    Final value: the value.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Value
    """

    parameters = (
        Parameter(
            "typecode", str, ..., "A type code of the `array` module (`i`, `d`, ...) or a type of `ctypes` (`c_int`)."
        ),
        Parameter("value", Any, 0, "What it holds at first."),
    )
    operations = ("get", "set")
    simulation = "managed:ValueProxy"

    def build(self, site: Site, typecode: str, value: Any) -> Any:
        return site.manager().Value(typecode, value)

    def final(self, built: Any) -> object:
        return built.value


PRIMITIVE = ManagerValue
