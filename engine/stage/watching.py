"""Have every operation on a primitive told to the journal of whoever performs it.

A watched primitive is of a subclass of its own class, made here, so it stays genuine: it can be passed on, pickled,
and used as the documentation says.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from multiprocessing import reduction
from typing import Any, Protocol

from . import journal
from .journal import telling

_ATTRIBUTES = {
    "acquire": ("acquire", "__enter__"),
    "release": ("release", "__exit__"),
    "read": ("__getitem__", "__getslice__", "value", "raw"),
    "write": ("__setitem__", "__setslice__", "value", "raw"),
}
"""The attributes that are an operation, where it is not called like the method."""

OF_PROXIES = {
    "__getitem__": "read",
    "__getattribute__": "read",
    "__setitem__": "write",
    "__setattr__": "write",
    "__delitem__": "delete",
    "__delattr__": "delete",
    "__contains__": "contains",
}
WATCHED_AS = "_scenario_primitive"
"""The attribute of a watched class that says what its thing is called and which operations are told."""


class Holding(Protocol):
    """What has primitives and operations wait, where runs are forced (see :mod:`.forced`)."""

    def thing(self, thing: Any, name: str) -> None:
        """Called with each primitive before it is watched."""

    def operation(self, name: str, operation: str, function: Any, own: int) -> Any:
        """What to call in the place of ``function``, which performs an operation and tells of it."""


hold: Holding | None = None


def watch(built: Any, name: str, operations: Sequence[str]) -> None:
    """Have every operation on ``built`` told, as far as Python can see it."""
    if isinstance(built, tuple):
        for index, end in enumerate(built):
            _watch(end, f"{name}[{index}]", tuple(operations))
    else:
        _watch(built, name, tuple(operations))


def _watch(thing: Any, name: str, operations: tuple[str, ...]) -> Any:
    kind = type(thing)
    if not operations or hasattr(kind, WATCHED_AS):  # A lock may be part of several.
        return thing
    if hold is not None:
        hold.thing(thing, name)
    try:
        thing.__class__ = _watched(type(thing), name, operations)
    except TypeError:  # It is written in C.
        return thing
    own_attributes = vars(thing)
    for operation in operations:
        if callable(method := own_attributes.get(operation)):
            own_attributes[operation] = told(name, operation, method)
    if "_lock" in own_attributes and hasattr(kind, "get_lock"):
        _watch(own_attributes["_lock"], name, ("acquire", "release"))
        _watch(own_attributes["_obj"], name, ("read", "write"))
    return thing


def _watched(kind: Any, name: str, operations: tuple[str, ...]) -> Any:
    """A subclass of ``kind`` whose operations are told."""
    members: dict[str, Any] = {
        WATCHED_AS: (name, operations),
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__reduce_ex__": _reduced,
    }
    if hasattr(kind, "_callmethod"):
        members["_callmethod"] = _call_of_proxy(kind, name)
        return type(kind.__name__, (kind,), members)
    if kind.__mro__[1].__name__ == "_SimpleCData":  # Its own classes show their value, and others do not.
        members["__repr__"] = lambda self: f"{kind.__name__}({self.value!r})"
    for operation in operations:
        for attribute in _ATTRIBUTES.get(operation, (operation,)):
            found = next((vars(base)[attribute] for base in kind.__mro__ if attribute in vars(base)), None)
            if isinstance(found, types.GetSetDescriptorType):
                found = property(_getter(found), _setter(found))
            if isinstance(found, property):
                reading = operation if attribute == operation else "read"
                members[attribute] = property(
                    told(name, reading, found.fget, own=1),
                    told(name, "write", found.fset, own=1) if found.fset else None,
                )
            elif callable(found):
                function = _asking(found) if operation == "wait_for" else found
                members[attribute] = told(name, operation, function, own=1, tells=attribute != "__exit__")
    return type(kind.__name__, (kind,), members)


def told(name: str, operation: str, function: Any, own: int = 0, tells: bool = True) -> Any:
    told = telling(name, operation, function, own, tells)
    return told if hold is None else hold.operation(name, operation, told, own)


def _getter(attribute: types.GetSetDescriptorType) -> Callable[[Any], Any]:
    return lambda thing: attribute.__get__(thing, type(thing))


def _setter(attribute: types.GetSetDescriptorType) -> Callable[[Any, Any], None]:
    return lambda thing, value: attribute.__set__(thing, value)


def _asking(function: Any) -> Any:
    """``wait_for``, whose predicate's own operations are told, too."""

    @functools.wraps(function)
    def wait_for(self: Any, predicate: Any, *given: Any, **keywords: Any) -> Any:
        return function(self, journal.outside(predicate), *given, **keywords)

    return wait_for


def _call_of_proxy(kind: Any, name: str) -> Any:
    told = functools.cache(functools.partial(_operation_of_proxy, kind, name))

    @functools.wraps(kind._callmethod)
    def call(self: Any, methodname: str, args: Any = (), kwds: Any = {}) -> Any:  # noqa: B006, as it is declared there
        return told(methodname)(self, *args, **kwds)

    return call


def _operation_of_proxy(kind: Any, name: str, methodname: str) -> Any:
    def operation(self: Any, *args: Any, **kwds: Any) -> Any:
        return kind._callmethod(self, methodname, args, kwds)

    return told(name, OF_PROXIES.get(methodname, methodname.strip("_")), operation, own=1)


def _reduced(self: Any, protocol: Any) -> Any:
    """Pickle it as what it is without us, and watch what comes of that."""
    watched = type(self)
    kind: Any = watched.__mro__[1]
    reducer = reduction.ForkingPickler._extra_reducers.get(kind)  # type: ignore[attr-defined]
    reduced: Any = reducer(self) if reducer else kind.__reduce_ex__(self, protocol)
    make, given, *state = reduced
    if isinstance(make, functools.partial):
        make = functools.partial(kind if make.func is watched else make.func, *make.args, **make.keywords)
    make, *given = (kind if one is watched else one for one in (make, *given))
    return _restored, (*getattr(watched, WATCHED_AS), make, given, *state[:1])


def _restored(name: str, operations: tuple[str, ...], make: Callable[..., Any], given: Any, state: Any = None) -> Any:
    thing = make(*given)
    if state is not None:
        if hasattr(thing, "__setstate__"):
            thing.__setstate__(state)
        else:
            vars(thing).update(state)
    return _watch(thing, name, operations)
