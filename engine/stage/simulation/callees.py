"""Which function a frame has called, as far as its code tells for certain.

Between two functions there may be one of the interpreter's own, written in C, which leaves no frame: ``sum(array)``
asks for one item after the other from a single place of its caller's. How far it has come nobody can see.
"""

from __future__ import annotations

import builtins
import dis
import functools
import types
from collections.abc import Sequence
from typing import Any, NamedTuple

_CALLS = frozenset({"CALL", "CALL_FUNCTION", "CALL_METHOD", "CALL_KW", "CALL_FUNCTION_KW"})
_WITH_NAMES = frozenset({"CALL_KW", "CALL_FUNCTION_KW"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_VARIABLES = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_DEREF"})
_SLOTS = frozenset(
    {"LOAD_ATTR", "STORE_ATTR", "DELETE_ATTR", "BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "BINARY_SLICE"}
    | {"STORE_SLICE", "SETUP_WITH", "BEFORE_WITH"}
)
"""What leads to one function of an object's class, and to no other."""

_SILENT = frozenset({"PRECALL", "KW_NAMES", "PUSH_NULL", "CACHE", "EXTENDED_ARG", "NOP", "RESUME"})
"""What has to do with how a call is carried out, and not with what is called."""

_JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))


class Callee(NamedTuple):
    """A variable's name, or that of an attribute."""

    name: str
    is_attribute: bool


def leads_to(frame: Any, inner: Any) -> bool:
    """Whether it is certain that ``frame`` has called ``inner``, the frame within it, and nothing is in between."""
    at = place_of(frame)
    instructions = _instructions(frame.f_code)
    index = next((number for number, one in enumerate(instructions) if one.offset == at), None)
    if index is None:
        return False
    if instructions[index].opname in _SLOTS:
        return True
    if instructions[index].opname == "CONTAINS_OP":
        # Without such a method, and in lists, one thing is compared after the other.
        return _is_method(inner, "__contains__")
    if _goes_through(frame, inner, index):
        return True
    callee = _callee(instructions, index)
    if callee is None:
        return False
    if callee.is_attribute:
        # What stands in the place of one of the interpreter's own functions has that one at hand.
        real = getattr(inner.f_locals.get("real"), "__name__", None)
        return callee.name in (inner.f_code.co_name, real)
    found = _value(frame, callee.name)
    if found is len:
        return _is_method(inner, "__len__")
    return getattr(found, "__code__", None) is inner.f_code


def _goes_through(frame: Any, inner: Any, index: int) -> bool:
    """Whether ``any`` or ``all``, which keep nothing themselves, is called there with nothing but the generator
    expression ``inner``."""
    instructions = _instructions(frame.f_code)
    call, *before = instructions[index], *(one.opname for one in instructions[max(index - 2, 0) : index])
    if call.opname not in _CALLS or call.arg != 1 or before[:1] != ["GET_ITER"] or before[-1] not in _CALLS:
        return False
    start = next((number for number, one in enumerate(instructions) if one.argval is inner.f_code), 0)
    while start and instructions[start - 1].opname in _CLOSES_OVER:
        start -= 1
    callee = _named(instructions[start - 1]) if start else None
    return callee is not None and not callee.is_attribute and _value(frame, callee.name) in (any, all)


_CLOSES_OVER = frozenset({"LOAD_CLOSURE", "LOAD_FAST", "BUILD_TUPLE"})
"""What makes ready the variables of its function that a generator expression uses."""


def _is_method(inner: Any, name: str) -> bool:
    """Whether ``inner`` is what its first argument's class has under ``name``."""
    code = inner.f_code
    if not code.co_argcount or code.co_varnames[0] not in inner.f_locals:
        return False
    method = getattr(type(inner.f_locals[code.co_varnames[0]]), name, None)
    return code.co_name == name and getattr(method, "__code__", None) is code


def place_of(frame: Any) -> int:
    """The offset of the instruction that ``frame`` is at; ``f_lasti`` may be that of what follows and belongs to it."""
    at: int = frame.f_lasti
    called = _called_before(frame.f_code).get(at)
    return max((one for one in _offsets(frame.f_code) if one <= at), default=-1) if called is None else called


def calls_range(code: types.CodeType, index: int) -> str | None:
    """If what stands before the instruction ``index`` of ``instructions_of`` calls ``range`` with constants and local
    variables, those variables, separated by spaces."""
    instructions = _instructions(code)
    callee = _callee(instructions, index - 1)
    if callee is None or callee != Callee("range", False):
        return None
    given = instructions[index - 1 - (instructions[index - 1].arg or 0) : index - 1]
    if any(one.opname not in ("LOAD_CONST", "LOAD_FAST") for one in given):
        return None
    return " ".join(one.argval for one in given if one.opname == "LOAD_FAST")


def instructions_of(code: types.CodeType) -> Sequence[dis.Instruction]:
    """Those of ``code``, but for what only has to do with how calls are carried out."""
    return _instructions(code)


@functools.cache
def _instructions(code: types.CodeType) -> tuple[dis.Instruction, ...]:
    return tuple(one for one in dis.get_instructions(code) if one.opname not in _SILENT)


@functools.cache
def _offsets(code: types.CodeType) -> tuple[int, ...]:
    return tuple(one.offset for one in _instructions(code))


@functools.cache
def _called_before(code: types.CodeType) -> dict[int, int]:
    """Of each ``PRECALL`` of Python 3.11, which itself calls what is written in C once it is known to be, the call that
    it belongs to."""
    found, waiting = {}, list[int]()
    for one in dis.get_instructions(code):
        if one.opname == "PRECALL":
            waiting.append(one.offset)
        elif one.opname in _CALLS and waiting:
            found[waiting.pop()] = one.offset
    return found


def _callee(instructions: Sequence[dis.Instruction], index: int) -> Callee | None:
    """What the instruction ``index`` calls, if its arguments are worked out in a straight line."""
    call = instructions[index]
    if call.opname not in _CALLS:
        return None
    wanted = (call.arg or 0) + (call.opname in _WITH_NAMES)
    while wanted:
        index -= 1
        if index < 1 or instructions[index].opcode in _JUMPS or instructions[index].is_jump_target:
            return None
        wanted -= _pushed(instructions[index])
    return _named(instructions[index - 1]) if index else None


def _pushed(one: dis.Instruction) -> int:
    """How many more values there are after ``one`` than before it, but for what a call has for itself."""
    if one.opname in _CALLS:
        return -(one.arg or 0) - (one.opname in _WITH_NAMES)
    if one.opname in _ATTRIBUTES:
        return 0
    if one.opname == "LOAD_GLOBAL":
        return 1
    return dis.stack_effect(one.opcode, one.arg if one.opcode >= dis.HAVE_ARGUMENT else None, jump=False)


def _named(one: dis.Instruction) -> Callee | None:
    if one.opname in _ATTRIBUTES:
        return Callee(one.argval, True)
    return Callee(one.argval, False) if one.opname in _VARIABLES else None


def _value(frame: Any, name: str) -> Any:
    for place in (frame.f_locals, frame.f_globals, vars(builtins)):
        if name in place:
            return place[name]
    return None
