"""``Manager().list()``: a list in the manager's process, reached through proxies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .managed import contents
from .primitive import Parameter, Primitive, Site

if TYPE_CHECKING:
    from multiprocessing.managers import ListProxy


class ManagerList(Primitive):
    """A list kept by the manager process; each method call on its proxy is one request to it.

    Final value: its items, in order.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.managers.SyncManager.list
    """

    parameters = (Parameter("value", list, None, "What it holds at first."),)
    operations = (
        "read",
        "len",
        "add",
        "mul",
        "write",
        "delete",
        "contains",
        "append",
        "count",
        "extend",
        "index",
        "insert",
        "pop",
        "remove",
        "reverse",
        "sort",
    )
    simulation = "managed:ListProxy"

    def build(self, site: Site, value: Sequence[object]) -> ListProxy[object]:
        return site.manager().list(value or [])

    def final(self, built: ListProxy[object]) -> object:
        return contents(built)


PRIMITIVE = ManagerList
