"""Have a process be late, now and then, before what it does to what it shares: what a busy machine does, on purpose.

Nothing else is changed. So whatever comes of a run that is delayed can come of one that is not, only less often: it
shows orders that an idle machine would take a million runs to come by.
"""

from __future__ import annotations

import functools
import random
from multiprocessing import synchronize
from time import sleep
from typing import Any, NamedTuple

from . import watching
from .semlocks import StandIn

LONGEST_S = 0.01
"""As long as a process takes to start, so that who comes second can be first."""

_STEEPNESS = 4
"""Most delays are next to none: a thousandth of the longest is as frequent as all above a sixth of it."""

_draw: random.Random | None = None


class Delays(NamedTuple):
    """What a process is to be late by, drawn from ``seed``. Passing it on prepares the process that it arrives in."""

    seed: int
    process: str

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, tuple(self)

    def begin(self) -> None:
        """From now on this process is late."""
        global _draw
        prepare()
        _draw = random.Random(f"{self.seed} {self.process}")

    def end(self) -> None:
        global _draw
        _draw = None


def _arrived(seed: int, process: str) -> Delays:
    prepare()
    return Delays(seed, process)


def prepare() -> None:
    """Have primitives be late from now on, where they are watched. Before any of them is there."""
    watching.hold = Delaying()


class Delaying:
    """Delays operations, and the semaphores that they are made of: between the parts of one of them others come in."""

    def thing(self, thing: Any, name: str) -> None:
        for part in list(getattr(thing, "__dict__", {}).values()):
            if isinstance(part, synchronize.SemLock):
                _slow_down(part)
            elif isinstance(part, synchronize.Condition):
                self.thing(part, name)
        if isinstance(thing, synchronize.Condition):
            thing._make_methods()  # type: ignore[attr-defined]

    def operation(self, name: str, operation: str, function: Any, own: int) -> Any:
        @functools.wraps(function)
        def perform(*given: Any, **keywords: Any) -> Any:
            delay()
            return function(*given, **keywords)

        return perform


def delay() -> None:
    if _draw is not None:
        sleep(LONGEST_S * _draw.random() ** _STEEPNESS)


def _slow_down(lock: Any) -> None:
    if not isinstance(lock._semlock, Slow):
        lock._semlock = Slow(lock._semlock)
        lock._make_methods()


class Slow(StandIn):
    """A semaphore that is late."""

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        delay()
        return super().acquire(block, timeout)

    def release(self) -> None:
        delay()
        super().release()
