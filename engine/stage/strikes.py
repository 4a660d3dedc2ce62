"""What is done to processes from outside: by the clock, or in a forced run when it is its turn."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ..plan import Fault
from .descendants import may_be_stopped
from .faults import SIGNALS

if TYPE_CHECKING:
    from .baton import Baton

_LOOK_S, _ARRIVES_S = 0.001, 1.0
"""How often it is seen whether somebody is to be ended in a forced run, and how long that one may take to come to where
it is: one that does nothing more with what is shared never does."""

Tell = Callable[..., None]


class Target(NamedTuple):
    """A process that has been started; ``has_ended`` by itself."""

    name: str
    pid: int
    has_ended: Callable[[], bool]


class Strikes:
    """``faults`` are those of a run, ``baton`` says whose turn it is if the run is forced. ``tell`` is told of each
    fault by the clock that finds its process."""

    def __init__(self, faults: Iterable[Fault], tell: Tell, baton: Baton | None) -> None:
        self._by_clock = [fault for fault in faults if fault.at_s is not None]
        self._tell = tell
        self._baton = baton
        self._stopped: set[str] = set()
        self._since_s: dict[int, float] = {}

    def strike(self, targets: Sequence[Target], began_s: float | None) -> float | None:
        """Do what is to be done now; return when there is something again. The clock begins with the first process."""
        due = self._strike_by_clock(targets, began_s), self._strike_in_turn(targets)
        return min((one for one in due if one is not None), default=None)

    def _strike_by_clock(self, targets: Sequence[Target], began_s: float | None) -> float | None:
        if began_s is None:
            return None
        for fault in tuple(self._by_clock):
            if began_s + (fault.at_s or 0) <= time.monotonic():
                self._by_clock.remove(fault)
                for one in targets:
                    if one.name == fault.process and not one.has_ended() and self._has_occasion(fault, one.pid):
                        self._tell("fault", name=fault.process, fault=str(fault), where="")
                        _send(fault.action, one.pid)
        return min((began_s + (fault.at_s or 0) for fault in self._by_clock), default=None)

    def _has_occasion(self, fault: Fault, pid: int) -> bool:
        """A resume that comes before its stop would be lost, and the process stopped for ever."""
        name = fault.process
        if fault.action == "stop":
            self._stopped.add(name)  # The system takes a moment to do so.
        elif fault.action == "resume":
            if name not in self._stopped and not may_be_stopped(pid):
                return False
            self._stopped.discard(name)
        return True

    def _strike_in_turn(self, targets: Sequence[Target]) -> float | None:
        """End whose turn it is to be ended, when it has come to where that finds it."""
        if self._baton is None or not self._baton.needs_others:
            return None
        self._baton.note_ends()
        now_s = time.monotonic()
        place, turn = self._baton.next or (0, None)
        if turn is not None and turn.is_strike:
            since_s = self._since_s.setdefault(place, now_s)
            if self._baton.is_awaited(place) or now_s - since_s > _ARRIVES_S:
                for one in targets:
                    if one.name == turn.process and not one.has_ended():
                        _send(turn.operation, one.pid)
                        # Of an end, whoever sees it tells. The system takes a moment to stop somebody.
                        if turn.operation == "stop" and may_be_stopped(one.pid):
                            self._baton.pass_on(place)
        return now_s + _LOOK_S


def _send(action: str, pid: int) -> None:
    # It may have ended just now; under forkserver it is not ours, and its number is gone with it.
    with suppress(ProcessLookupError):
        os.kill(pid, getattr(signal, SIGNALS[action]))
