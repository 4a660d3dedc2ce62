"""Carry any Python value between processes as plain data.

What a target returns and what a primitive holds must reach a process that has none of the scenario's classes, and
must be compared there. ``encode`` makes JSON-able data, bounded in size; ``decode`` rebuilds none, booleans, numbers,
text, lists, tuples, mappings, sets and bytes as themselves, and everything else as an :class:`Opaque` with its repr.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from typing import Any

MAX_NODES = 100_000
MAX_DEPTH = 100
MAX_TEXT = 1 << 20
_MAX_BITS = 10_000  # Longer integers cannot be turned into text, and so into JSON (sys.set_int_max_str_digits).

_SMALL_BYTES = 1 << 16
_MOST_QUOTES = 12 * MAX_NODES
_MOST_STRUCTURE = 24 * MAX_NODES + MAX_TEXT
"""What encoded data may have of quotation marks, and of all that is not between them: numbers, brackets, commas."""

_LONG_BITS = 64
_MAX_NAME = 200

Special = Callable[[object], "dict[str, object] | None"]

MISSING = object()


class Opaque:
    """A value that stayed behind: its type's name and its repr.

    ``plain`` is the data it can be compared as (an array's list, a named tuple's tuple), or ``MISSING``.
    """

    __slots__ = ("plain", "text", "type")

    def __init__(self, type: str, text: str, plain: object = MISSING) -> None:
        self.type = type
        self.text = text
        self.plain = plain

    def __repr__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and (self.type, self.text, self.plain) == (other.type, other.text, other.plain)

    def __hash__(self) -> int:
        return hash((self.type, self.text))


def without_addresses(text: str) -> str:
    return _ADDRESS.sub(" at 0x0", text) if " at 0x" in text else text


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{8,16}(?=[>,:]| (?:un)?set>)")
"""As a ``repr`` has one: that of an event, or of a barrier, goes on behind it."""


_BLOCK = re.compile(r"\bengine-[a-z0-9_]{8}-[0-9]+-[0-9]+\b")


def without_accidents(text: str) -> str:
    """``text`` without what is another in every run that comes to the same: addresses, the names of blocks of shared
    memory, and where a recursion without an end met its limit, which depends on how deep the stack was that it began
    at."""
    if " at 0x" in text:
        text = _ADDRESS.sub(" at 0x0", text)
    if "engine-" in text:
        text = _BLOCK.sub("engine-", text)
    if "ecursion" in text or "[Previous line" in text:
        for accident, instead in _OF_RECURSION:
            text = accident.sub(instead, text)
    return text


_OF_RECURSION = (
    (re.compile(r"(?m)^Traceback \(most recent call last\):\n(?:  .*\n)+(?=RecursionError)"), ""),
    (re.compile(r"\[Previous line repeated [0-9]+ more times?\]"), "[Previous line repeated]"),
    (re.compile(r"maximum recursion depth exceeded(?: while calling a Python object| in [a-z]+)?"), "too deep"),
)
"""Source: CPython, Lib/traceback.py (``StackSummary.format``) and Objects/ (``Py_EnterRecursiveCall``)."""


def describe(value: object) -> str:
    """The repr of ``value``, without addresses, which are others in every run; a repr that raises is itself
    described."""
    try:
        return without_addresses(repr(value))
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def encode(value: object) -> object:
    """Encode ``value``, whatever it is, as JSON-able data.

    At most ``MAX_NODES`` values on ``MAX_DEPTH`` levels, and ``MAX_TEXT`` characters in all, are followed; what lies
    beyond is cut, and says so.
    """
    return encoder()(value)


def encoder() -> Callable[[object], object]:
    """What encodes several values as ``encode`` does one, within the same bounds for all of them together."""
    one = _Encoder(MAX_NODES, MAX_DEPTH, MAX_TEXT, None)
    return lambda value: one.encode(value, 0)


def shortened(text: str, length: int = MAX_TEXT) -> str:
    """``text``, or its beginning and how much more there is."""
    return text if len(text) <= length else f"{text[:length]}... [{len(text) - length} more characters]"


def encode_whole(value: object, special: Special) -> object:
    """Encode a ``value`` that is known to be of a decent size, with nothing cut.

    ``special`` may claim a value by returning a mapping with a ``type`` of its own, for ``decode`` to hand back.
    """
    return _Encoder(sys.maxsize, sys.maxsize, sys.maxsize, special).encode(value, 0)


class _Encoder:
    def __init__(self, nodes: int, depth: int, text: int, special: Special | None) -> None:
        self._nodes = nodes
        self._depth = depth
        self._text = text
        self._special = special

    def encode(self, value: Any, depth: int) -> object:
        kind = type(value)
        self._nodes -= 1
        if value is None or kind in (bool, float):
            return value
        if kind is int and value.bit_length() < _MAX_BITS and self._affords(value.bit_length()):
            return value
        if kind is str:
            return self._bounded(value)
        claimed = self._special(value) if self._special else None
        if claimed is not None:
            return claimed
        if self._nodes < 0 or depth > self._depth:
            return _cut(f"a {shortened(kind.__name__, _MAX_NAME)}")
        return self._compound(value, kind, depth)

    def _compound(self, value: Any, kind: type, depth: int) -> object:
        if kind is list:
            return self._items(value, depth)
        if kind in (tuple, set, frozenset):
            return {"type": kind.__name__, "items": self._items(value, depth)}
        if kind in (bytes, bytearray):
            return self._bytes(value, kind)
        if kind is dict:
            entries: list[list[object]] = []
            for key, item in value.items():
                if self._nodes < 0:
                    entries.append([_cut(f"{len(value) - len(entries)} more entries"), None])
                    break
                entries.append([self.encode(key, depth + 1), self.encode(item, depth + 1)])
            return {"type": "dict", "entries": entries}
        if kind is Opaque:
            return {"type": value.type, "repr": value.text}
        if isinstance(value, _arrays()) and (length := len(value)) > MAX_NODES:
            return _cut(f"{kind.__name__} of {length}")
        encoded: dict[str, object] = {
            "type": shortened(kind.__name__, _MAX_NAME),
            "repr": self._bounded(describe(value)),
        }
        relative = _relative(value)
        if relative is not MISSING:
            encoded["plain"] = self.encode(relative, depth + 1)
        return encoded

    def _bytes(self, value: bytes, kind: type) -> object:
        kept = value[: max(0, self._nodes)]
        self._nodes -= len(kept)
        if len(kept) == len(value):
            return {"type": kind.__name__, "items": list(kept)}
        # The repr of all of it would take four times as much again.
        return {"type": kind.__name__, "repr": self._bounded(f"{kept!r}... [{len(value) - len(kept)} more bytes]")}

    def _affords(self, bits: int) -> bool:
        """Whether a number of so many bits may be followed; a long one counts as the text that it becomes."""
        if bits > _LONG_BITS:
            self._text -= bits // 3
        return bits <= _LONG_BITS or self._text >= 0

    def _items(self, values: Collection[Any], depth: int) -> list[object]:
        items: list[object] = []
        for value in values:
            if self._nodes < 0:
                items.append(_cut(f"{len(values) - len(items)} more items"))
                break
            items.append(self.encode(value, depth + 1))
        return items

    def _bounded(self, text: str) -> str:
        kept = shortened(text, max(0, self._text))
        self._text -= min(len(text), max(0, self._text))
        return kept


def _cut(what: str) -> dict[str, object]:
    """What stands in the place of what was not followed."""
    return {"type": "cut", "repr": f"<cut: {what}>"}


def _relative(value: object) -> object:
    """The plain data that ``value`` may be compared as, where its type is one of plain data's relatives."""
    if isinstance(value, _arrays()):
        return list(value)
    bases: tuple[Callable[[Any], object], ...] = (int, float, str, tuple, list, dict, set, frozenset)
    for base in bases:
        if isinstance(value, base) and type(value) is not base:  # type: ignore[arg-type]
            try:
                return base(value)
            except Exception:
                return MISSING
    return MISSING


def _arrays() -> tuple[Any, ...]:
    # Looked up, not imported: a child process should not pay for a module that its target never loaded.
    return tuple(
        getattr(sys.modules[module], name)
        for module, name in (("array", "array"), ("ctypes", "Array"))
        if module in sys.modules
    )


def decode(data: object, special: Callable[[dict[str, object]], object] | None = None) -> object:
    """Rebuild what ``encode`` was given; ``special`` rebuilds what its twin claimed."""
    if isinstance(data, list):
        return [decode(item, special) for item in data]
    if not isinstance(data, dict):
        return data
    kind = data["type"]
    if "items" in data:
        items = [decode(item, special) for item in data["items"]]
        return _SEQUENCES[kind](items)
    if "entries" in data:
        return {hashable(decode(key, special)): decode(item, special) for key, item in data["entries"]}
    if "repr" in data:
        plain = decode(data["plain"], special) if "plain" in data else MISSING
        return Opaque(kind, data["repr"], plain)
    assert special is not None, f"nobody claims {kind!r}"
    return special(data)


def hashable(value: object) -> object:
    """``value`` itself or, where it cannot be hashed (a cut or custom key), its repr."""
    try:
        hash(value)
    except TypeError:
        return describe(value)
    return value


_SEQUENCES: dict[object, Callable[[list[object]], object]] = {
    "tuple": tuple,
    "set": lambda items: set(map(hashable, items)),
    "frozenset": lambda items: frozenset(map(hashable, items)),
    "bytes": lambda items: bytes(items),  # type: ignore[arg-type]
    "bytearray": lambda items: bytearray(items),  # type: ignore[arg-type]
}


def type_name(value: object) -> str:
    """The name of the type that ``value`` had where it came from."""
    return value.type if isinstance(value, Opaque) else type(value).__name__


def jsonable(value: object) -> object:
    """``value`` as a reader of the JSON report wants it: lists and objects where they say enough, else the repr."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value if value == value and value not in (float("inf"), float("-inf")) else repr(value)
    if isinstance(value, Opaque):
        return jsonable(value.plain) if value.plain is not MISSING else value.text
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return [jsonable(item) for item in sorted(value, key=repr)]
    if isinstance(value, (list, tuple, bytes, bytearray)):
        return [jsonable(item) for item in value]
    return repr(value)


def is_decent(text: bytes) -> bool:
    """Whether ``text``, as JSON, makes no more of memory than what ``encode`` lets through.

    Sixteen megabytes of it can be a gigabyte of empty lists.
    """
    if len(text) <= _SMALL_BYTES:
        return True
    bare = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return bare.count(b'"') <= _MOST_QUOTES and sum(map(len, bare.split(b'"')[::2])) <= _MOST_STRUCTURE
