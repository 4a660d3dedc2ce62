"""Being asked to end: at once, but not while a command tidies up."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""The signals by which somebody ends us politely: Ctrl-C, whoever manages us, a terminal that is closed."""

_AGAIN = getattr(signal, "SIGALRM", None)
_AGAIN_S = 0.001


def heed(handler: Callable[[int, FrameType | None], object] | signal.Handlers = signal.default_int_handler) -> None:
    """Have ``handler`` take the signals that ask us to end, but for those that we were started to ignore (nohup)."""
    for number in _heeded:
        signal.signal(number, handler)


def insist() -> None:
    """Have a KeyboardInterrupt come again that nobody could get.

    Where the interpreter calls something on its own account, while it imports or collects garbage, it only prints what
    is raised there, and goes on as if nothing had been asked.
    """
    if _AGAIN is not None:
        ordinary = sys.unraisablehook
        sys.unraisablehook = lambda lost: _raise_again() if lost.exc_type is KeyboardInterrupt else ordinary(lost)


def _raise_again() -> None:
    # A moment later, when what it was raised in is over.
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


@contextmanager
def gently(stop: Callable[[], object]) -> Iterator[None]:
    """Meanwhile only call ``stop`` the first time that Ctrl-C is pressed; who presses it again does not want to wait
    for what comes of that."""

    def once(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = signal.getsignal(signal.SIGINT)
    if signal.SIGINT in _heeded:
        signal.signal(signal.SIGINT, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Heed none of them meanwhile: whoever presses Ctrl-C again would only keep us from tidying up, which is
    bounded."""
    heed(signal.SIG_IGN)
    try:
        yield
    finally:
        heed()


_heeded = [
    *(
        number
        for name in ENDING
        if (number := getattr(signal, name, None)) is not None and signal.getsignal(number) is not signal.SIG_IGN
    ),
    *([] if _AGAIN is None else [_AGAIN]),
]
