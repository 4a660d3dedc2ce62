"""What is told of a value while who has it can still be asked.

A process tells in its own name what its target has returned, as a real one does: what an object's ``repr`` does, it
does itself, and an object that nobody else has goes away then, and not at the end of the run.
"""

from __future__ import annotations

from ... import plain


class Told:
    """The ``data`` that a value was encoded as."""

    __slots__ = ("data",)

    def __init__(self, data: object) -> None:
        self.data = data


def told(value: object) -> object:
    """``value`` itself where nothing of it is anybody's own, and what is told of it otherwise."""
    return value if type(value) in _FLAT else Told(plain.encode(value))


_FLAT = frozenset((type(None), bool, int, float, str))


def encoded(value: object) -> object:
    """As ``plain.encode``, of what ``told`` has made."""
    return value.data if type(value) is Told else plain.encode(value)
