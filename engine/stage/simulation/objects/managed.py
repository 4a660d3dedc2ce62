"""Proxies of what a manager keeps, as targets get them in simulation.

They are the genuine proxies with another way to call: each call is one operation, which the server carries out.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import managers
from types import FunctionType
from typing import Any

from ....models import managed
from ....models.barrier import Barrier as BarrierModel
from ....models.event import Event as EventModel
from ....models.guarded import Owned
from ....models.model import Model, Operation
from ....models.thread_condition import ThreadCondition
from ..here import here, perform
from ..process import Process
from ..served import refuse_to_inherit
from ..world import World
from .barrier import Meeting
from .condition import Waiting
from .copied import copied
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

_NO_KEYWORDS: Mapping[str, Any] = {}


class Proxy(Shared, managers.BaseProxy):
    """What stands for an object in the manager's process.

    A process that is killed in a call leaves the server at it: what it waits for there, it still takes (``outlives``).
    """

    travels = arrives_anew = True
    outlives = True

    def __str__(self) -> str:
        self._refuse_to_show()
        return repr(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object, typeid {self._typeid!r} at {self._address:#x}>"

    @property
    def _typeid(self) -> str:
        return type(self).__name__.removesuffix("Proxy")


class Kept(Proxy):
    """A proxy of plain data: what is sent there and back is copied."""

    def __init__(self, world: World, key: object, label: str, model: Model) -> None:
        object.__setattr__(self, "cell", world.add_cell(key, label, model))

    def _callmethod(self, methodname: str, args: Any = (), kwds: Any = _NO_KEYWORDS) -> Any:
        if not kwds:
            return copied(perform(self.cell, Operation(methodname, (copied(args), kwds))))
        return copied(perform(self.cell, Operation(methodname, (copied(args), copied(kwds)))))

    def _getvalue(self) -> Any:
        return self._callmethod("#GETVALUE")

    def __str__(self) -> str:
        try:
            text: str = self._callmethod("__repr__")
            return text
        except Exception:
            return repr(self)[:-1] + "; '__str__()' failed>"

    def final(self) -> object:
        return contents(super().final())


class DictProxy(Kept, managers.DictProxy):  # type: ignore[type-arg]
    _typeid = "dict"

    def __init__(self, world: World, key: object, label: str, value: Mapping[Any, Any] | None = None) -> None:
        super().__init__(world, key, label, managed.Dict(dict(copied(value or {}))))

    def __iter__(self) -> Iterator[Any]:
        if here.strand.process.number:  # type: ignore[union-attr]
            # What makes the iterator's proxy asks for the manager, which nobody else has: as it is up to Python 3.13.
            raise AttributeError("'NoneType' object has no attribute '_registry'")
        return _keys(self)


def _keys(proxy: DictProxy) -> Iterator[Any]:
    """The keys, each a request of its own."""
    length = proxy._callmethod("__len__")
    for position in range(length + 1):
        try:
            yield proxy._callmethod("next", (length, position))
        except StopIteration:
            return


class ListProxy(Kept, managers.ListProxy):  # type: ignore[type-arg]
    _typeid = "list"

    def __init__(self, world: World, key: object, label: str, value: Any = None) -> None:
        super().__init__(world, key, label, managed.List(list(copied(value or []))))


class ArrayProxy(Kept, managers.ArrayProxy):  # type: ignore[misc, name-defined]
    def __init__(self, world: World, key: object, label: str, typecode: str, values: Any) -> None:
        super().__init__(world, key, label, managed.Array(managers.Array(typecode, values)))  # type: ignore[attr-defined]


class ValueProxy(Kept, managers.ValueProxy):  # type: ignore[type-arg]
    def __init__(self, world: World, key: object, label: str, typecode: Any, value: Any = 0) -> None:
        super().__init__(world, key, label, managed.Value(typecode, copied(value)))


class NamespaceProxy(Kept, managers.NamespaceProxy):  # type: ignore[misc, name-defined]
    """A target sees the attributes that are kept, whatever this class has; the engine, and what begins with an
    underscore, sees this class's."""

    def __init__(self, world: World, key: object, label: str, value: Mapping[str, Any] | None = None) -> None:
        super().__init__(world, key, label, managed.Namespace(dict(copied(value or {}))))

    def __getattribute__(self, name: str) -> Any:
        if name[0] == "_" or here.strand is None:
            return object.__getattribute__(self, name)
        try:
            return self._callmethod("__getattribute__", (name,))
        except AttributeError as error:
            self.__dict__["_refused"] = error
            raise

    def __getattr__(self, name: str) -> Any:
        # Python comes here once the server has said that there is none, which is not asked again.
        if name[0] == "_" or here.strand is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise self.__dict__.pop("_refused")

    def _callmethod(self, methodname: str, args: Any = (), kwds: Any = _NO_KEYWORDS) -> Any:
        cell = object.__getattribute__(self, "cell")
        return copied(perform(cell, Operation(methodname, (copied(args), kwds))))


def contents(value: object) -> object:
    """``value`` with every proxy in it replaced by what it stands for."""
    if isinstance(value, Kept):
        return object.__getattribute__(value, "final")()
    if type(value) is dict:
        return {key: contents(item) for key, item in value.items()}
    if type(value) is list:
        return [contents(item) for item in value]
    return tuple(map(contents, value)) if type(value) is tuple else value


# What blocks: the calls are the models' own operations.


def _of_acquirers(function: Any) -> Any:
    """``function`` under the name that errors tell of it."""
    copy = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    copy.__qualname__ = f"AcquirerProxy.{function.__name__}"
    return copy


class AcquirerProxy(ThreadLocking, Proxy, managers.AcquirerProxy):  # type: ignore[misc, name-defined]
    _model: Callable[..., Model] = staticmethod(lock_model)
    acquire, release = _of_acquirers(ThreadLocking.acquire), _of_acquirers(ThreadLocking.release)

    def __init__(self, world: World, key: object, label: str, *permits: int, **named: int) -> None:
        self.cell = world.add_cell(key, label, self._model(*permits, **named))


class LockProxy(AcquirerProxy):
    """``Manager().Lock()``."""


def _by_holder(operation: Callable[..., Any]) -> Any:
    """``operation``, where it matters who has the lock: refused after the end of a process that has it."""

    @functools.wraps(operation)
    def perform(self: Any, *given: Any, **keywords: Any) -> Any:
        def refuse(world: World, _: Process) -> None:
            refuse_to_inherit(world, self.cell)

        try:
            result = operation(self, *given, **keywords)
        except RuntimeError:
            here.world.do(refuse)
            raise
        if result is False:
            here.world.do(refuse)
        return result

    return perform


class RLockProxy(AcquirerProxy):
    """``Manager().RLock()``: the server has a thread for each process, so that it knows whose it is."""

    acquire = _by_holder(AcquirerProxy.acquire)
    release = _by_holder(AcquirerProxy.release)
    genuine = staticmethod(threading.RLock)
    _model = staticmethod(rlock_model)


class SemaphoreProxy(ThreadCounting, AcquirerProxy):
    _model = staticmethod(semaphore_model)


class BoundedSemaphoreProxy(ThreadCounting, AcquirerProxy):
    _model = staticmethod(bounded_semaphore_model)


for _kind in (LockProxy, RLockProxy, SemaphoreProxy, BoundedSemaphoreProxy):
    _kind._typeid = _kind.__name__.removesuffix("Proxy")  # type: ignore[method-assign]
    _kind.__name__ = _kind.__qualname__ = AcquirerProxy.__name__  # There is but one class of them, as errors tell.


class ConditionProxy(Waiting, AcquirerProxy, managers.ConditionProxy):  # type: ignore[misc, name-defined]
    def __init__(self, world: World, key: object, label: str, lock: Any = None) -> None:
        self._part = ThreadCondition()
        if lock is None:
            self.cell = add_guarded(world, key, label, Owned(rlock_error()), self._part, is_primary=False)
        else:
            self.cell = join_guarded(world, lock, label, self._part)

    acquire = _by_holder(AcquirerProxy.acquire)
    release = _by_holder(AcquirerProxy.release)
    wait = _by_holder(Waiting.wait)
    notify = _by_holder(Waiting.notify)
    notify_all = _by_holder(Waiting.notify_all)


class EventProxy(Flagging, Proxy, managers.EventProxy):  # type: ignore[misc, name-defined]
    def __init__(self, world: World, key: object, label: str) -> None:
        self.cell = world.add_cell(key, label, EventModel(keeps_word=True))


class BarrierProxy(Meeting, Proxy, managers.BarrierProxy):  # type: ignore[misc, name-defined]
    def __init__(self, world: World, key: object, label: str, parties: int, timeout: float | None = None) -> None:
        self._parties, self._timeout = parties, timeout
        self.cell = world.add_cell(key, label, BarrierModel(parties))
