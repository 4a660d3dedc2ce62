"""``multiprocessing.Lock`` and its relatives, as targets get them in simulation."""

from __future__ import annotations

import multiprocessing
from multiprocessing import synchronize
from typing import Any

from ....models.guarded import Guarded
from ....models.model import Lasting, Model, Operation
from ....models.semaphore import SEM_VALUE_MAX
from ....models.semaphore import Lock as LockModel
from ....models.semaphore import RLock as RLockModel
from ....models.semaphore import Semaphore as SemaphoreModel
from ..here import here, perform
from ..process import Process
from ..world import MEMORY, World
from .genuine_words import check_as_genuine
from .shared import Shared, patience_of

_ACQUIRE = Lasting("acquire")
_RELEASE = Lasting("release")
_GET_VALUE = Lasting("get_value")
_LOOK = Lasting("look")


class SemLock(Shared):
    """What can be acquired and released; Lib/multiprocessing/synchronize.py has it under this name, too."""

    is_lasting = True

    def __init__(self, world: World, key: object, label: str, model: Model) -> None:
        self.cell = world.add_cell(key, label, model)

    def acquire(self, block: bool = True, timeout: float | None = None, *more: Any, **named: Any) -> bool:
        if more or named:
            check_as_genuine("acquire", *((block, timeout, *more) if more else ()), **named)
        if block is not True and block is not False:
            check_as_genuine("acquire", block, 0)
        operation: Operation = _ACQUIRE
        if not block or timeout is not None:
            patience_s = patience_of(block, timeout)
            operation = Operation("acquire", (), patience_s, patience_s == 0)
            _note_try(self.cell)
        done: bool = perform(self.cell, operation)
        return done

    def release(self, *more: Any, **named: Any) -> None:
        if more or named:
            check_as_genuine("release", *more, **named)
        _note_release(self.cell)
        perform(self.cell, _RELEASE)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: Any) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>" if here.strand is None else self._shown(perform(self.cell, _LOOK))

    def _shown(self, state: Any) -> str:
        """What its ``repr`` says, as the genuine class's does."""
        raise NotImplementedError


def _note_try(cell: int) -> None:
    """Somebody tries to take the lock in ``cell``: whether another one is at what works under it makes a difference."""
    model = here.world.models[cell]
    if isinstance(model, Guarded) and model.is_taken_inside:
        here.world.looked_into.add(MEMORY)


def _note_release(cell: int) -> None:
    """The same of who gives back what he has not taken."""
    model = here.world.models[cell]
    guard = model.guard if isinstance(model, Guarded) else None
    if guard is None:
        return

    def look(world: World, process: Process) -> None:
        if not guard.depth(world.states[cell][0], process.number):
            _note_try(cell)

    here.world.do(look)


class Lock(SemLock, synchronize.Lock):
    def __init__(self, world: World, key: object, label: str) -> None:
        super().__init__(world, key, label, LockModel())

    def _shown(self, state: int) -> str:
        if not state:
            self._refuse_to_show()  # It says who has it, as far as it knows.
        return f"<{type(self).__name__}(owner=None)>"


class Reentrant(SemLock):
    """What a process may take that has it already."""

    def _shown(self, state: tuple[int | None, int]) -> str:
        owner, count = state
        process = here.strand.process  # type: ignore[union-attr]
        if owner is None:
            return "<RLock(None, 0)>"
        if owner == process.number:
            return f"<RLock({multiprocessing.current_process().name}, {count})>"
        return "<RLock(SomeOtherProcess, nonzero)>"


class RLock(Reentrant, synchronize.RLock):
    def __init__(self, world: World, key: object, label: str) -> None:
        super().__init__(world, key, label, RLockModel())


class Semaphore(SemLock, synchronize.Semaphore):
    def __init__(self, world: World, key: object, label: str, value: int = 1) -> None:
        super().__init__(world, key, label, self._model(_permits(value)))

    def _model(self, value: int) -> Model:
        return SemaphoreModel(value)

    def _shown(self, state: int) -> str:
        return f"<{type(self).__name__}(value={state}{self._most})>"

    _most = ""

    def get_value(self) -> int:
        _note_try(self.cell)
        value: int = perform(self.cell, _GET_VALUE)
        return value


class BoundedSemaphore(Semaphore, synchronize.BoundedSemaphore):
    def _model(self, value: int) -> Model:
        self._most = f", maxvalue={value}"
        return SemaphoreModel(value, value)


def _permits(value: int) -> int:
    if not 0 <= value <= SEM_VALUE_MAX:
        raise OSError(22, "Invalid argument")
    return value
