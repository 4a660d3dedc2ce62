"""What a forked process has of its starter's modules: a copy of all that is in them.

fork copies the memory itself, whatever is in it. Here everything is copied for itself: functions with the globals and
the closures that are the copy's own, objects by what they hold and not by how they would be pickled. What no copy can
be made of that is as far as the original (a generator, a cache written in C) is refused by name.
"""

from __future__ import annotations

import _abc  # type: ignore[import-not-found]
import enum
import functools
import types
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from .builtin_copies import take_over_function
from .copier import Copier
from .copying import no_copy


def take_over(
    copier: Copier, modules: list[tuple[types.ModuleType, types.ModuleType]], finds_subclasses: bool = False
) -> None:
    """Of each pair, have the second, in which the same code was executed for another process, hold what the first does.

    Classes are those that this code has made; all else is copied. Raises NotSimulated where there is a class that
    nothing refers to any more, if somebody ``finds_subclasses`` all the same.
    """
    for module, copy in modules:
        copier.note(module, copy)
        copier.note(vars(module), vars(copy))
    classes = [pair for module, copy in modules for pair in _pairs(copier, vars(module), vars(copy))]
    for original, twin in classes:
        if finds_subclasses:  # Then these follow.
            classes += _subclasses(copier, original, twin)
    for original, twin in classes:
        _take_over_class(copier, original, twin)
    for module, copy in modules:
        _take_over_module(copier, vars(module), vars(copy))


def _take_over_module(copier: Copier, theirs: dict[str, Any], mine: dict[str, Any]) -> None:
    for key in mine.keys() - theirs.keys():
        del mine[key]
    for key, value in list(theirs.items()):
        if not key.startswith("__") or key == "__warningregistry__":
            mine[key] = copier.copied(value)


def _pairs(copier: Copier, originals: Any, copies: Any) -> Iterator[tuple[type, type]]:
    """The classes, and those in them, each with its twin."""
    for key, value in list(originals.items()):
        twin = copies.get(key)
        # Not by ``isinstance``, which asks an object itself.
        if issubclass(type(value), type) and _is_twin(value, twin) and copier.find(value) is None:
            copier.note(value, twin)
            if issubclass(value, enum.Enum):
                for name, member in value.__members__.items():
                    copier.note(member, twin[name])
            yield value, twin
            yield from _pairs(copier, vars(value), vars(twin))


def _subclasses(copier: Copier, original: type, twin: type) -> Iterator[tuple[type, type]]:
    """Those that no name leads to any more, each with its twin."""
    found: list[type] = type.__subclasses__(original)
    made: list[type] = type.__subclasses__(twin)
    for one, other in zip_longest(found, made):
        known = None if one is None else copier.find(one)
        if one is not None and known is None and _is_twin(one, other):
            copier.note(one, other)
            yield one, other
        elif known is None or known is not other:
            raise no_copy(f"a subclass of {original.__qualname__} that only __subclasses__() finds")


def _take_over_class(copier: Copier, original: type, copy: type) -> None:
    mine = vars(copy)
    made_by_enum: set[str] = set()
    if issubclass(original, enum.Enum):
        made_by_enum = {name for name in mine if name[:1] == "_"}.union(original.__members__)
        _take_over_members(copier, original, copy)
        made_by_enum.add("_value2member_map_")
    if "_abc_impl" in mine:
        _register(copier, original, copy)
    for name, value in list(vars(original).items()):
        twin = mine.get(name)
        is_fixed = value is twin or isinstance(value, _OF_INSTANCES) or name in made_by_enum
        is_fixed |= hasattr(type(value), "__set__") and type(value) is type(twin) is not property
        if name[:2] == name[-2:] == "__" or name == "_abc_impl":
            is_fixed |= not _functions(value)  # What the lines of a class have made of it for good.
        if not is_fixed and not _is_taken_over(copier, value, twin):
            # What cannot be changed is what it was made.
            with suppress(AttributeError, TypeError):
                type.__setattr__(copy, name, copier.copied(value))
    for name in [name for name in mine if name not in vars(original) and name[:2] != "__"]:
        type.__delattr__(copy, name)


def _take_over_members(copier: Copier, original: Any, copy: Any) -> None:
    for name, member in original.__members__.items():
        for key, item in vars(member).items():
            if key not in _OF_MEMBERS:
                vars(copy[name])[key] = copier.copied(item)
    # Those that somebody has asked for: combinations of flags, and what ``_missing_`` has made.
    for value, member in list(original._value2member_map_.items()):
        copy._value2member_map_[copier.copied(value)] = copier.copied(member)


def _register(copier: Copier, original: Any, copy: Any) -> None:
    """Have the abstract class ``copy`` know those who were registered with ``original``."""
    registered, known = (_abc._get_dump(one)[0] for one in (original, copy))
    for reference in registered - known:
        if (kind := reference()) is not None:
            copy.register(copier.copy(kind))


def _is_taken_over(copier: Copier, value: Any, twin: Any) -> bool:
    """Whether ``twin``, made by the same lines, now has what ``value`` does."""
    if isinstance(value, type):
        return copier.find(value) is twin
    ours, theirs = _functions(twin), _functions(value)
    is_same = type(value) is type(twin) and [one.__code__ for one in ours] == [one.__code__ for one in theirs]
    if not theirs or not is_same:
        return False
    for function, copy in zip(theirs, ours, strict=True):
        copier.note(function, copy)
        for cell, other in zip(function.__closure__ or (), copy.__closure__ or (), strict=True):
            copier.note(cell, other)
            if not _is_same_class(copier, cell, other):
                copier.fill_later(cell, other)
        take_over_function(copier, function, copy)
    copier.note(value, twin)
    return True


def _is_same_class(copier: Copier, cell: types.CellType, other: types.CellType) -> bool:
    """Whether there is a class in both that is not in its module any more: ``dataclass`` has made another of it."""
    try:
        original, twin = cell.cell_contents, other.cell_contents
    except ValueError:
        return False
    is_same = isinstance(original, type) and _is_twin(original, twin)
    if is_same and copier.find(original) is None:
        copier.note(original, twin)
    return is_same


_OF_MEMBERS = frozenset({"_name_", "_value_", "__objclass__", "_sort_order_"})
_OF_INSTANCES = (types.MemberDescriptorType, types.GetSetDescriptorType)


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
