"""``Manager().Namespace()``: attributes in the manager's process."""

from __future__ import annotations

from typing import Any

from .managed import contents
from .primitive import Parameter, Primitive, Site


class ManagerNamespace(Primitive):
    """An object kept by the manager process, whose attributes are read and written through its proxy.

    Final value: its attributes, as a mapping.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.Namespace
    """

    parameters = (Parameter("value", dict, None, "Its attributes at first."),)
    operations = ("read", "write", "delete")
    simulation = "managed:NamespaceProxy"

    def build(self, site: Site, value: dict[str, Any] | None) -> Any:
        return site.manager().Namespace(**(value or {}))

    def final(self, built: Any) -> object:
        return contents(vars(built._getvalue()))


PRIMITIVE = ManagerNamespace
