"""``Manager().dict()``: a dictionary in the manager's process, reached through proxies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .managed import contents
from .primitive import Parameter, Primitive, Site

if TYPE_CHECKING:
    from multiprocessing.managers import DictProxy


class ManagerDict(Primitive):
    """A dictionary kept by the manager process; each method call on its proxy is one request to it.

    Final value: its contents, in its own order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.dict
    """

    parameters = (Parameter("value", dict, None, "What it holds at first."),)
    operations = (
        "read",
        "len",
        "iter",
        "write",
        "delete",
        "contains",
        "clear",
        "copy",
        "get",
        "items",
        "keys",
        "pop",
        "popitem",
        "setdefault",
        "update",
        "values",
    )
    simulation = "managed:DictProxy"

    def build(self, site: Site, value: Mapping[object, object]) -> DictProxy[object, object]:
        return site.manager().dict(value or {})

    def final(self, built: DictProxy[object, object]) -> object:
        return contents(built)


PRIMITIVE = ManagerDict
