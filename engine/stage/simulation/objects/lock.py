"""``multiprocessing.Lock`` and its relatives, as targets get them in simulation."""

from __future__ import annotations

from multiprocessing import synchronize
from typing import Any

from ....models.model import Operation
from ....models.semaphore import Lock as Model
from ..here import perform
from ..world import World
from .shared import Shared, patience_of


class Lock(Shared, synchronize.Lock):
    def __init__(self, world: World, key: object, label: str) -> None:
        self.cell = world.add_cell(key, label, Model())

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        patience_s = patience_of(block, timeout)
        done: bool = perform(self.cell, Operation("acquire", (), patience_s, patience_s == 0))
        return done

    def release(self) -> None:
        perform(self.cell, _RELEASE)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: Any) -> None:
        self.release()


_RELEASE = Operation("release")
