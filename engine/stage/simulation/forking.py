"""What a forked process has of its starter's memory: a copy of all that it can reach.

fork copies the memory itself, whatever is in it. Here everything is copied for itself: functions with the globals and
the closures that are the copy's own, objects by what they hold and not by how they would be pickled. What no copy can
be made of that is as far as the original (a generator, a cache written in C) is refused by name, unless it has nothing
that a process could change.
"""

from __future__ import annotations

import enum
import functools
import gc
import re
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

from .identity import identity
from .objects.shared import Shared
from .refusal import NotSimulated

_SHARED = (
    *(type(None), bool, int, float, complex, str, bytes, range, slice, type(...), type(NotImplemented)),
    *(types.CodeType, types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType),
    *(types.MemberDescriptorType, types.ClassMethodDescriptorType, types.GenericAlias, types.UnionType, re.Pattern),
)
"""Types whose objects never change."""

_SAME_EVERYWHERE = frozenset(_SHARED)
_OF_INSTANCES = (types.MemberDescriptorType, types.GetSetDescriptorType)
_ENGINE = __name__.rpartition(".stage.")[0]
_RUNNING: tuple[type, ...] = (
    *(types.CoroutineType, types.AsyncGeneratorType),
    *(type({}.keys()), type({}.values()), type({}.items())),
)
_CACHE: Any = type(functools.lru_cache(int))
_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


class Copier:
    """Makes the copies that one process gets; the same one of the same thing."""

    def __init__(self) -> None:
        self._memo: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._cells: list[tuple[types.CellType, types.CellType]] = []
        self._modules: set[str] = set()

    def note(self, original: Any, copy: Any) -> None:
        """``copy`` is what the process has in the place of ``original``."""
        self._memo[identity(original)] = copy
        self._kept.append(original)  # As long as it is kept, no other one has its identity.

    def copied(self, value: Any) -> Any:
        """What the process has of ``value``. Raises NotSimulated."""
        made = self.copy(value)
        while self._cells:
            original, copy = self._cells.pop()
            self._fill(original, copy)
        return made

    def copy(self, value: Any) -> Any:
        """The same, but for what functions in it have in their closures, which may be these functions."""
        kind = type(value)
        if kind in _SAME_EVERYWHERE:
            return value
        found = self._memo.get(identity(value), self)
        if found is not self:
            return found
        made = _BY_TYPE.get(kind)
        if made is not None:
            return made(self, value)
        return self._object(value)

    # Modules, classes, functions

    def take_over(self, module: types.ModuleType, copy: types.ModuleType) -> None:
        """Have ``copy``, in which the same code was executed, hold what ``module`` does."""
        mine, theirs = vars(copy), vars(module)
        for key in mine.keys() - theirs.keys():
            del mine[key]
        for key, value in list(theirs.items()):
            if not key.startswith("__") or key == "__warningregistry__":
                mine[key] = self.copied(value)

    def pair(self, module: types.ModuleType, copy: types.ModuleType) -> Iterator[tuple[type, type]]:
        """The classes of ``module``, each with the one that the same lines have made in ``copy``."""
        self._modules.add(module.__name__)
        self.note(module, copy)
        self.note(vars(module), vars(copy))
        yield from self._pairs(vars(module), vars(copy))

    def _pairs(self, originals: Any, copies: Any) -> Iterator[tuple[type, type]]:
        for key, value in list(originals.items()):
            twin = copies.get(key)
            if isinstance(value, type) and _is_twin(value, twin) and identity(value) not in self._memo:
                self.note(value, twin)
                if issubclass(value, enum.Enum):
                    for member in value:
                        self.note(member, twin[member.name])
                yield value, twin
                yield from self._pairs(vars(value), vars(twin))

    def take_over_class(self, original: type, copy: type) -> None:
        """Have the class ``copy`` hold what ``original`` does."""
        if isinstance(original, enum.EnumMeta):
            return  # Nothing of it changes but its methods, which nobody patches.
        mine = vars(copy)
        for name, value in list(vars(original).items()):
            twin = mine.get(name)
            if name in _OF_CLASSES or value is twin or isinstance(value, _OF_INSTANCES):
                continue
            if self._is_taken_over(value, twin):
                continue
            try:
                type.__setattr__(copy, name, self.copied(value))
            except (AttributeError, TypeError):  # It cannot be changed: it is what it was made.
                continue
        for name in [name for name in mine if name not in vars(original) and name not in _OF_CLASSES]:
            type.__delattr__(copy, name)

    def _is_taken_over(self, value: Any, twin: Any) -> bool:
        """Whether ``twin``, made by the same lines, now has what ``value`` does."""
        if isinstance(value, type):
            return self._memo.get(identity(value)) is twin
        pairs = list(zip(_functions(value), _functions(twin), strict=False))
        if type(value) is not type(twin) or not pairs or any(one.__code__ is not two.__code__ for one, two in pairs):
            return False
        for one, two in pairs:
            self.note(one, two)
            for cell, other in zip(one.__closure__ or (), two.__closure__ or (), strict=True):
                self.note(cell, other)
                self._cells.append((cell, other))
            self._take_over_function(one, two)
        self.note(value, twin)
        return True

    def _function(self, function: types.FunctionType) -> Any:
        own = self._memo.get(identity(function.__globals__))
        if own is None and not function.__closure__:
            return function  # It is not the scenario's.
        cells = tuple(map(self.copy, function.__closure__ or ()))
        globals_ = function.__globals__ if own is None else own
        copy = types.FunctionType(function.__code__, globals_, function.__name__, None, cells)
        copy.__qualname__, copy.__module__, copy.__doc__ = function.__qualname__, function.__module__, function.__doc__
        copy.__annotations__ = function.__annotations__
        self.note(function, copy)
        self._take_over_function(function, copy)
        return copy

    def _take_over_function(self, function: types.FunctionType, copy: types.FunctionType) -> None:
        copy.__defaults__ = self.copy(function.__defaults__)
        copy.__kwdefaults__ = self.copy(function.__kwdefaults__)
        for name, value in vars(function).items():
            vars(copy)[name] = self.copy(value)

    def _cell(self, cell: types.CellType) -> types.CellType:
        copy = types.CellType()
        self.note(cell, copy)
        self._cells.append((cell, copy))
        return copy

    def _fill(self, original: types.CellType, copy: types.CellType) -> None:
        try:
            copy.cell_contents = self.copy(original.cell_contents)
        except ValueError:  # There is nothing in it.
            return

    def _class(self, kind: type) -> type:
        if kind.__module__ in self._modules:
            raise _no_copy(f"the class {kind.__qualname__}, made by a function")
        return kind

    def _method(self, method: types.MethodType) -> Any:
        return types.MethodType(self.copy(method.__func__), self.copy(method.__self__))

    def _cache(self, cache: Any) -> Any:
        if cache.cache_info()[:2] != (0, 0):
            raise _no_copy(f"what {cache.__qualname__} has cached")
        copy = functools.lru_cache(**cache.cache_parameters())(self.copy(cache.__wrapped__))
        self.note(cache, copy)
        return copy

    # Objects

    def _list(self, value: list[Any]) -> Any:
        copy: list[Any] = []
        self.note(value, copy)
        copy += map(self.copy, value)
        return copy

    def _dict(self, value: dict[Any, Any]) -> Any:
        copy: dict[Any, Any] = {}
        self.note(value, copy)
        copy.update(self._items(value))
        return copy

    def _set(self, value: set[Any]) -> Any:
        copy: set[Any] = set()
        self.note(value, copy)
        copy.update(map(self.copy, value))
        return copy

    def _tuple(self, value: tuple[Any, ...]) -> Any:
        items = tuple(map(self.copy, value))
        if all(map(_is, items, value)):
            return value
        found: Any = self._memo.get(identity(value))  # It may be within itself.
        if found is None:
            self.note(value, found := items)
        return found

    def _frozenset(self, value: frozenset[Any]) -> Any:
        copy = frozenset(map(self.copy, value))
        self.note(value, copy)
        return copy

    def _items(self, value: Any) -> Iterator[tuple[Any, Any]]:
        return ((self.copy(key), self.copy(item)) for key, item in list(dict.items(value)))

    def _reference(self, reference: Any) -> Any:
        referred = reference()
        if referred is None or reference.__callback__ is not None:
            raise _no_copy("a weak reference that is dead, or has a callback")
        return weakref.ref(self.copy(referred))

    def _weak_dict(self, value: Any) -> Any:
        copy = type(value)()
        self.note(value, copy)
        for key, item in list(value.items()):
            copy[self.copy(key)] = self.copy(item)
        return copy

    def _weak_set(self, value: Any) -> Any:
        copy = type(value)()
        self.note(value, copy)
        for item in list(value):
            copy.add(self.copy(item))
        return copy

    def _lock(self, lock: Any) -> Any:
        copy: Any = threading.RLock() if type(lock) is _RLOCK else threading.Lock()
        self.note(lock, copy)
        if lock.locked() if hasattr(lock, "locked") else lock._is_owned():
            copy.acquire()
        return copy

    def _view(self, value: Any) -> Any:
        (mapping,) = gc.get_referents(value)
        return types.MappingProxyType(self.copy(mapping))

    def _local(self, value: Any) -> Any:
        copy = threading.local()
        self.note(value, copy)
        vars(copy).update(self.copy(vars(value)))
        return copy

    def _generator(self, generator: types.GeneratorType[Any, Any, Any]) -> Any:
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
            return self._running(generator)
        globals_ = self._memo.get(identity(frame.f_globals), frame.f_globals)
        values = [self.copy(frame.f_locals[name]) for name in code.co_varnames[:given]]
        names = code.co_varnames[code.co_argcount : given]
        made = types.FunctionType(code, globals_, generator.__name__)
        copy = made(*values[: code.co_argcount], **dict(zip(names, values[code.co_argcount :], strict=True)))
        self.note(generator, copy)
        return copy

    def _running(self, value: Any) -> Any:
        raise _no_copy(f"a {type(value).__name__}")

    def _object(self, value: Any) -> Any:
        kind = type(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, Shared) or (kind.__module__.startswith(_ENGINE) and not isinstance(value, BaseProcess)):
            return value.copied_by(self) if hasattr(kind, "copied_by") else value
        if isinstance(value, enum.Enum):
            return self.copy(kind)(value.value)
        if not _is_pickled_as_told(kind):
            return self._by_state(value)
        return self._reduced(value)

    def _by_state(self, value: Any) -> Any:
        """An object of a class that is written in Python."""
        try:
            copy = self._empty(self.copy(type(value)), value)
        except TypeError:  # Below it is one that is written in C.
            return self._reduced(value)
        self.note(value, copy)
        if isinstance(value, list):
            list.extend(copy, map(self.copy, list.__iter__(value)))
        elif isinstance(value, dict):
            for key, item in self._items(value):
                dict.__setitem__(copy, key, item)
        elif isinstance(value, set):
            set.update(copy, map(self.copy, set.__iter__(value)))
        if isinstance(value, BaseException):
            for name in ("__cause__", "__context__", "__suppress_context__"):
                setattr(copy, name, self.copy(getattr(value, name)))
        for name, item in _state(value):
            object.__setattr__(copy, name, self.copy(item))
        return copy

    def _empty(self, kind: type, value: Any) -> Any:
        if isinstance(value, (tuple, frozenset)):
            base: Any = tuple if isinstance(value, tuple) else frozenset
            return base.__new__(kind, map(self.copy, base.__iter__(value)))
        for base in (int, float, complex, str, bytes):
            if isinstance(value, base):
                return base.__new__(kind, value)
        if isinstance(value, BaseException):
            return kind.__new__(kind, *self.copy(value.args))
        for base in (list, dict, set):
            if isinstance(value, base):
                return base.__new__(kind)
        return object.__new__(kind)

    def _reduced(self, value: Any) -> Any:
        """An object of which pickling knows how to make another one; where it does not, there is but one."""
        try:
            reduced = value.__reduce_ex__(4)
        except NotSimulated:
            raise
        except Exception:
            if isinstance(value, Iterator):
                return self._running(value)
            return value
        if isinstance(reduced, str):
            return value
        make, given, *rest = reduced
        state, items, entries = (*rest, None, None, None)[:3]
        copy = self.copy(make)(*map(self.copy, given))
        self.note(value, copy)
        if state is not None:
            self._set_state(copy, self.copy(state))
        for item in items or ():
            copy.append(self.copy(item))
        for key, item in entries or ():
            copy[self.copy(key)] = self.copy(item)
        return copy

    def _set_state(self, copy: Any, state: Any) -> None:
        if hasattr(copy, "__setstate__"):
            copy.__setstate__(state)
            return
        own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
        vars(copy).update(own or {})
        for name, item in (slots or {}).items():
            setattr(copy, name, item)


_BY_TYPE: dict[type, Callable[[Copier, Any], Any]] = {
    list: Copier._list,
    dict: Copier._dict,
    set: Copier._set,
    tuple: Copier._tuple,
    frozenset: Copier._frozenset,
    types.FunctionType: Copier._function,
    types.CellType: Copier._cell,
    types.MethodType: Copier._method,
    types.ModuleType: lambda copier, module: module,
    weakref.ReferenceType: Copier._reference,
    weakref.WeakValueDictionary: Copier._weak_dict,
    weakref.WeakKeyDictionary: Copier._weak_dict,
    weakref.WeakSet: Copier._weak_set,
    _CACHE: Copier._cache,
    _LOCK: Copier._lock,
    _RLOCK: Copier._lock,
    types.MappingProxyType: Copier._view,
    threading.local: Copier._local,
    types.GeneratorType: Copier._generator,
    **dict.fromkeys(_RUNNING, Copier._running),
}

_OBJECT_REDUCE: Any = object.__reduce__

_HEAP = 1 << 9
"""The flag of classes that are written in Python (Py_TPFLAGS_HEAPTYPE), and of some in C."""

_OF_CLASSES = frozenset(
    ("__dict__", "__weakref__", "__module__", "__qualname__", "__doc__", "__slots__", "__annotations__", "__bases__")
) | frozenset(
    ("__abstractmethods__", "_abc_impl", "__parameters__", "__orig_bases__", "__static_attributes__", "__firstlineno__")
)
"""What the lines of a class have made of it for good."""


def _is_pickled_as_told(kind: Any) -> bool:
    """Whether pickling is the best way to copy its objects: it is written in C, or says itself how, and is not the
    scenario's."""
    is_standard = kind.__module__.partition(".")[0] in sys.stdlib_module_names
    return not kind.__flags__ & _HEAP or (is_standard and kind.__reduce__ != _OBJECT_REDUCE)


def _no_copy(of: str) -> NotSimulated:
    return NotSimulated(f"{of}, of which a forked process would have a copy")


def _is(one: Any, other: Any) -> bool:
    return one is other


def _is_twin(value: type, twin: Any) -> bool:
    """Whether ``twin`` is what the same lines have made for another process."""
    return (
        isinstance(twin, type)
        and twin is not value
        and (twin.__module__, twin.__qualname__) == (value.__module__, value.__qualname__)
    )


def _functions(value: Any) -> list[types.FunctionType]:
    """Those that an attribute of a class is made of."""
    if isinstance(value, types.FunctionType):
        return [value]
    if isinstance(value, (staticmethod, classmethod)):
        return _functions(value.__func__)
    if isinstance(value, property):
        return [one for one in (value.fget, value.fset, value.fdel) if isinstance(one, types.FunctionType)]
    if isinstance(value, functools.cached_property):
        return _functions(value.func)
    return []


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
