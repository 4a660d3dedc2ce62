"""The collection of garbage. The engine has its own way with it, and targets are told what they would find without."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .here import collect_as_nobody, here
from .process import Process
from .refusal import NotSimulated
from .surroundings import Belonging, surroundings_of


def of_collector() -> dict[str, Callable[..., Any]]:
    """What stands for functions of ``gc``: each is given the process that calls it."""
    return {
        "collect": _collect,
        **{name: _told(getattr(gc, name)) for name in _TELLING.split()},
        **dict.fromkeys(("freeze", "unfreeze"), _do_nothing),
    }


_collector: Any = gc.isenabled(), gc.get_threshold()


def _take_collector() -> Any:
    return _collector


def _put_collector(told: Any) -> None:
    global _collector
    _collector = told


COLLECTOR = Belonging(_take_collector, _put_collector)
_TELLING = "enable disable isenabled set_threshold get_threshold"
_enable, _disable, _is_enabled = gc.enable, gc.disable, gc.isenabled
_set_threshold, _get_threshold = gc.set_threshold, gc.get_threshold


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(process: Process, *given: Any, **keywords: Any) -> Any:
        surroundings_of(process).own(COLLECTOR)
        with _told_of_collector():
            return function(*given, **keywords)

    return called


@contextmanager
def _told_of_collector() -> Iterator[None]:
    real = _is_enabled(), _get_threshold()
    _set_collector(_collector)
    try:
        yield
    finally:
        _put_collector((_is_enabled(), _get_threshold()))
        _set_collector(real)


def _set_collector(state: Any) -> None:
    is_enabled, thresholds = state
    (_enable if is_enabled else _disable)()
    _set_threshold(*thresholds)


def _do_nothing(process: Process) -> None:
    """What is left out of collections is there all the same."""


def _collect(process: Process, *given: Any, **keywords: Any) -> int:
    """Who asks for it does it himself, unlike the collection that comes at any moment. Raises NotSimulated where it
    finds something, and others have been there who may have left that."""
    if collect_as_nobody not in gc.callbacks:
        return _real_collect(*given, **keywords)  # Somebody is at it already.
    gc.callbacks.remove(collect_as_nobody)
    try:
        found = _real_collect(*given, **keywords)
    finally:
        gc.callbacks.append(collect_as_nobody)
    if found and any(one.number and one is not process for one in here.world.life.by_number.values()):
        raise NotSimulated("gc.collect() where it finds what another process may have left")
    return found


_real_collect = gc.collect
