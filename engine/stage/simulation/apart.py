"""How what is left of a run ends, also if its target takes the exception that is to end it for one of its own.

A loop around a bare ``except`` comes back to its next operation, and would for ever: there is nothing that such a
``try`` lets through. But a line outside of it, such as the loop's own, can be made to raise.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import greenlet

_OURS = __name__.rpartition(".")[0]

_PATIENCE = 20
"""How often it may do something in its ``with`` and ``finally`` blocks."""

_TRIES = 20
"""How often its lines are made to raise: of two loops like that, one in the other, it leaves only the inner one."""

_defying: list[Any] = []
"""Those that go on regardless: they are never heard of again, but who drops them would have them go on."""


def insist(line: Any) -> None:
    """``line``, which is the one that runs and is being taken apart, wants to do something more. Does not return if it
    cannot be brought to its end."""
    line.defied += 1
    if line.defied > _PATIENCE + _TRIES:
        _defying.append(line)
        while True:
            line.parent.switch()
    if line.defied > _PATIENCE:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if not frame.f_globals.get("__name__", "").startswith(_OURS):
                frame.f_trace = _raise
            frame = frame.f_back
        # What raises in a trace function ends all tracing: it must not be a line of a function that is called yet.
        sys.settrace(_ignore)


def _raise(frame: FrameType, event: str, given: object) -> Any:
    if event == "line":
        raise greenlet.GreenletExit
    return _raise


def _ignore(frame: FrameType, event: str, given: object) -> None:
    """Of what is called meanwhile, nothing is traced."""


def take_apart(left: Any) -> None:
    """Have a greenlet unwind."""
    if left.dead:
        return
    before = sys.gettrace()
    try:
        left.throw(greenlet.GreenletExit)
    except BaseException:  # Whatever a target does in its last moments concerns nobody.
        return
    finally:
        if sys.gettrace() is not before:
            sys.settrace(before)
