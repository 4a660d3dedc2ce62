"""What a process holds, as values that are equal only if nothing could tell what they stand for apart.

Only what is known through and through is made such a value: plain data, functions and classes of the scenario's own
with all that they keep, and objects that are nothing but their attributes. All else is ``Incomparable``: who holds a
``deque``, a random generator or an iterator may have gone on with it.
"""

from __future__ import annotations

import re
import threading
import types
from typing import TYPE_CHECKING, Any

from . import output
from .here import here
from .identity import identity
from .standard import is_standard

if TYPE_CHECKING:
    from .process import Process

_MOST = 2_000
"""How much is compared of what a process holds; who holds more cannot be compared."""


class Incomparable(Exception):
    """It cannot be told whether something is as it was."""


class _Plain:
    """A class whose objects are nothing but their attributes."""


_CONSTANT = (int, bool, str, bytes, type(None), complex, range, type(...))
_UNCHANGING = (
    types.BuiltinFunctionType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.CodeType,
    re.Pattern,
)
_OF_MODULES = frozenset({"__builtins__", "__loader__", "__spec__", "__cached__"})
_OURS = __name__.rpartition(".")[0].partition(".stage.")[0]


class Freezer:
    """What ``process`` holds. The same thing a second time is told by its number, as it matters who shares it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._left = _MOST
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []

    def of_process(self) -> Any:
        """What is a process's own, whatever it holds in its variables."""
        process = self._process
        made = [
            (process.clock_reads, output.printed(process), process.made, process.built),
            (len(process.at_exit), len(process.children)),
            *(one and one.getstate() for one in (process.random, process.system_random)),
        ]
        if process.surroundings is not None:
            made.append(self.freeze(process.surroundings.values))
        for name, module in process.modules.items():
            if not here.world.life.library.is_constant(name):
                held = vars(process.replaced.get(name, module))
                contents = {key: one for key, one in held.items() if key not in _OF_MODULES}
                made.append((name, self.freeze(contents), name in process.replaced and self.freeze(module)))
        return tuple(made)

    def freeze(self, value: Any) -> Any:
        """Raises Incomparable."""
        self._left -= 1
        if self._left < 0:
            raise Incomparable
        kind = type(value)
        if kind in _CONSTANT:
            return kind, value
        if kind is float:
            return kind, value.hex()
        number = self._numbers.setdefault(identity(value), len(self._kept))
        if number < len(self._kept):
            return "again", number
        self._kept.append(value)  # Or what comes later might have the same identity.
        if kind in (list, tuple, set, frozenset):
            return kind, tuple([self.freeze(item) for item in value])
        if kind is dict:
            return kind, tuple([(self.freeze(key), self.freeze(item)) for key, item in value.items()])
        return self._freeze_object(value, kind)

    def _freeze_object(self, value: Any, kind: Any) -> Any:
        if getattr(kind, "is_stateless", False):
            return identity(value)
        if isinstance(value, types.ModuleType):
            return self._freeze_module(value)
        if isinstance(value, type):
            return self._freeze_class(value)
        if isinstance(value, types.BuiltinFunctionType) and not isinstance(value.__self__, (types.ModuleType, type)):
            return value.__name__, self.freeze(value.__self__)
        if isinstance(value, _UNCHANGING):
            return identity(value)
        freeze = _FREEZERS.get(kind)
        if freeze is not None:
            return freeze(self, value)
        return self._freeze_attributes(value, kind)

    def _freeze_attributes(self, value: Any, kind: Any) -> Any:
        if isinstance(value, BaseException):
            return kind, self.freeze(value.args), self.freeze(vars(value))
        if value is self._process:
            return "process"  # What it is by itself is told by itself.
        if kind.__module__.startswith(_OURS):
            # One of ours: a model, which never changes, a tuple, or an object that is nothing but its attributes.
            if kind.__module__.startswith(f"{_OURS}.models.") and not isinstance(value, tuple):
                return identity(value)
            if isinstance(value, tuple):
                return kind, tuple([self.freeze(item) for item in value])
            return identity(value), self.freeze(getattr(value, "__dict__", None))
        if not _is_plain(kind):
            raise Incomparable
        return identity(value), self.freeze(kind), self.freeze(vars(value))

    def _freeze_module(self, value: types.ModuleType) -> Any:
        """The scenario's own are told of by themselves, and the standard library's keep nothing that matters here."""
        name = value.__name__
        if name in self._process.modules or is_standard(name):
            return identity(value)
        raise Incomparable

    def _freeze_class(self, value: type) -> Any:
        if not self._is_own(value.__module__):
            return identity(value)
        contents = {
            key: one
            for key, one in vars(value).items()
            if not (key[:2] == key[-2:] == "__") or isinstance(one, types.FunctionType)
        }
        return identity(value), self.freeze(contents), tuple([self.freeze(base) for base in value.__bases__])

    def _freeze_function(self, value: types.FunctionType) -> Any:
        if not self._is_own(value.__module__):
            return identity(value)
        return (
            value.__code__,
            tuple([self._freeze_cell(cell) for cell in value.__closure__ or ()]),
            self.freeze(value.__defaults__),
            self.freeze(value.__kwdefaults__),
            self.freeze(vars(value)),
        )

    def _freeze_cell(self, cell: types.CellType) -> Any:
        try:
            return self.freeze(cell.cell_contents)
        except ValueError:
            return None

    def _is_own(self, module: str | None) -> bool:
        """Whether it is not certain that ``module`` is the standard library's, or the engine's."""
        return module is None or not (is_standard(module) or module.startswith(_OURS))


def _is_plain(kind: type) -> bool:
    """Whether the objects of a class are nothing but their attributes: no larger than those of any other, and none of
    what they have is in slots."""
    layout = kind.__basicsize__, kind.__itemsize__
    return (
        layout == (_Plain.__basicsize__, 0)
        and bool(kind.__dictoffset__)
        and not any(vars(base).get("__slots__") for base in kind.__mro__)
    )


_FREEZERS: dict[Any, Any] = {
    types.FunctionType: Freezer._freeze_function,
    types.CellType: Freezer._freeze_cell,
    types.MethodType: lambda freezer, one: (freezer.freeze(one.__func__), freezer.freeze(one.__self__)),
    property: lambda freezer, one: tuple([freezer.freeze(each) for each in (one.fget, one.fset, one.fdel)]),
    staticmethod: lambda freezer, one: freezer.freeze(one.__func__),
    classmethod: lambda freezer, one: freezer.freeze(one.__func__),
    types.MappingProxyType: lambda freezer, one: freezer.freeze(dict(one)),
    # Of what they go through, and how far they have come.
    **dict.fromkeys(
        map(type, map(iter, ([], (), range(0)))), lambda freezer, one: freezer.freeze(one.__reduce__()[1:])
    ),
    # Of a handler of logs, for one. What is written of it tells who has it, and how often.
    type(threading.RLock()): lambda freezer, one: repr(one),
    type(threading.Lock()): lambda freezer, one: repr(one),
}
