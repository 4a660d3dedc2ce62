"""What is said of wrong arguments is said in the words of the genuine classes, whose names are in them."""

from __future__ import annotations

import itertools
import os
from _multiprocessing import SemLock  # type: ignore[import-not-found]
from types import FunctionType
from typing import Any

_GENUINE = frozenset({"multiprocessing", "threading", "queue"})
_OURS = __name__.partition(".stage.")[0]


def name_as_genuine(kind: type) -> None:
    """Have the methods that ``kind`` has of its own, or of what it has in common with others, called as those of the
    genuine class that it is of."""
    genuine = next((one for one in kind.__mro__ if one.__module__.partition(".")[0] in _GENUINE), None)
    for name in dir(genuine) if genuine is not None else ():
        own, other = getattr(kind, name, None), getattr(genuine, name, None)
        if (
            isinstance(own, FunctionType)
            and isinstance(other, FunctionType)
            and (own.__module__ or "").startswith(_OURS)
        ):
            setattr(kind, name, _called(own, other.__qualname__))


def _called(own: FunctionType, name: str) -> FunctionType:
    if own.__qualname__ == name:
        return own
    copy = FunctionType(own.__code__, own.__globals__, own.__name__, own.__defaults__, own.__closure__)
    copy.__kwdefaults__, copy.__doc__, copy.__qualname__ = own.__kwdefaults__, own.__doc__, name
    return copy


_numbers = itertools.count()


def check_as_genuine(method: str, *given: Any, **named: Any) -> None:
    """Raises what ``method`` of a lock, which is written in C, says of arguments that it does not take."""
    lock = SemLock(1, 1, 1, f"/engine-words-{os.getpid()}-{next(_numbers)}", True)
    getattr(lock, method)(*given, **named)
