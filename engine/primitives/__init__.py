"""The types of ``shared``: one file each, one line here.

Standard library only: these files run inside the scenario's interpreter. A type's file is imported when a scenario
uses it, because a ``spawn`` child should load nothing that it does not need.
"""

from __future__ import annotations

from importlib import import_module

from .primitive import Primitive, Site

__all__ = ["TYPES", "Primitive", "Site", "primitive"]

TYPES = {
    "Array": "array",
    "Barrier": "barrier",
    "BoundedSemaphore": "bounded_semaphore",
    "Condition": "condition",
    "Custom": "custom",
    "Event": "event",
    "Fifo": "fifo",
    "File": "file",
    "JoinableQueue": "joinable_queue",
    "Lock": "lock",
    "Manager.Array": "manager_array",
    "Manager.Barrier": "manager_barrier",
    "Manager.BoundedSemaphore": "manager_bounded_semaphore",
    "Manager.Condition": "manager_condition",
    "Manager.Event": "manager_event",
    "Manager.JoinableQueue": "manager_joinable_queue",
    "Manager.Lock": "manager_lock",
    "Manager.Namespace": "manager_namespace",
    "Manager.Queue": "manager_queue",
    "Manager.RLock": "manager_rlock",
    "Manager.Semaphore": "manager_semaphore",
    "Manager.Value": "manager_value",
    "Manager.dict": "manager_dict",
    "Manager.list": "manager_list",
    "Pipe": "pipe",
    "Queue": "queue",
    "RLock": "rlock",
    "RawArray": "raw_array",
    "RawValue": "raw_value",
    "Semaphore": "semaphore",
    "ShareableList": "shareable_list",
    "SharedMemory": "shared_memory",
    "SimpleQueue": "simple_queue",
    "Socketpair": "socketpair",
    "Value": "value",
    "queue.LifoQueue": "thread_lifo_queue",
    "queue.PriorityQueue": "thread_priority_queue",
    "queue.Queue": "thread_queue",
    "queue.SimpleQueue": "thread_simple_queue",
    "threading.Barrier": "thread_barrier",
    "threading.BoundedSemaphore": "thread_bounded_semaphore",
    "threading.Condition": "thread_condition",
    "threading.Event": "thread_event",
    "threading.Lock": "thread_lock",
    "threading.RLock": "thread_rlock",
    "threading.Semaphore": "thread_semaphore",
}
"""Each type's name in a scenario, and the module of this package that defines it as ``PRIMITIVE``."""


def primitive(name: str) -> type[Primitive]:
    """The primitive called ``name`` in a scenario. Raises KeyError where there is none."""
    found: type[Primitive] = import_module(f".{TYPES[name]}", __name__).PRIMITIVE
    return found
