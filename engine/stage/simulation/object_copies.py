"""Copies of objects, as a forked process has them: by what they hold, and not by how they would be pickled."""

from __future__ import annotations

import collections
import enum
import logging
import operator
import re
import types
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

from .builtin_copies import copied_keys, fill_set, refuse_other_order, running
from .copying import Copying, no_copy
from .objects.shared import Shared
from .refusal import NotSimulated
from .standard import is_standard

_ENGINE = __name__.rpartition(".stage.")[0]


def _class(copier: Copying, kind: type) -> type:
    if kind.__module__ in copier.modules:
        raise no_copy(f"the class {kind.__qualname__}, made by a function")
    return kind


def copy_of_object(copier: Copying, value: Any) -> Any:
    """A copy of an object of any class, or of a class. Raises NotSimulated."""
    kind = type(value)
    # Not by ``isinstance``, which asks the object itself.
    if issubclass(kind, type):
        return _class(copier, value)
    if issubclass(kind, Shared) or (kind.__module__.startswith(_ENGINE) and not issubclass(kind, BaseProcess)):
        return value.copied_by(copier) if hasattr(kind, "copied_by") else value
    if issubclass(kind, enum.Enum) and is_standard(kind.__module__):
        return value
    if not _is_pickled_as_told(kind):
        return _by_state(copier, value)
    return _reduced(copier, value)


def _by_state(copier: Copying, value: Any) -> Any:
    """An object of a class that is written in Python."""
    kind = copier.copy(type(value))
    base = _base_of(kind)
    if base is None:
        raise no_copy(f"a {kind.__name__}")
    if issubclass(base, BaseException):
        given = copier.copy(value.args)
        copy = base.__new__(kind, *given)
        base.__init__(copy, *given)
        for name in _OF_ERRORS:
            if hasattr(value, name):
                setattr(copy, name, copier.copy(getattr(value, name)))
    elif base in (tuple, frozenset):
        items = [*map(copier.copy, base.__iter__(value))]
        copy = base.__new__(kind, items)
        if base is frozenset:
            refuse_other_order(value, items, base.__iter__(copy))
    else:
        try:
            copy = base.__new__(kind, value) if base in _NUMBERS_AND_TEXTS else base.__new__(kind)
        except TypeError:  # It is written in C after all.
            if is_standard(kind.__module__):
                return _reduced(copier, value)
            raise no_copy(f"a {kind.__name__}") from None
    copier.note(value, copy)
    _fill(copier, base, value, copy)
    for name, item in _state(value):
        object.__setattr__(copy, name, copier.copy(item))
    return copy


_NUMBERS_AND_TEXTS = frozenset((int, float, complex, str, bytes))
_BASES = {object, list, dict, set, tuple, frozenset, bytearray, collections.deque, *_NUMBERS_AND_TEXTS}
_BASES |= {collections.OrderedDict, collections.defaultdict}
_OF_ERRORS = (
    *("__cause__", "__context__", "__suppress_context__", "__traceback__", "__notes__"),
    *("code", "value", "name", "path", "msg", "obj", "errno", "strerror", "filename", "filename2"),
)


def _base_of(kind: type) -> Any:
    """What is written in C of ``kind``, if it is known how to copy that."""
    for base in kind.__mro__:
        if base in _BASES:
            return base
        if not base.__flags__ & _HEAP:
            return base if issubclass(base, BaseException) else None
        if base.__module__ in _IN_C:
            return None
    return None


_IN_C = frozenset(
    {"_thread", "_random", "_io", "_collections", "_ctypes", "itertools", "functools", "_decimal", "array"}
)
"""Modules whose classes are written in C, and have the flag of those that are not."""


def _fill(copier: Copying, base: Any, value: Any, copy: Any) -> None:
    if base is list:
        list.extend(copy, map(copier.copy, list.__iter__(value)))
    elif base is set:
        fill_set(copier, value, copy)
    elif base is bytearray:
        bytearray.__init__(copy, value)
    elif base is collections.deque:
        collections.deque.__init__(copy, map(copier.copy, collections.deque.__iter__(value)), value.maxlen)
    elif issubclass(base, dict):
        if base is collections.defaultdict:
            copy.default_factory = copier.copy(value.default_factory)
        set_item = base.__setitem__
        values = [*map(copier.copy, base.values(value))]
        for key, item in zip(copied_keys(copier, base, value), values, strict=True):
            set_item(copy, key, item)


_SINGLE = (
    *(re.Match, types.TracebackType, types.FrameType),
    *(property, staticmethod, classmethod, types.BuiltinFunctionType, type(operator.attrgetter("x"))),
)
"""Types of which there need be but one object, or nobody changes it."""


def _reduced(copier: Copying, value: Any) -> Any:
    """An object of which pickling knows how to make another one. Raises NotSimulated where it does not."""
    try:
        reduced = value.__reduce_ex__(4)
    except NotSimulated:
        raise
    except Exception:
        return value if isinstance(value, _SINGLE) else running(copier, value)
    if isinstance(reduced, str):
        return value
    make, given, *rest = reduced
    state, items, entries = (*rest, None, None, None)[:3]
    copy = copier.copy(make)(*map(copier.copy, given))
    copier.note(value, copy)
    if state is not None:
        _set_state(copier, copy, copier.copy(state))
    for item in items or ():
        copy.append(copier.copy(item))
    for key, item in entries or ():
        copy[copier.copy(key)] = copier.copy(item)
    return copy


def _set_state(copier: Copying, copy: Any, state: Any) -> None:
    if hasattr(copy, "__setstate__"):
        copy.__setstate__(state)
        return
    own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    vars(copy).update(own or {})
    for name, item in (slots or {}).items():
        setattr(copy, name, item)


_OF_OBJECTS: Any = (object.__reduce__, object.__reduce_ex__)

_HEAP = 1 << 9
"""The flag of classes that are written in Python (Py_TPFLAGS_HEAPTYPE), and of some in C."""


def _is_pickled_as_told(kind: Any) -> bool:
    """Whether pickling is the best way to copy its objects: it is written in C, or says itself how, and is not the
    scenario's."""
    if not kind.__flags__ & _HEAP or kind.__module__ in _IN_C:
        return True
    says_how = (kind.__reduce__, kind.__reduce_ex__) != _OF_OBJECTS
    # Pickling a logger gives the one that is known by its name where it arrives.
    return says_how and is_standard(kind.__module__) and not issubclass(kind, logging.Logger)


def _state(value: Any) -> Iterable[tuple[str, Any]]:
    """The attributes of an object, wherever they are."""
    with suppress(AttributeError):
        yield from list(object.__getattribute__(value, "__dict__").items())
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            name = f"_{kind.__name__.lstrip('_')}{slot}" if slot.startswith("__") and not slot.endswith("__") else slot
            if name not in ("__dict__", "__weakref__"):
                with suppress(AttributeError):
                    yield name, object.__getattribute__(value, name)
