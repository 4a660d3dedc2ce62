"""What is done to a process by itself, just before or after an operation of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence

from ..plan import Fault
from . import stacks

SIGNALS = {
    "kill": "SIGKILL",
    "stop": "SIGSTOP",
    "resume": "SIGCONT",
    "interrupt": "SIGINT",
    "terminate": "SIGTERM",
}
"""What is sent for each action; by name, because not every system has all of them."""

Say = Callable[..., None]


class Faults:
    """Those of one process that are due at an operation. ``say`` tells the supervisor that one strikes.

    Points are counted from 1, one before and one after each operation.
    """

    def __init__(self, faults: Sequence[Fault], say: Say) -> None:
        self._left = [fault for fault in faults if fault.at_s is None]
        self._say = say
        self._done: dict[tuple[str, str], int] = {}
        self._points = 0

    def __bool__(self) -> bool:
        return bool(self._left)

    def before(self, name: str, operation: str) -> int:
        """Strike what is due now; return which time it is that the process does this operation."""
        self._done[name, operation] = times = self._done.get((name, operation), 0) + 1
        self._strike("before", name, operation, times)
        return times

    def after(self, name: str, operation: str, times: int) -> None:
        """The same; ``times`` is what ``before`` has said."""
        self._strike("after", name, operation, times)

    def _strike(self, moment: str, name: str, operation: str, times: int) -> None:
        self._points += 1
        for fault in tuple(self._left):
            is_point = fault.is_anywhere and fault.nth == self._points
            if is_point or (fault.operation, fault.moment, fault.nth) == ((name, operation), moment, times):
                self._left.remove(fault)
                self._say("fault", fault=str(fault), where=f", {moment} {name}.{operation}" if is_point else "")
                if fault.action == "stop":
                    stacks.dump()
                os.kill(os.getpid(), getattr(signal, SIGNALS[fault.action]))
