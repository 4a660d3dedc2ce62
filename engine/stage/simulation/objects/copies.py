"""What is for threads only: each process has a copy of its own, as it was when the process was forked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ....models.barrier import Barrier as BarrierModel
from ....models.event import Event as EventModel
from ....models.guarded import Owned
from ....models.model import Model
from ....models.thread_condition import ThreadCondition
from ..here import here
from ..world import World
from .barrier import Meeting
from .condition import Waiting
from .event import Flagging
from .guarded import add_guarded, join_guarded
from .shared import Shared
from .thread_lock import (
    ThreadCounting,
    ThreadLocking,
    bounded_semaphore_model,
    lock_model,
    rlock_error,
    rlock_model,
    semaphore_model,
)

if TYPE_CHECKING:
    from ..process import Process


class Copied(Shared):
    """A cell for each process. ``what`` is what cannot be pickled of it, in Python's words."""

    copies = True
    what = "_thread.lock"

    def _be_first(self, key: object, label: str, cell: int) -> None:
        self._key, self._label = key, label
        here.world.private.add(cell)
        self._maker = _number()
        self._cells = {self._maker: cell}

    @property
    def cell(self) -> int:  # type: ignore[override]
        """That of the process that runs."""
        number = _number()
        if number not in self._cells:
            self.fork(self._maker, here.strand.process)  # type: ignore[union-attr]
        return self._cells[number]

    def fork(self, parent: int, child: Process) -> None:
        """Have ``child`` get its copy, as ``parent`` forks it. A child that never was told gets it when it asks."""
        world, original = here.world, self._cells[parent]
        model, state = world.models[original], world.states[original]
        copy = world.add_cell((self._key, "copy", child.key), f"{self._label} of {child.name}", model)
        world.private.add(copy)
        forked = getattr(model, "forked", None)
        world.states[copy] = forked(state, parent, child.number) if forked else state
        self._cells[child.number] = copy

    def final(self) -> object:
        world, cell = here.world, self._cells[self._maker]
        return world.models[cell].final(world.states[cell])

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"cannot pickle '{self.what}' object")


def _number() -> int:
    return here.strand.process.number if here.strand is not None else 0


class Simple(Copied):
    """One whose model is all that there is to it."""

    def _be_made(self, world: World, key: object, label: str, model: Model) -> None:
        self._be_first(key, label, world.add_cell(key, label, model))


class Lock(ThreadLocking, Simple):
    def __init__(self, world: World, key: object, label: str) -> None:
        self._be_made(world, key, label, lock_model())


class RLock(ThreadLocking, Simple):
    what = "_thread.RLock"
    genuine = staticmethod(threading.RLock)

    def __init__(self, world: World, key: object, label: str) -> None:
        self._be_made(world, key, label, rlock_model())

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<{type(self).__name__}>"


class Semaphore(ThreadCounting, Simple, threading.Semaphore):  # type: ignore[misc]
    def __init__(self, world: World, key: object, label: str, value: int = 1) -> None:
        self._be_made(world, key, label, semaphore_model(value))

    def release(self, n: int = 1) -> None:
        if n < 1:
            raise ValueError("n must be one or more")
        self._do("release", n)

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<{type(self).__name__}>"


class BoundedSemaphore(Semaphore, threading.BoundedSemaphore):  # type: ignore[misc]
    def __init__(self, world: World, key: object, label: str, value: int = 1) -> None:
        self._be_made(world, key, label, bounded_semaphore_model(value))


class Event(Flagging, Simple, threading.Event):
    def __init__(self, world: World, key: object, label: str) -> None:
        self._be_made(world, key, label, EventModel(keeps_word=True))

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<{type(self).__name__}>"


class Barrier(Meeting, Simple, threading.Barrier):
    def __init__(self, world: World, key: object, label: str, parties: int, timeout: float | None = None) -> None:
        self._parties, self._timeout = parties, timeout
        self._be_made(world, key, label, BarrierModel(parties))

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<{type(self).__name__}>"


class Condition(Waiting, ThreadLocking, Copied, threading.Condition):
    """Under a lock of its own, or under one that it was given: then in that one's cells."""

    def __init__(self, world: World, key: object, label: str, lock: Any = None) -> None:
        self._part = ThreadCondition()
        self._lock = lock
        if lock is None:
            self.what = "_thread.RLock"
            guard = Owned(rlock_error())
            self._be_first(key, label, add_guarded(world, key, label, guard, self._part, is_primary=False))
        else:
            self.what = lock.what
            join_guarded(world, lock, label, self._part)

    @property
    def cell(self) -> int:  # type: ignore[override]
        return super().cell if self._lock is None else self._lock.cell

    def fork(self, parent: int, child: Process) -> None:
        if self._lock is None:
            super().fork(parent, child)

    def final(self) -> object:
        return super().final() if self._lock is None else self._lock.final()

    def __repr__(self) -> str:
        self._refuse_to_show()
        return f"<{type(self).__name__}>"
