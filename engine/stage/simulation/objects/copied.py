"""What comes out where pickling puts something in."""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from typing import Any

_LEFT_ALONE = frozenset((int, float, bool, str, bytes, type(None), complex))
"""Types of which a copy cannot be told from the original."""


def copied(value: Any) -> Any:
    """``value`` as who receives it gets it. Raises what pickling raises."""
    if type(value) in _LEFT_ALONE:
        return value
    return ForkingPickler.loads(ForkingPickler.dumps(value))
