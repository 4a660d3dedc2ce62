"""Being asked to end: at once, but not while a command tidies up."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""The signals by which somebody ends us politely: Ctrl-C, whoever manages us, a terminal that is closed."""


def heed(handler: Callable[[int, FrameType | None], object] | signal.Handlers = signal.default_int_handler) -> None:
    """Have ``handler`` take the signals that ask us to end, but for those that we were started to ignore (nohup)."""
    for number in _heeded:
        signal.signal(number, handler)


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
    number
    for name in ENDING
    if (number := getattr(signal, name, None)) is not None and signal.getsignal(number) is not signal.SIG_IGN
]
