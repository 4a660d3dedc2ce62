"""The types of ``shared``: one file each, one line here.

Standard library only: these files run inside the scenario's interpreter. A type's file is imported when a scenario
uses it, because a ``spawn`` child should load nothing that it does not need.
"""

from __future__ import annotations

from importlib import import_module

from .primitive import Primitive, Site

__all__ = ["TYPES", "Primitive", "Site", "primitive"]

TYPES = {
    "Event": "event",
    "Lock": "lock",
    "Manager.dict": "manager_dict",
    "Manager.list": "manager_list",
    "Pipe": "pipe",
    "Queue": "queue",
    "SimpleQueue": "simple_queue",
    "Value": "value",
    "queue.Queue": "thread_queue",
}
"""Each type's name in a scenario, and the module of this package that defines it as ``PRIMITIVE``."""


def primitive(name: str) -> type[Primitive]:
    """The primitive called ``name`` in a scenario. Raises KeyError where there is none."""
    found: type[Primitive] = import_module(f".{TYPES[name]}", __name__).PRIMITIVE
    return found
