"""What a manager's server keeps: a dictionary, a list, attributes, one value, an array.

Each method call is one request, which the server carries out on its own object; so it is here, on a copy, as states
never change. What the tables below say of a method is what it touches, before it is carried out.

Source: CPython, Lib/multiprocessing/managers.py.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Mapping
from multiprocessing import managers
from typing import Any, ClassVar

from .model import ADD, READ, WRITE, Done, Operation, Raised, Step, Touches

Touching = Callable[[Any, "tuple[Any, ...]"], Touches]
"""What a method touches of the object, given these arguments."""


class Managed:
    """State: the object itself, which no step changes. An operation's arguments are a method's positional ones, and a
    mapping of the others. ``table`` says what each method touches; the rest touch everything."""

    table: ClassVar[Mapping[str, Touching]] = {}

    def __init__(self, value: Any) -> None:
        self._value = value

    def initial(self) -> Any:
        return self._value

    def final(self, state: Any) -> object:
        return state

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        name, (arguments, keywords) = operation.name, operation.arguments
        if name == "#GETVALUE":
            return Done(state, state, self.everything(state, READ))
        touches = self._touches(state, name, arguments, keywords)
        looks = all(mode == READ for _, mode in touches)
        after = state if looks else copy.copy(state)
        try:
            step: Done | Raised = Done(after, self.carry_out(after, name, arguments, keywords), touches)
        except Exception as error:
            # What fails may have changed something before it did (a ``sort``).
            step = Raised(after, error, touches)
        if ("shape", WRITE) in touches:
            # Who looks for what is only there afterwards looks at that, and at nothing else.
            known = {component for component, _ in (*touches, *self.everything(state, WRITE))}
            new = (one for one in self.everything(after, WRITE) if one[0] not in known)
            step = step._replace(touches=(*touches, *new))
        if not looks and self.is_same(after, state):
            return step._replace(state=state, touches=tuple((one, READ) for one, mode in step.touches if mode != ADD))
        return step

    def carry_out(self, value: Any, name: str, arguments: tuple[Any, ...], keywords: Any) -> Any:
        return _sendable(getattr(value, name)(*arguments, **keywords))

    def is_same(self, one: Any, other: Any) -> bool:
        """Whether there are the very same things in both, in the same order."""
        raise NotImplementedError

    def _touches(self, state: Any, name: str, arguments: tuple[Any, ...], keywords: Any) -> Touches:
        touching = self.table.get(name)
        try:
            return self.everything(state, WRITE) if touching is None else touching(state, arguments)
        except (TypeError, IndexError, AttributeError):
            # It will not do: the method itself says so.
            return self.everything(state, WRITE)

    def everything(self, state: Any, mode: int) -> Touches:
        """All that there is, and the order in which it is."""
        raise NotImplementedError


def _are_same(one: Any, other: Any) -> bool:
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _sendable(result: Any) -> Any:
    """Views are sent as lists."""
    return list(result) if isinstance(result, (type({}.keys()), type({}.values()), type({}.items()))) else result


_SHAPE_READ: Touches = (("shape", READ),)
_ALL_READ: Touches = (("shape", READ), ("values", READ))


def _looks_at_shape(state: Any, arguments: tuple[Any, ...]) -> Touches:
    return _SHAPE_READ


def _looks_at_all(state: Any, arguments: tuple[Any, ...]) -> Touches:
    return _ALL_READ


# A dictionary. Who writes a key that is there leaves the shape alone: which keys there are, in which order.


def _key(state: Any, arguments: tuple[Any, ...]) -> Touches:
    hash(arguments[0])
    return ((("key", arguments[0]), READ),)


def _set_key(state: Any, arguments: tuple[Any, ...]) -> Touches:
    key = (("key", arguments[0]), WRITE)
    return (key, ("values", ADD)) if arguments[0] in state else (key, ("values", ADD), ("shape", WRITE))


def _drop_key(state: Any, arguments: tuple[Any, ...]) -> Touches:
    if arguments[0] not in state:
        return _key(state, arguments)
    return ((("key", arguments[0]), WRITE), ("values", ADD), ("shape", WRITE))


def _set_new_key(state: Any, arguments: tuple[Any, ...]) -> Touches:
    return _key(state, arguments) if arguments[0] in state else _set_key(state, arguments)


def _drop_last_key(state: Any, arguments: tuple[Any, ...]) -> Touches:
    return _drop_key(state, (next(reversed(state)),)) if state else _SHAPE_READ


class Dict(Managed):
    table: ClassVar[Mapping[str, Touching]] = {
        "__contains__": _key,
        "__getitem__": _key,
        "get": _key,
        "__setitem__": _set_key,
        "__delitem__": _drop_key,
        "pop": _drop_key,
        "popitem": _drop_last_key,
        "setdefault": _set_new_key,
        "__len__": _looks_at_shape,
        "keys": _looks_at_shape,
        "next": _looks_at_shape,
        "__repr__": _looks_at_all,
        "copy": _looks_at_all,
        "items": _looks_at_all,
        "values": _looks_at_all,
        "__or__": _looks_at_all,
        "__ror__": _looks_at_all,
        "__reversed__": _looks_at_shape,
    }

    def carry_out(self, value: Any, name: str, arguments: tuple[Any, ...], keywords: Any) -> Any:
        if name == "next":
            return _next_key(value, *arguments)
        return super().carry_out(value, name, arguments, keywords)

    def is_same(self, one: Any, other: Any) -> bool:
        return _are_same(one, other) and _are_same(one.values(), other.values())

    def everything(self, state: Any, mode: int) -> Touches:
        return (("shape", mode), ("values", mode), *((("key", key), mode) for key in state))


def _next_key(value: dict[Any, Any], length: int, position: int) -> Any:
    """What an iterator over ``value`` gives after ``position`` keys, that was made when there were ``length``."""
    if len(value) != length:
        raise RuntimeError("dictionary changed size during iteration")
    for index, key in enumerate(value):
        if index == position:
            return key
    raise StopIteration


# A list. An item that is counted from the end, or not there, is a matter of the length as well.


def _item(mode: int) -> Touching:
    about: Touches = (("values", ADD),) if mode == WRITE else ()

    def touching(state: Any, arguments: tuple[Any, ...]) -> Touches:
        index = arguments[0].__index__() if not isinstance(arguments[0], slice) else None
        if index is None:
            return _ALL_READ if mode == READ else _everything(state, WRITE)
        if 0 <= index < len(state):
            return ((("item", index), mode), *about)
        if -len(state) <= index < 0:
            return ((("item", index + len(state)), mode), *about, ("shape", READ))
        return _SHAPE_READ

    return touching


def _append(state: Any, arguments: tuple[Any, ...]) -> Touches:
    return (("shape", WRITE), ("values", ADD))


def _everything(state: Any, mode: int) -> Touches:
    return (("shape", mode), ("values", mode), *((("item", index), mode) for index in range(len(state))))


class List(Managed):
    table: ClassVar[Mapping[str, Touching]] = {
        "__getitem__": _item(READ),
        "__setitem__": _item(WRITE),
        "append": _append,
        "__len__": _looks_at_shape,
        **dict.fromkeys(
            ("__add__", "__contains__", "__mul__", "__rmul__", "__repr__", "copy", "count", "index"), _looks_at_all
        ),
    }

    def is_same(self, one: Any, other: Any) -> bool:
        return _are_same(one, other)

    def everything(self, state: Any, mode: int) -> Touches:
        return _everything(state, mode)


class Array(List):
    """State: an ``array.array``."""

    def final(self, state: Any) -> object:
        return list(state)

    def is_same(self, one: Any, other: Any) -> bool:
        return bool(one == other)


# Attributes.


class Namespace(Managed):
    """State: a dictionary of the attributes."""

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        name, arguments = operation.name, operation.arguments[0]
        if name in ("__repr__", "#GETVALUE"):
            whole = managers.Namespace(**state)
            return Done(state, repr(whole) if name == "__repr__" else whole, _ALL_READ)
        key = arguments[0]
        looks: Touches = ((("key", key), READ),)
        if name == "__getattribute__" and key in state:
            return Done(state, state[key], looks)
        whole = managers.Namespace(**state)
        try:
            result = getattr(whole, name)(*arguments)
        except AttributeError as error:
            return Raised(state, error, looks)
        if name == "__getattribute__":
            return Done(state, result, looks)
        is_there = name == "__setattr__" and key in state
        shape: Touches = () if is_there else (("shape", WRITE),)
        return Done(vars(whole), None, ((("key", key), WRITE), ("values", ADD), *shape))


# One value.


class Value(Managed):
    """State: the value. It has a type code, which nobody looks at."""

    def __init__(self, typecode: Any, value: Any) -> None:
        super().__init__(value)
        self._typecode = typecode

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        if operation.name == "set":
            return Done(operation.arguments[0][0], None, (("value", WRITE),))
        if operation.name == "get":
            return Done(state, state, (("value", READ),))
        whole = managers.Value(self._typecode, state)  # type: ignore[attr-defined]
        return Done(state, repr(whole) if operation.name == "__repr__" else whole, (("value", READ),))
