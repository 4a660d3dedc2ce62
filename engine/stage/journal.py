"""What a process does to what it shares: each operation is written down before it begins and when it has ended.

What a killed process had done is there up to its last operation (see :mod:`.slots`). The same hook is where faults
strike. What a primitive calls of itself while it works (a ``Condition`` its lock) is part of the operation and not
told.

Written for speed, since it goes between every two operations of a run that is traced.
"""

from __future__ import annotations

import functools
import os
import reprlib
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from ..plan import Fault
from .faults import Faults, Say
from .slots import LABEL_BYTES, RAISED, RETURNED, Call, End, writer

_MAX_TEXT = 100


class _State:
    """What is so of one thread."""

    __slots__ = ("is_inside", "journal")

    def __init__(self) -> None:
        self.is_inside = False
        """Whether it is within an operation."""
        self.journal: Journal | None = None
        """Its own journal, where it stands in for a process."""


class _Here(threading.local):
    def __init__(self) -> None:
        self.state = _State()


_here = _Here()
_process: Journal | None = None


def telling(name: str, operation: str, function: Any, own: int = 0, tells: bool = True) -> Any:
    """``function``, which performs ``operation`` on what is called ``name``, and tells the journal before and after.

    Its first ``own`` arguments are not the operation's; for others than ``tells`` none are.
    """
    label, is_over = _label(name, operation), sys.is_finalizing

    @functools.wraps(function)
    def perform(*given: Any, **keywords: Any) -> Any:
        if is_over():  # What an interpreter destroys as it ends finds this module empty.
            return function(*given, **keywords)
        state = _here.state
        journal = state.journal or _process
        if journal is None or state.is_inside:
            return function(*given, **keywords)
        state.is_inside = True
        call, end, faults = journal.call, journal.end, journal.faults
        try:
            if call:
                has_any = tells and (len(given) > own or keywords)
                number = call(label, _arguments(given[own:], keywords) if has_any else b"")
            times = faults.before(name, operation) if faults else 0
            try:
                result = function(*given, **keywords) if keywords else function(*given)
            except BaseException as error:
                if end:
                    end(number, RAISED, _brief(error))
                if faults:
                    faults.after(name, operation, times)
                raise
            if end:
                end(number, RETURNED, b"None" if result is None else _brief(result))
            if faults:
                faults.after(name, operation, times)
            return result
        finally:
            state.is_inside = False

    return perform


class Journal:
    """One process's, or that of a thread which stands in for one.

    ``fd`` is where it writes (nowhere if None), ``faults`` are this process's, ``say`` tells the supervisor that one
    strikes.
    """

    def __init__(self, fd: int | None, faults: Sequence[Fault], say: Say) -> None:
        self.call: Call | None = None
        self.end: End | None = None
        if fd is not None:
            self.call, self.end = writer(fd)
        self.faults = Faults(faults, say) if faults else None


def begin(journal: Journal | None) -> None:
    """From now on this process's operations go to ``journal``."""
    global _process
    _process = journal


def own(journal: Journal | None) -> None:
    """From now on the calling thread's do."""
    _here.state.journal = journal


def outside(function: Callable[[], Any]) -> Callable[[], Any]:
    """What an operation calls of its user's is none of its inside."""

    def called() -> Any:
        state = _here.state
        was_inside, state.is_inside = state.is_inside, False
        try:
            return function()
        finally:
            state.is_inside = was_inside

    return called


def _label(name: str, operation: str) -> bytes:
    end = f".{operation}".encode()
    return name.encode(errors="replace")[: LABEL_BYTES - len(end)] + end


def _arguments(given: tuple[Any, ...], keywords: dict[str, Any]) -> bytes:
    if len(given) == 1 and not keywords:
        return _brief(given[0])
    named = (word.encode(errors="replace") + b"=" + _brief(value) for word, value in keywords.items())
    return b", ".join([*map(_brief, given), *named])


def _brief(value: object) -> bytes:
    """A value in one short line; whatever its own repr does is not let out."""
    kind = type(value)
    try:
        if kind in _PLAIN:
            return repr(value).encode()
        text = repr(value[:_MAX_TEXT]) if isinstance(value, (str, bytes)) else _SHORT.repr(value)
    except Exception:
        text = f"<{kind.__name__}>"
    return text[:_MAX_TEXT].replace("\n", " ").encode(errors="replace")


_PLAIN = frozenset({int, float, bool, type(None)})
_SHORT = reprlib.Repr()


def _forget() -> None:
    """In a forked process: its journal would be its parent's, and it is inside nothing that goes on here.

    So what a target starts for itself is not told of; the scenario's own processes begin theirs.
    """
    global _here
    _here = _Here()
    begin(None)


os.register_at_fork(after_in_child=_forget)
