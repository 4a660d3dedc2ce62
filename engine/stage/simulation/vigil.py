"""Who runs, and comes to no operation: found by a clock that looks now and then, and ended where that can be.

Targets set no timers and no handlers of their own (:mod:`.refused`), so the signal is free. Where C does not come back
to Python, nobody gets to look, and the engine has a limit of its own.
"""

from __future__ import annotations

import select
import signal
from time import monotonic  # The real one: who looks does so in the middle of a target, which has a clock of its own.
from types import FrameType

import greenlet

from .apart import insist
from .here import here
from .line import Line
from .places import stands_at
from .refusal import NotSimulated

_LOOKS, _LEAST = 20, 4
"""How often it looks before the time is over, and at least: in runs that are short, it may be at the same place again
by chance."""

_SHORTEST_S, _LONGEST_S = 0.01, 0.1
"""Between two looks."""

_ASKED_S = 0.5
"""How long it may take where the engine wants it to end: all else ends sooner by itself."""


class Stuck(NotSimulated):
    """A process has run for too long. What was found in other runs is none the worse for it."""


class Vigil:
    """Nobody may run for more than ``limit_s`` of real time without an operation, and only for a moment when there is
    something to be read from ``engine``, which says nothing meanwhile but to stop."""

    def __init__(self, limit_s: float, engine: int) -> None:
        self._limit_s = limit_s
        self._engine = select.poll()
        self._engine.register(engine, select.POLLIN)
        self._mark: object = None
        self._looks = 0
        self._since_s = 0.0

    def keep(self) -> None:
        every_s = min(max(self._limit_s / _LOOKS, _SHORTEST_S), _LONGEST_S)
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, every_s, every_s)

    def _look(self, number: int, frame: FrameType | None) -> None:
        current = greenlet.getcurrent()
        if current is here.hub or not isinstance(current, Line) or not (here.strand or here.is_over):
            self._mark = None
            return
        mark = (id(here.world), len(here.world.trace), id(current), here.is_over)
        if mark != self._mark:
            self._mark, self._looks, self._since_s = mark, 0, monotonic()
            return
        self._looks += 1
        limit_s = min(self._limit_s, _ASKED_S) if self._engine.poll(0) else self._limit_s
        if self._looks < _LEAST or monotonic() - self._since_s < limit_s:
            return
        if here.is_over:
            insist(current)
            raise greenlet.GreenletExit
        _give_up(frame, limit_s)


def _give_up(frame: FrameType | None, limit_s: float) -> None:
    strand, world = here.strand, here.world
    assert strand is not None
    stuck = Stuck(f"{strand.process.name} has run for {limit_s:g} s and come to no operation")
    stuck.where = stands_at(frame)
    world.life.refuse(stuck)
    world.give_up(strand)
    here.hub.switch()
