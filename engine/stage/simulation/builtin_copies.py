"""Copies of functions, of containers and of all else that is Python's own, as a forked process has them."""

from __future__ import annotations

import contextvars
import functools
import gc
import operator
import random
import threading
import types
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from .copying import Copying, no_copy

_CACHE: Any = type(functools.lru_cache(int))
_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())


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


def _method(copier: Copying, method: types.MethodType) -> Any:
    return types.MethodType(copier.copy(method.__func__), copier.copy(method.__self__))


def _cache(copier: Copying, cache: Any) -> Any:
    if cache.cache_info()[:2] != (0, 0):
        raise no_copy(f"what {cache.__qualname__} has cached")
    copy = functools.lru_cache(**cache.cache_parameters())(copier.copy(cache.__wrapped__))
    copier.note(cache, copy)
    return copy


def _key(copier: Copying, key: Any) -> Any:
    """That of a cache, which keeps the hash of what is in it: copies may have another."""
    copy = type(key)(tuple(map(copier.copy, key)))
    copier.note(key, copy)
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
    fill_set(copier, value, copy)
    return copy


def fill_set(copier: Copying, value: set[Any], copy: set[Any]) -> None:
    items = copied_keys(copier, set, value)
    set.update(copy, items)
    refuse_other_order(value, items, set.__iter__(copy))


def refuse_other_order(originals: Collection[Any], items: list[Any], copies: Iterable[Any]) -> None:
    """Raises NotSimulated where a set of ``originals`` and the one of their copies, ``items``, may have them in another
    order: it hangs on where objects are in memory, and on all that has been in the set before."""
    if len(items) > 1 and (any(map(_is_elsewhere, originals, items)) or not all(map(_is, items, copies))):
        raise no_copy("a set, in the order of just this one")


_BY_ADDRESS: Any = object.__hash__


def _is_elsewhere(original: Any, copy: Any) -> bool:
    return copy is not original and type(copy).__hash__ is _BY_ADDRESS


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
    items = copied_keys(copier, frozenset, value)
    if all(map(_is, items, value)):
        return value
    copy = frozenset(items)
    copier.note(value, copy)
    refuse_other_order(value, items, copy)
    return copy


def _items(copier: Copying, value: Any) -> Iterator[tuple[Any, Any]]:
    items = list(dict.items(value))
    return zip(copied_keys(copier, dict, value), [copier.copy(item) for _, item in items], strict=True)


def copied_keys(copier: Copying, kind: type[Any], whole: Any) -> list[Any]:
    """Copies of what is in ``whole``, of this ``kind``, by its hash. Raises NotSimulated where that is another one by
    now: nobody finds it there any more."""
    keys = [*kind.__iter__(whole)]
    if copier.is_flat(keys):
        return keys
    if not all(kind.__contains__(whole, key) for key in keys):
        raise no_copy("a key whose hash has changed")
    return [*map(copier.copy, keys)]


def _reference(copier: Copying, reference: Any) -> Any:
    referred = reference()
    if referred is None or reference.__callback__ is not None:
        raise no_copy("a weak reference that is dead, or has a callback")
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
    originals = list(value)
    items = [*map(copier.copy, originals)]
    for item in items:
        copy.add(item)
    refuse_other_order(originals, items, copy)
    return copy


def _lock(copier: Copying, lock: Any) -> Any:
    copy = threading.Lock()
    copier.note(lock, copy)
    if lock.locked():
        copy.acquire()
    return copy


def _rlock(copier: Copying, lock: Any) -> Any:
    copy: Any = threading.RLock()
    copier.note(lock, copy)
    if lock._is_owned():
        held = lock._release_save()  # How often it is held, and by whom; they are all in one thread here.
        lock._acquire_restore(held)
        copy._acquire_restore(held)
    return copy


def _generator_of_numbers(copier: Copying, generator: random.Random) -> Any:
    copy = random.Random.__new__(random.Random)
    copier.note(generator, copy)
    copy.setstate(generator.getstate())
    return copy


def _view(copier: Copying, value: Any) -> Any:
    (mapping,) = gc.get_referents(value)
    return types.MappingProxyType(copier.copy(mapping))


_VIEWS: dict[type, Callable[[Any], Any]] = {
    type({}.keys()): dict.keys,
    type({}.values()): dict.values,
    type({}.items()): dict.items,
}


def _dict_view(copier: Copying, view: Any) -> Any:
    (whole,) = gc.get_referents(view)
    return _VIEWS[type(view)](copier.copy(whole))


def _context_variable(copier: Copying, variable: contextvars.ContextVar[Any]) -> Any:
    """The same one, which each context has its own value of; but its default may be something that changes."""
    try:
        default = contextvars.Context().run(variable.get)
    except LookupError:
        return variable
    copied = copier.copy(default)
    return variable if copied is default else contextvars.ContextVar(variable.name, default=copied)


def _context(copier: Copying, context: contextvars.Context) -> Any:
    copy = contextvars.Context()
    copier.note(context, copy)
    for variable, value in context.items():
        copy.run(copier.copy(variable).set, copier.copy(value))
    return copy


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
        return running(copier, generator)
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


def _is(one: Any, other: Any) -> bool:
    return one is other


def running(copier: Copying, value: Any) -> Any:
    """Raises NotSimulated: it has gone on from where it began, and nobody can make another one that has."""
    raise no_copy(f"a {type(value).__name__}")


_RUNNING: tuple[type, ...] = (types.CoroutineType, types.AsyncGeneratorType)

BUILTIN: dict[type, Callable[[Copying, Any], Any]] = {
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
    functools._HashedSeq: _key,  # type: ignore[attr-defined]
    _LOCK: _lock,
    _RLOCK: _rlock,
    **dict.fromkeys(_VIEWS, _dict_view),
    types.MappingProxyType: _view,
    threading.local: _local,
    random.Random: _generator_of_numbers,
    contextvars.Context: _context,
    contextvars.ContextVar: _context_variable,
    types.GeneratorType: _generator,
    **dict.fromkeys(_RUNNING, running),
}
"""How to copy what is of exactly one of these types."""
