"""``multiprocessing.Condition``, as targets get it in simulation."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import synchronize
from typing import Any

from ....models.condition import EVERYBODY
from ....models.condition import Condition as Model
from ....models.guarded import Owned, Part
from ....models.model import Operation
from ..here import here, perform
from ..world import World
from .guarded import add_guarded, join_guarded
from .lock import Reentrant
from .shared import Shared, seconds


class OwnLock(Reentrant, synchronize.RLock):
    """The lock that a condition or a value has of its own: in the same cell."""

    def __init__(self, cell: int) -> None:
        self.cell = cell


class Waiting(Shared):
    """What all conditions have: their part of a lock's cell."""

    _part: Part

    def wait(self, timeout: float | None = None) -> bool:
        woken: bool = perform(self.cell, Operation("wait", self._time(timeout)))
        return woken

    def notify(self, n: int = 1) -> None:
        perform(self.cell, Operation("notify", (self._part, n)))

    def notify_all(self) -> None:
        perform(self.cell, Operation("notify", (self._part, EVERYBODY)))

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """As the genuine one, which asks the clock how long it may still wait: after it waited in vain, no longer. That
        is all that there is to know where time may pass at any moment."""
        world = here.world
        result = predicate()
        if result:
            return result
        left_s = seconds(timeout)
        ends_s = None if left_s is None else world.now_s + left_s
        while not result and (left_s is None or left_s > 0):
            is_woken = self.wait(left_s)
            if ends_s is not None and (world.is_virtual or not is_woken):
                left_s = round(ends_s - world.now_s, 9) if world.is_virtual else 0.0
            result = predicate()
        return result

    def _time(self, timeout: float | None) -> tuple[Any, ...]:
        """What ``wait`` is given: how long to be patient once it sleeps, and whether that is over at once."""
        patience_s = seconds(timeout)
        return (self._part,) if patience_s is None else (self._part, patience_s, patience_s == 0)


class Condition(Waiting, synchronize.Condition):
    def __init__(self, world: World, key: object, label: str, lock: Any = None) -> None:
        self._part = Model(world.is_fine)
        if lock is None:
            self.cell = add_guarded(world, key, label, Owned(), self._part, is_primary=False)
            self._lock = OwnLock(self.cell)
        else:
            self.cell = join_guarded(world, lock, label, self._part)
            self._lock = lock
        self.acquire = self._lock.acquire  # type: ignore[method-assign]
        self.release = self._lock.release  # type: ignore[method-assign]

    def __enter__(self) -> bool:
        entered: bool = self._lock.__enter__()
        return entered

    def __exit__(self, *raised: Any) -> None:
        self._lock.__exit__(*raised)

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<Condition({self._lock})>"
