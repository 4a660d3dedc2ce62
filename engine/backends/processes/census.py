"""How many processes a run has, counted only when they could have become too many."""

from __future__ import annotations

from itertools import islice

from ...stage import descendants
from . import kernel

ALLOWED = 1000
"""How many processes a run may have beyond those that its scenario declares, unless it is told otherwise."""


class Census:
    """Counts what is below ``root``, of which there may be ``limit``.

    Every process takes the next number that the system has to give. So where fewer have been given since the last
    count than there was room for, nothing need be counted; nor can it be where the system does not say.
    """

    def __init__(self, root: int, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._room = limit
        self._counted_at = _newest()

    def is_exceeded(self) -> bool:
        newest = _newest()
        if 0 <= newest - self._counted_at <= self._room:
            return False
        count = sum(1 for _ in islice(descendants.below(self._root), self._limit + 1))
        self._counted_at, self._room = newest, self._limit - count
        return count > self._limit


def _newest() -> int:
    try:
        return kernel.last_pid()
    except OSError:
        return 0
