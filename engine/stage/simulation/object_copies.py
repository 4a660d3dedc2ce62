"""Copies of objects, as a forked process has them: by what they hold, and not by how they would be pickled."""

from __future__ import annotations

import collections
import contextvars
import enum
import functools
import gc
import logging
import operator
import re
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from .identity import identity
from .objects.shared import Shared
from .refusal import NotSimulated
from .surroundings import as_at_first

_ENGINE = __name__.rpartition(".stage.")[0]
_RUNNING: tuple[type, ...] = (
    *(types.CoroutineType, types.AsyncGeneratorType),
    *(type({}.keys()), type({}.values()), type({}.items())),
)
_CACHE: Any = type(functools.lru_cache(int))
_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


class Copying(Protocol):
    """Knows the copies that there are. ``modules`` are the names of those that are copied, too."""

    modules: set[str]

    def note(self, original: Any, copy: Any) -> None: ...

    def find(self, original: Any) -> Any: ...

    def is_flat(self, values: Iterable[Any]) -> bool: ...

    def fill_later(self, original: types.CellType, copy: types.CellType) -> None: ...

    def copy(self, value: Any) -> Any: ...


def made(copier: Copying, value: Any) -> Any:
    """A copy of ``value``, of which there is none yet. Raises NotSimulated."""
    if identity(value) in _of_the_standard_library(len(sys.modules)):
        return value
    return _BY_TYPE.get(type(value), _object)(copier, value)


@functools.lru_cache(maxsize=1)
def _of_the_standard_library(modules: int) -> dict[int, Any]:
    """What its modules hold, by identity, which is one for all processes (``dataclasses.MISSING``). There may be more
    when there are more ``modules``."""
    known = [module for name, module in list(sys.modules.items()) if _is_standard(name) and module is not None]
    with as_at_first():
        return {identity(value): value for module in known for value in list(vars(module).values())}


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _function(copier: Copying, function: types.FunctionType) -> Any:
    own = copier.find(function.__globals__)
    if own is None and not function.__closure__:
        return function  # It is not the scenario's.
    cells = tuple(map(copier.copy, function.__closure__ or ()))
    globals_ = function.__globals__ if own is None else own
    copy = types.FunctionType(function.__code__, globals_, function.__name__, None, cells)
    copy.__qualname__, copy.__module__, copy.__doc__ = function.__qualname__, function.__module__, function.__doc__
    copier.note(function, copy)
    copy.__annotations__ = copier.copy(function.__annotations__)
    take_over_function(copier, function, copy)
    return copy


def take_over_function(copier: Copying, function: types.FunctionType, copy: types.FunctionType) -> None:
    copy.__defaults__ = copier.copy(function.__defaults__)
    copy.__kwdefaults__ = copier.copy(function.__kwdefaults__)
    for name, value in vars(function).items():
        vars(copy)[name] = copier.copy(value)


def _cell(copier: Copying, cell: types.CellType) -> types.CellType:
    copy = types.CellType()
    copier.note(cell, copy)
    copier.fill_later(cell, copy)
    return copy


def _class(copier: Copying, kind: type) -> type:
    if kind.__module__ in copier.modules:
        raise _no_copy(f"the class {kind.__qualname__}, made by a function")
    return kind


def _method(copier: Copying, method: types.MethodType) -> Any:
    return types.MethodType(copier.copy(method.__func__), copier.copy(method.__self__))


def _cache(copier: Copying, cache: Any) -> Any:
    if cache.cache_info()[:2] != (0, 0):
        raise _no_copy(f"what {cache.__qualname__} has cached")
    copy = functools.lru_cache(**cache.cache_parameters())(copier.copy(cache.__wrapped__))
    copier.note(cache, copy)
    return copy


def _list(copier: Copying, value: list[Any]) -> Any:
    copy: list[Any] = []
    copier.note(value, copy)
    copy += value if copier.is_flat(value) else map(copier.copy, value)
    return copy


def _dict(copier: Copying, value: dict[Any, Any]) -> Any:
    copy: dict[Any, Any] = {}
    copier.note(value, copy)
    copy.update(value if copier.is_flat(value) and copier.is_flat(value.values()) else _items(copier, value))
    return copy


def _set(copier: Copying, value: set[Any]) -> Any:
    copy: set[Any] = set()
    copier.note(value, copy)
    copy.update(map(copier.copy, value))
    return copy


def _tuple(copier: Copying, value: tuple[Any, ...]) -> Any:
    if copier.is_flat(value):
        return value
    items = tuple(map(copier.copy, value))
    if all(map(_is, items, value)):
        return value
    found: Any = copier.find(value)  # It may be within itself.
    if found is None:
        copier.note(value, found := items)
    return found


def _frozenset(copier: Copying, value: frozenset[Any]) -> Any:
    copy = frozenset(map(copier.copy, value))
    copier.note(value, copy)
    return copy


def _items(copier: Copying, value: Any) -> Iterator[tuple[Any, Any]]:
    return ((copier.copy(key), copier.copy(item)) for key, item in list(dict.items(value)))


def _reference(copier: Copying, reference: Any) -> Any:
    referred = reference()
    if referred is None or reference.__callback__ is not None:
        raise _no_copy("a weak reference that is dead, or has a callback")
    return weakref.ref(copier.copy(referred))


def _weak_dict(copier: Copying, value: Any) -> Any:
    copy = type(value)()
    copier.note(value, copy)
    for key, item in list(value.items()):
        copy[copier.copy(key)] = copier.copy(item)
    return copy


def _weak_set(copier: Copying, value: Any) -> Any:
    copy = type(value)()
    copier.note(value, copy)
    for item in list(value):
        copy.add(copier.copy(item))
    return copy


def _lock(copier: Copying, lock: Any) -> Any:
    copy: Any = threading.RLock() if type(lock) is _RLOCK else threading.Lock()
    copier.note(lock, copy)
    if lock.locked() if hasattr(lock, "locked") else lock._is_owned():
        copy.acquire()
    return copy


def _view(copier: Copying, value: Any) -> Any:
    (mapping,) = gc.get_referents(value)
    return types.MappingProxyType(copier.copy(mapping))


def _local(copier: Copying, value: Any) -> Any:
    copy = threading.local()
    copier.note(value, copy)
    vars(copy).update(copier.copy(vars(value)))
    return copy


def _generator(copier: Copying, generator: types.GeneratorType[Any, Any, Any]) -> Any:
    """One that has not begun is made of what it was called with; of one that has, or has a closure, no copy can."""
    import inspect  # Few scenarios have one.

    frame: Any = generator.gi_frame
    code = generator.gi_code
    given = code.co_argcount + code.co_kwonlyargcount
    if (
        inspect.getgeneratorstate(generator) != inspect.GEN_CREATED
        or code.co_freevars
        or len(frame.f_locals) != given
        or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    ):
        return _running(copier, generator)
    globals_ = copier.find(frame.f_globals) or frame.f_globals
    values = [copier.copy(frame.f_locals[name]) for name in code.co_varnames[:given]]
    names = code.co_varnames[code.co_argcount : given]
    made = types.FunctionType(code, globals_, generator.__name__)
    copy = made(*values[: code.co_argcount], **dict(zip(names, values[code.co_argcount :], strict=True)))
    copier.note(generator, copy)
    return copy


def _alias(copier: Copying, alias: types.GenericAlias) -> Any:
    return types.GenericAlias(copier.copy(alias.__origin__), copier.copy(alias.__args__))


def _union(copier: Copying, union: Any) -> Any:
    return functools.reduce(operator.or_, map(copier.copy, union.__args__))


def _running(copier: Copying, value: Any) -> Any:
    raise _no_copy(f"a {type(value).__name__}")


def _object(copier: Copying, value: Any) -> Any:
    kind = type(value)
    if isinstance(value, type):
        return _class(copier, value)
    if isinstance(value, Shared) or (kind.__module__.startswith(_ENGINE) and not isinstance(value, BaseProcess)):
        return value.copied_by(copier) if hasattr(kind, "copied_by") else value
    if isinstance(value, enum.Enum):
        return copier.copy(kind)(value.value)
    if not _is_pickled_as_told(kind):
        return _by_state(copier, value)
    return _reduced(copier, value)


def _by_state(copier: Copying, value: Any) -> Any:
    """An object of a class that is written in Python."""
    kind = copier.copy(type(value))
    base = _base_of(kind)
    if base is None:
        raise _no_copy(f"a {kind.__name__}")
    if issubclass(base, BaseException):
        given = copier.copy(value.args)
        copy = base.__new__(kind, *given)
        base.__init__(copy, *given)
        for name in _OF_ERRORS:
            if hasattr(value, name):
                setattr(copy, name, copier.copy(getattr(value, name)))
    elif base in (tuple, frozenset):
        copy = base.__new__(kind, map(copier.copy, base.__iter__(value)))
    else:
        try:
            copy = base.__new__(kind, value) if base in _NUMBERS_AND_TEXTS else base.__new__(kind)
        except TypeError:  # It is written in C after all.
            if _is_standard(kind.__module__):
                return _reduced(copier, value)
            raise _no_copy(f"a {kind.__name__}") from None
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
        set.update(copy, map(copier.copy, set.__iter__(value)))
    elif base is bytearray:
        bytearray.__init__(copy, value)
    elif base is collections.deque:
        collections.deque.__init__(copy, map(copier.copy, collections.deque.__iter__(value)), value.maxlen)
    elif issubclass(base, dict):
        if base is collections.defaultdict:
            copy.default_factory = copier.copy(value.default_factory)
        set_item = base.__setitem__
        for key, item in list(base.items(value)):
            set_item(copy, copier.copy(key), copier.copy(item))


_SINGLE = (
    *(contextvars.ContextVar, contextvars.Token, re.Match, types.TracebackType, types.FrameType),
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
        return value if isinstance(value, _SINGLE) else _running(copier, value)
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


_BY_TYPE: dict[type, Callable[[Copying, Any], Any]] = {
    list: _list,
    dict: _dict,
    set: _set,
    tuple: _tuple,
    frozenset: _frozenset,
    types.FunctionType: _function,
    types.CellType: _cell,
    types.MethodType: _method,
    types.GenericAlias: _alias,
    types.UnionType: _union,
    types.ModuleType: lambda copier, module: module,
    weakref.ReferenceType: _reference,
    weakref.WeakValueDictionary: _weak_dict,
    weakref.WeakKeyDictionary: _weak_dict,
    weakref.WeakSet: _weak_set,
    _CACHE: _cache,
    _LOCK: _lock,
    _RLOCK: _lock,
    types.MappingProxyType: _view,
    threading.local: _local,
    **dict.fromkeys((logging.Logger, logging.RootLogger), lambda copier, logger: _by_state(copier, logger)),
    types.GeneratorType: _generator,
    **dict.fromkeys(_RUNNING, _running),
}

_OF_OBJECTS: Any = (object.__reduce__, object.__reduce_ex__)

_HEAP = 1 << 9
"""The flag of classes that are written in Python (Py_TPFLAGS_HEAPTYPE), and of some in C."""


def _is_pickled_as_told(kind: Any) -> bool:
    """Whether pickling is the best way to copy its objects: it is written in C, or says itself how, and is not the
    scenario's."""
    is_standard = _is_standard(kind.__module__)
    return not kind.__flags__ & _HEAP or (is_standard and (kind.__reduce__, kind.__reduce_ex__) != _OF_OBJECTS)


def _no_copy(of: str) -> NotSimulated:
    return NotSimulated(f"{of}, of which a forked process would have a copy")


def _is(one: Any, other: Any) -> bool:
    return one is other


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
