"""Which of the scenario's modules never change: found out from their code, and on the safe side.

Such a module is executed once for all processes. It does nothing but define, it holds only functions and constants, and
no code of the scenario's, its own or another module's, could assign to a global of it or to an attribute of one of its
functions.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from .standard import is_standard
from .standing import StandIn

_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes, type(...))
_CHANGING = frozenset(
    {"globals", "vars", "setattr", "delattr", "exec", "eval", "__dict__", "__import__", "__globals__", "__setattr__"}
    | {"warn", "warn_explicit"}  # What was warned of is noted in the module.
    | {"reload"}
)
_OF_ATTRIBUTES = frozenset({"STORE_ATTR", "DELETE_ATTR", "LOAD_ATTR", "LOAD_METHOD", "COPY", "DUP_TOP", "STORE_FAST"})
_OF_EVERY_MODULE = frozenset({"__builtins__", "__path__", "__spec__", "__loader__"})

_ACTS = ("CALL", "STORE_ATTR", "STORE_SUBSCR", "STORE_SLICE", "DELETE_ATTR", "DELETE_SUBSCR")
"""What a module does that does more than define: with something that is not its own, perhaps."""

CHANGES_ATTRIBUTES = frozenset({"STORE_ATTR", "DELETE_ATTR"})
_CHANGES_GLOBALS = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})


def is_constant(
    module: ModuleType, code: CodeType, everywhere: Iterable[CodeType], changes: Callable[[str], bool]
) -> bool:
    """Whether nobody could tell that processes share ``module``, made by ``code``; ``everywhere`` is the code of all
    modules of the scenario, and ``changes`` says of another module whether each process has its own."""
    held = {name: value for name, value in vars(module).items() if name not in _OF_EVERY_MODULE}
    functions = {name for name, value in held.items() if type(value) is FunctionType}
    return (
        not any(one.opname.startswith(_ACTS) for one in dis.get_instructions(code))
        and all(map(_is_constant_value, held.values()))
        and not any(changes(name) for name in _others(module, held.values()))
        and not any(_changes_globals(one) for one in within(code))
        and not any(_changes(one, held.keys(), functions) for whole in everywhere for one in within(whole))
    )


def _others(module: ModuleType, values: Iterable[Any]) -> Iterator[str]:
    """The modules that are among ``values``, or of which there is a function."""
    for value in values:
        if isinstance(value, ModuleType):
            yield value.__name__
        elif type(value) is FunctionType and value.__globals__ is not vars(module):
            yield value.__module__


def _is_constant_value(value: Any) -> bool:
    kind = type(value)
    if kind in _IMMUTABLE or isinstance(value, ModuleType):
        return True
    if kind is FunctionType:
        given = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        is_bare = not value.__closure__ and not value.__dict__ and all(map(_is_constant_value, given))
        return is_bare or _is_standard(value)
    if kind in (tuple, frozenset):
        return all(map(_is_constant_value, value))
    return isinstance(value, (type, BuiltinFunctionType, StandIn)) and _is_standard(value)


def _is_standard(value: Any) -> bool:
    return is_standard(getattr(value, "__module__", None))


def within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from within(constant)


def _changes_globals(code: CodeType) -> bool:
    """Whether a function changes its own module."""
    return code.co_name != "<module>" and any(one.opname in _CHANGES_GLOBALS for one in dis.get_instructions(code))


def _changes(code: CodeType, names: Collection[str], functions: Collection[str]) -> bool:
    """Whether code could change an attribute that has one of these ``names``, or one of the ``functions`` in it."""
    if _CHANGING & {*code.co_names}:
        return True
    instructions = [one for one in dis.get_instructions(code) if one.opname not in ("CACHE", "PUSH_NULL")]
    return any(one.opname in CHANGES_ATTRIBUTES and one.argval in names for one in instructions) or any(
        # All that is done to a function as a rule is to call it, and to hand it on.
        one.argval in functions
        and (
            (one.opname in ("LOAD_GLOBAL", "LOAD_NAME") and after.opname in _OF_ATTRIBUTES)
            or (one.opname in ("LOAD_ATTR", "LOAD_METHOD") and after.opname in CHANGES_ATTRIBUTES)
        )
        for one, after in pairwise(instructions)
        if isinstance(one.argval, str)
    )


def imports(name: str, code: CodeType, is_package: bool) -> Iterator[str]:
    """The modules that the one called ``name`` may import, and names in them that may be modules, too."""
    for one in within(code):
        instructions = list(dis.get_instructions(one))
        for level, names, imported in zip(instructions, instructions[1:], instructions[2:], strict=False):
            if imported.opname != "IMPORT_NAME":
                continue
            base = _absolute(name, is_package, level.argval or 0, imported.argval)
            yield base
            for item in names.argval or ():
                yield f"{base}.{item}"


def _absolute(name: str, is_package: bool, level: int, imported: str) -> str:
    if not level:
        return str(imported)
    parts = name.split(".")
    kept = parts[: len(parts) - level + is_package]
    return ".".join([*kept, *([imported] if imported else [])])
