"""Timers that will wake a process by a signal: Linux does not show them to others, so setting one leaves a note.

The note stays: that a timer was turned off again is not worth knowing, for a run in which one was ever set is just not
looked at for deadlocks.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

from . import notes


def announce(folder: str) -> None:
    """From now on this process, and what it forks, leaves a note in ``folder`` when it sets a timer."""
    for name in ("alarm", "setitimer"):
        function = getattr(signal, name, None)
        if function and not hasattr(function, "__wrapped__"):
            setattr(signal, name, _noting(function, folder))


def is_set(folder: str, pid: int) -> bool:
    return os.path.exists(_note(folder, pid))


def _noting(function: Callable[..., Any], folder: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(*arguments: Any) -> Any:
        notes.leave(_note(folder, os.getpid()))
        return function(*arguments)

    return noting


def _note(folder: str, pid: int) -> str:
    return os.path.join(folder, f"alarm-{pid}")
