"""What makes copies of what a process can reach, as a fork does: who does so knows the copies that there are."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any, Protocol

from .refusal import NotSimulated


class Copying(Protocol):
    """Knows the copies that there are. ``modules`` are the names of those that are copied, too."""

    modules: set[str]

    def note(self, original: Any, copy: Any) -> None: ...

    def find(self, original: Any) -> Any: ...

    def is_flat(self, values: Iterable[Any]) -> bool: ...

    def fill_later(self, original: types.CellType, copy: types.CellType) -> None: ...

    def copy(self, value: Any) -> Any: ...


def no_copy(of: str) -> NotSimulated:
    return NotSimulated(f"{of}, of which a forked process would have a copy")
