"""What is left in a channel at the end of a run, as the parent would receive it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from .... import plain
from ....models.messages import HALF
from ..payload import unpack


def left(loads: Iterable[Any]) -> list[object]:
    """The messages; an exception for what cannot be unpickled."""
    return [_message(load) for load in loads]


def left_in_pipe(loads: Iterable[Any]) -> list[object]:
    """The same, up to one that says that there are no more: so ``recv`` says it, too."""
    return list(takewhile(lambda message: not isinstance(message, EOFError), left(loads)))


def _message(load: Any) -> object:
    if load is HALF:
        return plain.Opaque("partial", "<part of a message>")
    try:
        return unpack(load, 0)
    except Exception as error:
        return error
