"""What a process does to what it shares: each operation is written down before it begins and when it has ended.

A watched primitive is of a subclass of its own class, made here, so it stays genuine: it can be passed on, pickled,
and used as the documentation says. What a killed process had done is there up to its last operation (see
:mod:`.slots`). The same hook is where faults strike: a process told to do so kills, stops or interrupts itself just
before or after an operation.

What a primitive calls of itself while it works (a ``Condition`` its lock) is part of the operation and not told.
"""

from __future__ import annotations

import functools
import os
import reprlib
import signal
import threading
import types
from collections.abc import Callable, Sequence
from multiprocessing import reduction
from typing import Any

from ..plan import Fault
from . import stacks
from .slots import LABEL_BYTES, RAISED, RETURNED, Writer

SIGNALS = {
    "kill": "SIGKILL",
    "stop": "SIGSTOP",
    "resume": "SIGCONT",
    "interrupt": "SIGINT",
    "terminate": "SIGTERM",
}
"""What is sent for each action; by name, because not every system has all of them."""

Say = Callable[..., None]

hold: Callable[[Any, str], None] | None = None
"""What is done to each primitive before it is watched; set where runs are forced (see :mod:`.forced`)."""

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
NAME = "_scenario_name"
_OPERATIONS = "_scenario_operations"
_MAX_TEXT = 100


class _Here(threading.local):
    """What is so of one thread."""

    is_inside = False
    """Whether it is within an operation."""

    journal: Journal | None = None
    """Its own journal, where it stands in for a process."""


_here = _Here()
_process: Journal | None = None


class Journal:
    """One process's, or that of a thread which stands in for one.

    ``fd`` is where it writes (nowhere if None), ``faults`` are this process's, ``say`` tells the supervisor that one
    strikes.
    """

    def __init__(self, fd: int | None, faults: Sequence[Fault], say: Say) -> None:
        self._slots = None if fd is None else Writer(fd)
        self._say = say
        self._faults = [fault for fault in faults if fault.at_s is None]
        self._done: dict[tuple[str, str], int] = {}
        self._points = 0

    def perform(
        self, name: str, operation: str, function: Callable[..., Any], told: Any, given: Any, keywords: Any
    ) -> Any:
        """Do it, and tell before and after; ``told`` is what it is said to have been given."""
        if _here.is_inside:
            return function(*given, **keywords)
        _here.is_inside = True
        slots = self._slots
        try:
            if slots:
                slot = slots.call(_label(name, operation), _arguments(told, keywords) if told or keywords else b"")
            times = self._strike("before", name, operation) if self._faults else 0
            try:
                result = function(*given, **keywords)
            except BaseException as error:
                if slots:
                    slots.end(slot, RAISED, _brief(error).encode(errors="replace"))
                if self._faults:
                    self._strike("after", name, operation, times)
                raise
            if slots:
                slots.end(slot, RETURNED, b"None" if result is None else _brief(result).encode(errors="replace"))
            if self._faults:
                self._strike("after", name, operation, times)
            return result
        finally:
            _here.is_inside = False

    def _strike(self, moment: str, name: str, operation: str, times: int = 0) -> int:
        """Do to this process what is to be done now; return which time it is that it does this operation.

        Points are counted from 1, one before and one after each operation.
        """
        self._points += 1
        if moment == "before":
            self._done[name, operation] = times = self._done.get((name, operation), 0) + 1
        for fault in tuple(self._faults):
            is_point = fault.is_anywhere and fault.nth == self._points
            if is_point or (fault.operation, fault.moment, fault.nth) == ((name, operation), moment, times):
                self._faults.remove(fault)
                self._say("fault", fault=str(fault), where=f", {moment} {name}.{operation}" if is_point else "")
                if fault.action == "stop":
                    stacks.dump()
                os.kill(os.getpid(), getattr(signal, SIGNALS[fault.action]))
        return times


def begin(journal: Journal | None) -> None:
    """From now on this process's operations go to ``journal``."""
    global _process
    _process = journal


def own(journal: Journal | None) -> None:
    """From now on the calling thread's do."""
    _here.journal = journal


def watch(built: Any, name: str, operations: Sequence[str]) -> None:
    """Have every operation on ``built`` told, as far as Python can see it."""
    if isinstance(built, tuple):
        for index, end in enumerate(built):
            _watch(end, f"{name}[{index}]", tuple(operations))
    else:
        _watch(built, name, tuple(operations))


def _watch(thing: Any, name: str, operations: tuple[str, ...]) -> Any:
    kind = type(thing)
    if not operations or hasattr(kind, _OPERATIONS):  # A lock may be part of several.
        return thing
    if hold is not None:
        hold(thing, name)
    try:
        thing.__class__ = _watched(kind, operations)  # type: ignore[arg-type]
    except TypeError:  # It is written in C.
        return thing
    setattr(thing, NAME, name)
    own_attributes = vars(thing)
    for operation in operations:
        if callable(method := own_attributes.get(operation)):
            own_attributes[operation] = _bound(name, operation, method)
    if "_lock" in own_attributes and hasattr(kind, "get_lock"):
        _watch(own_attributes["_lock"], name, ("acquire", "release"))
        _watch(own_attributes["_obj"], name, ("read", "write"))
    return thing


@functools.cache
def _watched(kind: Any, operations: tuple[str, ...]) -> type:
    """A subclass of ``kind`` whose operations are told."""
    members: dict[str, Any] = {
        _OPERATIONS: operations,
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__reduce_ex__": _reduced,
    }
    if hasattr(kind, "_callmethod"):
        members["_callmethod"] = _call_of_proxy(kind._callmethod)
        return type(kind.__name__, (kind,), members)
    for operation in operations:
        for attribute in _ATTRIBUTES.get(operation, (operation,)):
            found = next((vars(base)[attribute] for base in kind.__mro__ if attribute in vars(base)), None)
            if isinstance(found, property):
                members[attribute] = property(_method("read", found.fget), _method("write", found.fset))
            elif isinstance(found, types.GetSetDescriptorType):
                members[attribute] = property(_method("read", _getter(found)), _method("write", _setter(found)))
            elif callable(found):
                members[attribute] = _method(operation, found, attribute != "__exit__")
    return type(kind.__name__, (kind,), members)


def _method(operation: str, function: Any, tells_arguments: bool = True) -> Any:
    @functools.wraps(function)
    def method(self: Any, *given: Any, **keywords: Any) -> Any:
        journal = _here.journal or _process
        if journal is None:
            return function(self, *given, **keywords)
        told = given if tells_arguments else ()
        if operation == "wait_for" and given:
            given = (_outside(given[0]), *given[1:])
        return journal.perform(getattr(self, NAME), operation, function, told, (self, *given), keywords)

    return method


def _getter(attribute: types.GetSetDescriptorType) -> Callable[[Any], Any]:
    return lambda thing: attribute.__get__(thing, type(thing))


def _setter(attribute: types.GetSetDescriptorType) -> Callable[[Any, Any], None]:
    return lambda thing, value: attribute.__set__(thing, value)


def _outside(predicate: Any) -> Any:
    """What an operation calls of its user's is none of its inside."""

    def called() -> Any:
        _here.is_inside = False
        try:
            return predicate()
        finally:
            _here.is_inside = True

    return called


def _bound(name: str, operation: str, function: Any) -> Any:
    @functools.wraps(function)
    def method(*given: Any, **keywords: Any) -> Any:
        journal = _here.journal or _process
        if journal is None:
            return function(*given, **keywords)
        return journal.perform(name, operation, function, given, given, keywords)

    return method


def _call_of_proxy(function: Any) -> Any:
    @functools.wraps(function)
    def call(self: Any, methodname: str, args: Any = (), kwds: Any = {}) -> Any:  # noqa: B006, as it is declared there
        journal = _here.journal or _process
        if journal is None:
            return function(self, methodname, args, kwds)
        name, operation = object.__getattribute__(self, NAME), OF_PROXIES.get(methodname, methodname.strip("_"))
        return journal.perform(name, operation, function, (*args, *kwds.values()), (self, methodname, args, kwds), {})

    return call


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
    return _restored, (getattr(self, NAME), getattr(watched, _OPERATIONS), make, given, *state[:1])


def _restored(name: str, operations: tuple[str, ...], make: Callable[..., Any], given: Any, state: Any = None) -> Any:
    thing = make(*given)
    if state is not None:
        if hasattr(thing, "__setstate__"):
            thing.__setstate__(state)
        else:
            vars(thing).update(state)
    return _watch(thing, name, operations)


@functools.cache
def _label(name: str, operation: str) -> bytes:
    end = f".{operation}".encode()
    return name.encode(errors="replace")[: LABEL_BYTES - len(end)] + end


def _arguments(given: Any, keywords: Any) -> bytes:
    if len(given) == 1 and not keywords:
        return _brief(given[0]).encode(errors="replace")
    texts = [_brief(value) for value in given] + [f"{word}={_brief(value)}" for word, value in keywords.items()]
    return ", ".join(texts).encode(errors="replace")


def _brief(value: object) -> str:
    """A value in one short line; whatever its own repr does is not let out."""
    try:
        if value is None or type(value) in (bool, int, float):
            return repr(value)[:_MAX_TEXT]
        text = repr(value[:_MAX_TEXT]) if isinstance(value, (str, bytes)) else _SHORT.repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text[:_MAX_TEXT].replace("\n", " ")


_SHORT = reprlib.Repr()


def _forget() -> None:
    """In a forked process: its journal would be its parent's, and it is inside nothing that goes on here.

    So what a target starts for itself is not told of; the scenario's own processes begin theirs.
    """
    global _here
    _here = _Here()
    begin(None)


os.register_at_fork(after_in_child=_forget)
