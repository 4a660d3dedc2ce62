"""Operations that are the same object in every run, so that what comes of them is known from the first."""

from __future__ import annotations

from functools import lru_cache

from ...models.model import Lasting

_TOLD = frozenset((int, bool, type(None)))
_TEXTS = frozenset((str, bytes))
_MOST_TEXT = 1_000


def is_told_by_value(value: object) -> bool:
    """Whether nobody can tell ``value`` from an equal one of its type (0.0 is not -0.0), and it is small: many of them
    are kept."""
    kind = type(value)
    return kind in _TOLD or (kind in _TEXTS and len(value) <= _MOST_TEXT)  # type: ignore[arg-type]


@lru_cache(maxsize=20_000, typed=True)
def lasting(name: str, *arguments: object) -> Lasting:
    """The operation ``name``, of which all ``arguments`` are told by their values, or are what they are."""
    return Lasting(name, arguments)
