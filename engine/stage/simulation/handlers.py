"""What a process has said it does about signals. Nobody is sent any in a simulated run but by what ends or interrupts
processes; so it is noted, and who is sent one that he handles or ignores is refused.
"""

from __future__ import annotations

import signal
from typing import Any

from .process import Process
from .refusal import NotSimulated

_HANDLED = frozenset(
    {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM}
)
"""Those that nothing but another process, or a timer that is refused, ever sends."""

_real_getsignal = signal.getsignal


def handle(process: Process, number: int, handler: Any) -> Any:
    """As ``signal.signal``."""
    if number not in _HANDLED or not (callable(handler) or isinstance(handler, signal.Handlers)):
        raise NotSimulated("signal.signal")
    before = handler_of(process, number)
    process.handlers = {**process.handlers, signal.Signals(number): handler}
    return before


def handler_of(process: Process, number: int) -> Any:
    """As ``signal.getsignal``."""
    if number not in _HANDLED:
        return _real_getsignal(number)
    default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    handler = process.handlers.get(number, default)
    if handler is INHERITED:
        raise NotSimulated("a handler of signals that is its starter's")
    return handler


def inherit(starter: Process, process: Process) -> None:
    """A forked process has its starter's handlers, and a spawned one ignores what that ignores."""
    if starter.handlers:
        process.handlers = dict.fromkeys(starter.handlers, INHERITED)


def refuse_signal(victim: Process, number: int) -> None:
    """Raises NotSimulated if ``victim`` has ever said what it does about it."""
    if number in victim.handlers:
        raise NotSimulated(f"{signal.Signals(number).name} for a process that has called signal.signal for it")


INHERITED = object()
