"""A dictionary that is a value: what changes it makes a new one."""

from __future__ import annotations

from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Table(dict[Key, Value]):
    """Never changed once it is part of a state."""

    def but(self, key: Key, value: Value) -> Table[Key, Value]:
        """The same, but with ``value`` for ``key``."""
        changed = Table(self)
        changed[key] = value
        return changed

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> Any:
        return Table, (dict(self),)
