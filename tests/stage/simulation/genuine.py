"""CPython's own ``Condition``, ``Event`` and ``Barrier``, on simulated semaphores: what the models must equal.

Each move on a semaphore is then a step, as it is in reality.
"""

from __future__ import annotations

import threading
from multiprocessing import synchronize
from typing import Any

from engine.stage.simulation.here import here
from engine.stage.simulation.objects import lock
from engine.stage.simulation.world import World


class _Mine:
    """What a genuine lock tells of itself: who has taken it, by its own count in each process."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def change(self, by: int) -> None:
        number = here.strand.process.number  # type: ignore[union-attr]
        self.counts[number] = self.counts.get(number, 0) + by

    def _count(self) -> int:
        return self.counts.get(here.strand.process.number, 0)  # type: ignore[union-attr]

    def _is_mine(self) -> bool:
        return self._count() > 0


class _Telling:
    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        taken: bool = super().acquire(block, timeout)  # type: ignore[misc]
        if taken:
            self._semlock.change(1)  # type: ignore[attr-defined]
        return taken

    def release(self) -> None:
        super().release()  # type: ignore[misc]
        self._semlock.change(-1)  # type: ignore[attr-defined]


class _Lock(_Telling, lock.Lock):
    pass


class _RLock(_Telling, lock.RLock):
    pass


class Context:
    """Makes them in a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made = 0

    def _make(self, kind: Any, *arguments: Any) -> Any:
        self._made += 1
        made = kind(self._world, ("genuine", self._made), f"part {self._made}", *arguments)
        made._semlock = _Mine()
        return made

    def Lock(self) -> Any:  # noqa: N802
        return self._make(_Lock)

    def RLock(self) -> Any:  # noqa: N802
        return self._make(_RLock)

    def Semaphore(self, value: int = 1) -> Any:  # noqa: N802
        return self._make(lock.Semaphore, value)

    def Condition(self, lock: Any = None) -> Any:  # noqa: N802
        return _Condition(lock, ctx=self)  # type: ignore[arg-type]


class _Condition(synchronize.Condition):
    def wait_for(self, predicate: Any, timeout: float | None = None) -> Any:
        """Without a clock: who was late has waited long enough."""
        return predicate() or (self.wait(timeout), predicate())[1]


def condition(world: World) -> Any:
    return Context(world).Condition()


def event(world: World) -> Any:
    return synchronize.Event(ctx=Context(world))  # type: ignore[arg-type]


def barrier(world: World, parties: int) -> Any:
    """That of threading is that of multiprocessing, which only keeps its two numbers elsewhere."""
    made = threading.Barrier(parties)
    made._cond = Context(world).Condition()  # type: ignore[attr-defined]
    return made
