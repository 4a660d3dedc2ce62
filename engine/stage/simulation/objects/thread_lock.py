"""What locks of threads have in common, wherever they are: in a manager's process, or in that of each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ....models.model import Lasting, Model, Operation
from ....models.semaphore import Lock as LockModel
from ....models.semaphore import RLock as RLockModel
from ....models.semaphore import Semaphore as SemaphoreModel
from ..here import perform
from .shared import Shared, seconds

ACQUIRE = Lasting("acquire")
RELEASE = Lasting("release")


def lock_model() -> Model:
    return LockModel(RuntimeError("release unlocked lock"))


def rlock_model() -> RLockModel:
    return RLockModel(rlock_error())


def rlock_error() -> RuntimeError:
    return RuntimeError("cannot release un-acquired lock")


def semaphore_model(value: int) -> Model:
    _refuse_negative(value)
    return SemaphoreModel(value)


def bounded_semaphore_model(value: int) -> Model:
    _refuse_negative(value)
    return SemaphoreModel(value, value, ValueError("Semaphore released too many times"))


def _refuse_negative(value: int) -> None:
    if value < 0:
        raise ValueError("semaphore initial value must be >= 0")


class ThreadLocking(Shared):
    """``acquire`` and ``release``, as threading spells them.

    ``genuine`` makes one that refuses what cannot be meant.
    """

    genuine: Callable[[], Any] = staticmethod(threading.Lock)

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        if blocking is not True or timeout is not None:
            return self._try(blocking, timeout)
        done: bool = perform(self.cell, ACQUIRE)
        return done

    def _try(self, blocking: bool, timeout: float | None) -> bool:
        self.genuine().acquire(*((blocking,) if timeout is None else (blocking, timeout)))
        patience_s = 0.0 if not blocking else self._patience_s(timeout)
        done: bool = perform(self.cell, Operation("acquire", (), patience_s, patience_s == 0))
        return done

    def release(self) -> None:
        perform(self.cell, RELEASE)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: Any) -> None:
        self.release()

    def _patience_s(self, timeout: float | None) -> float | None:
        return None if timeout is None or timeout == -1 else timeout


class ThreadCounting(ThreadLocking):
    """A semaphore, to which no time-out stands for ever."""

    genuine = staticmethod(threading.Semaphore)

    def _patience_s(self, timeout: float | None) -> float | None:
        return seconds(timeout)
