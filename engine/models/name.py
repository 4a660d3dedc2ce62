"""The name of something that the system keeps: it can be looked up until it is removed."""

from __future__ import annotations

import errno
import os
from typing import Any

from .guarded import Guard, Part
from .model import READ, WRITE, Done, Operation, Raised, Step, Touches


class Name(Part):
    """State: whether it is there. ``look_up`` and ``unlink`` raise FileNotFoundError where it is not."""

    def __init__(self, path: str) -> None:
        self._path = path

    def initial(self) -> bool:
        return True

    def final(self, mine: Any) -> object:
        return None

    def step(self, guard: Guard | None, state: tuple[Any, ...], process: int, operation: Operation) -> Step:
        looks: Touches = (((self.place, "name"), READ),)
        if not state[self.place]:
            return Raised(state, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self._path), looks)
        if operation.name == "look_up":
            return Done(state, None, looks)
        return Done(self.put(state, False), None, (((self.place, "name"), WRITE),))
