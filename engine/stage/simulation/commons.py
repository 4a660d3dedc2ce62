"""What all simulated processes have in common, and in reality each has for itself: modules that are not the scenario's,
such as the standard library's. So nobody may change them; who does is found out by comparing what is in them.

What is compared is what can be reached from the modules that the scenario imports, and belongs to them: what modules,
classes, lists, dictionaries, sets and objects hold. A change that is undone before its process's next operation
concerns nobody.
"""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

_OURS = frozenset(
    {"modules", "loggerDict", "_handlers", "_handlerList", "_children", "callbacks"}
    | {"_extra_reducers", "dispatch_table"}
    | {"__annotations__", "__slotnames__", "_value2member_map_", "_filesbymodname", "modulesbyfile", "_safe_quoters"}
    | {"os.path._varprog", "uuid._node", "pkgutil._NAME_PATTERN"}
)
"""Parts that the engine itself changes, or in which nothing stays: of ``sys``, ``logging``, ``multiprocessing.process``
and ``gc``; those of ``copyreg`` and ``ForkingPickler`` that are each process's own; what classes and flags get as soon
as somebody asks for it, or pickles one of theirs; and caches by another name."""

_MAKES_READY = {"mimetypes": "init"}
"""What modules do when they are first asked for something, and which changes them."""


class Common(NamedTuple):
    """``whole`` is what has a name; ``parts`` is the list, set or mapping that may change in it, and ``before`` what
    that was."""

    name: str
    whole: Any
    parts: Any
    before: Any


class Commons:
    """The modules of one interpreter that scenarios have imported, as they were then."""

    def __init__(self) -> None:
        self._packages: set[str] = set()
        self._all: dict[int, Common] = {}
        self._runs = 0
        self._ways: set[object] = set()

    def is_run_watched(self) -> bool:
        """Whether changes are to be looked for at each operation of the run that begins now: in the first one, the
        second, the fourth, and so on. What is not undone is found after any run."""
        self._runs += 1
        return self._runs & (self._runs - 1) == 0

    def is_new(self, way: object) -> bool:
        """Whether nobody has gone this ``way``, as far as is known: then changes are to be looked for as well."""
        if way in self._ways:
            return False
        self._ways.add(way)
        return True

    def watch(self, name: str) -> None:
        """From now on nobody may change the module called ``name``, nor what is loaded of its package."""
        package = name.partition(".")[0]
        if package not in self._packages:
            self._packages.add(package)
            if package in _MAKES_READY:
                getattr(sys.modules[package], _MAKES_READY[package])()
            for one, module in list(sys.modules.items()):
                if one.partition(".")[0] == package and isinstance(module, types.ModuleType):
                    self._note(one, module, package)

    def changed(self) -> str | None:
        """What has been changed, as people call it; None if nothing was."""
        for one in self._all.values():
            if _differs(one) and (name := _changed_in(one)) is not None:
                return name
        return None

    def _note(self, name: str, module: types.ModuleType, package: str) -> None:
        found: list[tuple[str, Any]] = [(name, module)]
        while found:
            name, whole = found.pop()
            parts = None if id(whole) in self._all or _is_ours(name, whole) else _parts(whole)
            if parts is not None:
                self._all[id(whole)] = Common(name, whole, parts, parts.copy())
                found += [(_inner(name, key), part) for key, part in _items(parts) if _belongs(part, package)]


_OF_NOTHING = (*(type(None), bool, int, float, str, bytes), *(types.FunctionType, types.BuiltinFunctionType))
_CONTAINERS = (dict, list, set, deque)
_IS_HEAP_TYPE, _IS_IMMUTABLE_TYPE = 1 << 9, 1 << 8
"""Of ``type.__flags__``. Source: CPython, Include/object.h."""


def _belongs(part: Any, package: str) -> bool:
    """Whether something can change in ``part``, and it is in this package that it does."""
    if isinstance(part, _OF_NOTHING):
        return False
    if isinstance(part, type):
        can_change = part.__flags__ & (_IS_HEAP_TYPE | _IS_IMMUTABLE_TYPE) == _IS_HEAP_TYPE
        return can_change and _is_of(part, package)
    return isinstance(part, _CONTAINERS) or _is_of(type(part), package)


def _is_of(kind: type, package: str) -> bool:
    # What is written in C is in a module of that name with an underscore before it.
    return kind.__module__.partition(".")[0].lstrip("_") == package.lstrip("_")


class _Shown:
    """What is known of an object that keeps all in C: what ``repr`` shows of it."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self._shown = repr(whole)

    def copy(self) -> _Shown:
        return _Shown(self._whole)

    def __ne__(self, other: object) -> bool:
        return repr(self._whole) != self._shown

    def items(self) -> list[tuple[str, str]]:
        return [("", repr(self._whole))]


def _parts(whole: Any) -> Any:
    """What of ``whole`` may change; None if nothing may."""
    if isinstance(whole, _CONTAINERS):
        return whole
    if isinstance(whole, (type, types.ModuleType)):
        return vars(whole)
    if type(whole).__qualname__ == "Context" and type(whole).__module__ == "decimal":
        return _Shown(whole)
    try:
        return object.__getattribute__(whole, "__dict__")
    except AttributeError:
        return None


def _items(parts: Any) -> Iterable[tuple[Any, Any]]:
    return list(parts.items() if hasattr(parts, "items") else enumerate(parts))


def _differs(one: Common) -> bool:
    try:
        return bool(one.parts != one.before)
    except Exception:  # Whatever it is that is compared there, it cannot be.
        return True


def _changed_in(one: Common) -> str | None:
    before, after = dict(_items(one.before)), dict(_items(one.parts))
    for key in {**after, **before}:
        old, new = before.get(key, one), after.get(key, one)
        # A package gets its modules as they are imported.
        if new is not old and not isinstance(new, types.ModuleType):
            name = _inner(one.name, key)
            if not _is_ours(name, old, new):
                return name
    return None


def _inner(name: str, key: Any) -> str:
    if key == "":
        return name
    return f"{name}.{key}" if isinstance(key, str) and key.isidentifier() else f"{name}[{key!r:.40}]"


def _is_ours(name: str, *values: Any) -> bool:
    """Whether nobody minds that this changes, of which these are ``values``."""
    last = name.rpartition(".")[2]
    return name in _OURS or last in _OURS or ("cache" in last.lower() and not any(map(callable, values)))
