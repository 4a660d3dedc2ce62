"""What people call the lines of execution, the primitives and the operations of a simulated run."""

from __future__ import annotations

import io
import pickle
import reprlib
from typing import Any

from ... import plain
from ...models.frames import Torn
from ...models.guarded import Part
from ...models.model import Operation
from . import deaths
from .objects.items import Item
from .payload import Pickled
from .strand import Strand
from .system import CLOCK, KERNEL, SIGNALS
from .world import World


def label(world: World, strand: Strand, operation: Operation) -> str:
    """Who does ``operation``: ``left``, or ``left:jobs`` for what the process ``left`` has a thread do to ``jobs``, or
    ``left ends`` for a moment of its end."""
    if strand.greenlet is not None:
        return strand.process.name
    if deaths.is_of(strand):
        return f"{strand.process.name} {operation.name}"
    return f"{strand.process.name}:{world.labels[strand.cell]}"


def said(world: World, cell: int, operation: Operation) -> tuple[str, str, str]:
    """The primitive (empty where it is none), the operation, and what it is given."""
    arguments = operation.arguments
    if cell == SIGNALS:
        return "", operation.name, ""
    if cell in (KERNEL, CLOCK):
        end = arguments[0] if arguments else None
        name = world.endpoints.get(end) if isinstance(end, tuple) else None
        if name is not None:
            has_limit = operation.name != "recv" or arguments[1] is not None
            return name, operation.name, _shown(arguments[1:2] if has_limit else ())
        return "", operation.name, ""
    if len(arguments) == 2 and type(arguments[0]) is tuple and type(arguments[1]) is dict:  # Of a manager's server.
        given, keywords = arguments
        arguments = (*given, *keywords.values())
    part = arguments[0] if arguments and isinstance(arguments[0], Part) else None
    name = operation.name.strip("_")
    return (part.label if part and part.label else world.labels[cell]), _OF_PROXIES.get(name, name), _shown(arguments)


_OF_PROXIES = {
    "getitem": "read",
    "getattribute": "read",
    "setitem": "write",
    "setattr": "write",
    "delitem": "delete",
    "delattr": "delete",
}
"""What the journal calls them, too."""


def _shown(arguments: tuple[Any, ...]) -> str:
    """What a person would have written; where in a memory only if there is more than one place."""
    said = [one for one in arguments if not isinstance(one, (Part, Operation))]
    if said and isinstance(said[0], range):
        where, *values = said
        said = [] if where == range(1) else [where.start if len(where) == 1 else [where.start, where.stop]]
        said += [value[0] if len(value) == 1 else value for value in values]
    return ", ".join(_SHORT.repr(content(one)) for one in said)


def content(value: Any) -> Any:
    """What is in a message, or that it is one: nothing of the scenario's own is made of it."""
    value = getattr(value, "load", getattr(value, "item", value))
    if type(value) is Item:
        value = value.value
    if type(value) is Pickled:
        try:
            return _PlainUnpickler(io.BytesIO(value)).load()
        except pickle.UnpicklingError:
            return _Message(len(value))
    return _Message(len(value)) if type(value) is Torn else value


class _PlainUnpickler(pickle.Unpickler):
    """Unpickles what is made of nothing but Python's own."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError


class _Message:
    """One that cannot be looked into."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __repr__(self) -> str:
        return f"<a message of {self._size} bytes>"


class Short(reprlib.Repr):
    """Makes reprs of at most ``length`` characters for each value, which are the same in every run."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = length

    def repr_str(self, x: str, level: int) -> str:
        # Before it is cut: of an address that is not there as a whole, nobody can tell that it is one.
        return super().repr_str(plain.without_accidents(x), level)

    def repr_instance(self, x: Any, level: int) -> str:
        return super().repr_instance(_Said(plain.describe(x)), level)


class _Said:
    """What has this repr."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


_SHORT = Short(40)
