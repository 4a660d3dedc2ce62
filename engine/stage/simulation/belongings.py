"""What of the interpreter is each process's own, although there is one interpreter for all: settings, and what it keeps
for the whole program. Whoever changes such a thing has it for himself from then on (``surroundings.py``)."""

from __future__ import annotations

import copyreg
import gc
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from multiprocessing import reduction
from multiprocessing.reduction import ForkingPickler
from typing import Any

from .collector import of_collector
from .here import here
from .logs import LOGGING, USED_BY
from .process import Process
from .refusal import NotSimulated
from .surroundings import Belonging, surroundings_of

Functions = dict[str, Callable[..., Any]]


def changing() -> Iterator[tuple[Any, Functions]]:
    """For modules and classes, what is to stand for functions of theirs that change what is each process's own; each is
    given the process that calls it."""
    for belonging, owner, names in _CHANGED_BY:
        yield owner, {name: _changing(belonging, getattr(owner, name)) for name in names.split()}
    yield sys, {"setrecursionlimit": _set_recursion_limit}
    yield gc, of_collector()
    yield time, {"tzset": _set_time_zone}
    yield os, {"putenv": _change_environment, "unsetenv": _change_environment}


def _changing(belonging: Belonging, function: Callable[..., Any]) -> Callable[..., Any]:
    def change(process: Process, *given: Any, **keywords: Any) -> Any:
        surroundings_of(process).own(belonging)
        return function(*given, **keywords)

    return change


# Settings

RECURSION_LIMIT = Belonging(sys.getrecursionlimit, sys.setrecursionlimit)
SWITCH_INTERVAL = Belonging(sys.getswitchinterval, sys.setswitchinterval)

_LEAST_RECURSION = 200
"""What the engine itself needs."""


def _set_recursion_limit(process: Process, limit: Any) -> None:
    if isinstance(limit, int) and 0 < limit < _LEAST_RECURSION:
        raise NotSimulated(f"a recursion limit of {limit}")
    surroundings_of(process).own(RECURSION_LIMIT)
    RECURSION_LIMIT.put(limit)


# The environment. Nobody but Python code reads it, so the system's is left alone.


def _put_environment(variables: dict[Any, Any]) -> None:
    kept: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]
    kept.clear()
    kept.update(variables)


def _environment() -> dict[Any, Any]:
    return dict(os.environ._data)  # type: ignore[attr-defined]


ENVIRONMENT = Belonging(_environment, _put_environment, is_sent=True, is_of_server=True)


def _change_environment(process: Process, *given: Any) -> None:
    """``os.environ`` calls it before it changes what it keeps. Raises NotSimulated for who calls it himself: what he
    changes is the system's, and only who is spawned would find it."""
    if sys._getframe(2).f_globals.get("__name__") != os.__name__:
        raise NotSimulated("os.putenv or os.unsetenv")
    surroundings_of(process).own(ENVIRONMENT)


def _set_time_zone(process: Process) -> None:
    """``_strptime`` asks for it, too, where nobody has changed anything."""
    own, common = ENVIRONMENT.take(), here.common.get(ENVIRONMENT)
    if common is not None and own.get(b"TZ") != common.get(b"TZ"):
        raise NotSimulated("a time zone of its own")


# Where modules are looked for


class Path(list[str]):
    """``sys.path``, of which no function tells that it is changed."""

    def __reduce__(self) -> Any:
        return list, ([*self],)


def _telling(name: str) -> Callable[..., Any]:
    change = getattr(list, name)

    def called(self: Path, *given: Any, **keywords: Any) -> Any:
        if here.strand is not None:
            surroundings_of(here.strand.process).own(PATH)
        return change(self, *given, **keywords)

    return called


for _name in (
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    *("__delitem__", "__iadd__", "__imul__", "__setitem__"),
):
    setattr(Path, _name, _telling(_name))

PATH = Belonging(lambda: [*sys.path], lambda folders: list.__setitem__(sys.path, slice(None), folders), is_sent=True)


# What is warned of

_OF_WARNINGS = ("filters", "onceregistry", "showwarning", "_showwarnmsg_impl")


def _warnings() -> tuple[Any, ...]:
    return tuple(getattr(warnings, name) for name in _OF_WARNINGS)


def _put_warnings(values: tuple[Any, ...]) -> None:
    for name, value in zip(_OF_WARNINGS, values, strict=True):
        setattr(warnings, name, value)


def _own_warnings(values: tuple[Any, ...]) -> tuple[Any, ...]:
    filters, once, *functions = values
    return [*filters], {**once}, *functions


WARNINGS = Belonging(_warnings, _put_warnings, _own_warnings)


# How objects of a class are pickled


def _take_reducers() -> tuple[dict[Any, Any], dict[Any, Any]]:
    return {**copyreg.dispatch_table}, {**ForkingPickler._extra_reducers}  # type: ignore[attr-defined]


def _put_reducers(reducers: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    for table, own in zip((copyreg.dispatch_table, ForkingPickler._extra_reducers), reducers, strict=True):  # type: ignore[attr-defined]
        table.clear()
        table.update(own)


REDUCERS = Belonging(_take_reducers, _put_reducers)


_CHANGED_BY: tuple[tuple[Belonging, Any, str], ...] = (
    (SWITCH_INTERVAL, sys, "setswitchinterval"),
    (LOGGING, logging, USED_BY),
    (WARNINGS, warnings, "simplefilter filterwarnings resetwarnings"),
    (WARNINGS, warnings.catch_warnings, "__enter__"),
    (REDUCERS, copyreg, "pickle"),
    (REDUCERS, ForkingPickler, "register"),
    (REDUCERS, reduction, "register"),
)
