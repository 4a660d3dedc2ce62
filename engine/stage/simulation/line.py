"""Greenlets that are used again, for one process after the other.

A new greenlet maps memory for its frames at its first call, and unmaps it at its end; with three of them in a run, that
would take longer than all else that a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import greenlet

from .here import here

_free: list[Line] = []
"""Those that nobody uses just now."""


class Line(greenlet.greenlet):
    """Runs ``body`` at its first switch. ``dead`` says, as a greenlet's does, that this is over; ``is_idle`` that it
    waits for another; ``defied`` how often it has wanted to do something while it was taken apart."""

    body: Callable[[], None]
    dead: bool = False
    is_idle = False
    defied = 0

    def throw(self, *given: Any) -> Any:
        """As a greenlet's own, but of an error that others keep, it raises one just like it. What was raised refers to
        the frames it went through, and with what these hold it must be gone when its process is done with it."""
        if len(given) == 1 and isinstance(given[0], BaseException):
            made = given[0].__reduce__()
            if made[0] is type(given[0]) and len(made) == 2:
                return super().throw(*made)
        return super().throw(*given)

    def run(self, _: object) -> None:
        while True:
            try:
                self.body()
            except greenlet.GreenletExit:
                pass
            finally:
                self.dead = True
                del self.body
            self.is_idle = True
            here.hub.switch()


def line(body: Callable[[], None]) -> Line:
    """One that will run ``body``, as if it had never done anything else."""
    while _free:
        free = _free.pop()
        if free.parent is here.hub:
            free.body, free.dead, free.is_idle, free.defied = body, False, False, 0
            free.gr_context = None
            return free
    new = Line(parent=here.hub)
    new.body = body
    return new


def give_back(lines: Iterable[Line]) -> None:
    """Let others use those of ``lines`` that are over; nobody may look at them any more."""
    _free.extend([one for one in lines if one.is_idle])
