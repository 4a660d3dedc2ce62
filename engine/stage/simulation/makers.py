"""What a target calls to make a primitive of its own, with the signatures of ``multiprocessing.context``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .build import made
from .refusal import NotSimulated


def _barrier(parties: int, action: Any = None, timeout: float | None = None) -> Any:
    if action is not None:
        raise NotSimulated("the action of a Barrier")
    return made("Barrier", parties=parties, timeout=timeout)


def _value(typecode_or_type: Any, *args: Any, lock: Any = True) -> Any:
    return made("Value", typecode=_code(typecode_or_type), value=_one(args), lock=lock)


def _raw_value(typecode_or_type: Any, *args: Any) -> Any:
    return made("RawValue", typecode=_code(typecode_or_type), value=_one(args))


def _array(typecode_or_type: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    return made("Array", typecode=_code(typecode_or_type), **_content(size_or_initializer), lock=lock)


def _raw_array(typecode_or_type: Any, size_or_initializer: Any) -> Any:
    return made("RawArray", typecode=_code(typecode_or_type), **_content(size_or_initializer))


def _code(given: Any) -> str:
    """A type code, or the name of a simple type of ``ctypes``."""
    name: str = given if isinstance(given, str) else given.__name__
    if len(name) > 1 and not name.startswith("c_"):
        raise NotSimulated(f"a value of the type {name}")
    return name


def _one(args: tuple[Any, ...]) -> Any:
    return args[0] if args else 0


def _content(given: Any) -> dict[str, Any]:
    return {"size": given, "values": None} if isinstance(given, int) else {"size": None, "values": list(given)}


def _manager() -> Any:
    raise NotSimulated("a Manager that a target starts")


MAKERS: dict[str, Callable[..., Any]] = {
    "Lock": lambda: made("Lock"),
    "RLock": lambda: made("RLock"),
    "Semaphore": lambda value=1: made("Semaphore", value=value),
    "BoundedSemaphore": lambda value=1: made("BoundedSemaphore", value=value),
    "Event": lambda: made("Event"),
    "Condition": lambda lock=None: made("Condition", lock=lock),
    "Barrier": _barrier,
    "Queue": lambda maxsize=0: made("Queue", maxsize=maxsize),
    "JoinableQueue": lambda maxsize=0: made("JoinableQueue", maxsize=maxsize),
    "SimpleQueue": lambda: made("SimpleQueue"),
    "Pipe": lambda duplex=True: made("Pipe", duplex=duplex),
    "Value": _value,
    "RawValue": _raw_value,
    "Array": _array,
    "RawArray": _raw_array,
    "Manager": _manager,
}
