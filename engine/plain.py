"""Carry any Python value between processes as plain data.

What a target returns and what a primitive holds must reach a process that has none of the scenario's classes, and
must be compared there. ``encode`` makes JSON-able data, bounded in size; ``decode`` rebuilds none, booleans, numbers, text,
lists, tuples, mappings, sets and bytes as themselves, and everything else as an :class:`Opaque` with its repr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

MAX_NODES = 100_000
MAX_DEPTH = 100
MAX_TEXT = 1 << 20

Special = Callable[[object], "dict[str, object] | None"]

MISSING = object()


@dataclass(frozen=True)
class Opaque:
    """A value that stayed behind: its type's name and its repr.

    ``plain`` is the data it can be compared as (an array's list, a named tuple's tuple), or ``MISSING``.
    """

    type: str
    text: str
    plain: object = MISSING

    def __repr__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash((self.type, self.text))


def describe(value: object) -> str:
    """The repr of ``value``, bounded; a repr that raises is itself described."""
    try:
        text = repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + f"... [{len(text) - MAX_TEXT} more characters]"


def encode(value: object, special: Special | None = None) -> object:
    """Encode ``value`` as JSON-able data.

    At most ``MAX_NODES`` values and ``MAX_DEPTH`` levels are followed; what lies beyond is cut to its type's name.
    ``special`` may claim a value by returning a mapping with a ``type`` of its own, for ``decode`` to hand back.
    """
    left = MAX_NODES

    def walk(value: object, depth: int) -> object:
        nonlocal left
        left -= 1
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind in (int, float):
            return value
        if kind is str:
            text: str = value  # type: ignore[assignment]
            return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + f"... [{len(text) - MAX_TEXT} more characters]"
        claimed = special(value) if special else None
        if claimed is not None:
            return claimed
        if left < 0 or depth > MAX_DEPTH:
            return {"type": kind.__name__, "repr": f"<{kind.__name__}, cut>"}
        if kind is list:
            return [walk(item, depth + 1) for item in value]  # type: ignore[attr-defined]
        if kind in (tuple, set, frozenset):
            return {"type": kind.__name__, "items": [walk(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
        if kind is dict:
            entries = [[walk(key, depth + 1), walk(item, depth + 1)] for key, item in value.items()]  # type: ignore[attr-defined]
            return {"type": "dict", "entries": entries}
        if kind in (bytes, bytearray):
            left -= len(value)  # type: ignore[arg-type]
            return {"type": kind.__name__, "items": list(value[:MAX_NODES])}  # type: ignore[index]
        encoded: dict[str, object] = {"type": kind.__name__, "repr": describe(value)}
        relative = _relative(value)
        if relative is not MISSING:
            encoded["plain"] = walk(relative, depth + 1)
        return encoded

    return walk(value, 0)


def _relative(value: object) -> object:
    """The plain data that ``value`` may be compared as, where its type is one of plain data's relatives."""
    # Looked up, not imported: a child process should not pay for a module that its target never loaded.
    arrays = tuple(
        getattr(sys.modules[module], name)
        for module, name in (("array", "array"), ("ctypes", "Array"))
        if module in sys.modules
    )
    if isinstance(value, arrays):
        return list(value)  # type: ignore[call-overload]
    for base in (bool, int, float, str, bytes, tuple, list, dict, set, frozenset):
        if isinstance(value, base):
            try:
                return base(value)
            except Exception:
                return MISSING
    return MISSING


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
