"""Let the stack of a process that waits for a manager say for which of its primitives.

The kernel shows no more than a socket, which is the same for all that a manager keeps. So each call on a proxy of a
primitive goes through a function that bears the primitive's own name, made up here, and the stack shows it. Nothing is
written down meanwhile, and the proxies stay what they are.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

Key = tuple[object, str]
"""Where a manager is, and what it calls the object."""

_callers: dict[Key, Callable[..., Any]] = {}


def calls(shared: Mapping[str, object]) -> dict[Key, tuple[str, str]]:
    """For each primitive that is kept by a manager: what its calls' function is named, and its own name."""
    proxies = {name: built for name, built in shared.items() if hasattr(type(built), "_callmethod")}
    return {_key(proxy): (f"proxy_{number}", name) for number, (name, proxy) in enumerate(proxies.items())}


def announce(named: Mapping[Key, tuple[str, str]]) -> None:
    """From now on calls in this process, and what it forks, go through functions that are named so."""
    managers: Any = sys.modules.get("multiprocessing.managers")
    if not named or managers is None:  # Then it has no proxy.
        return
    call = managers.BaseProxy._callmethod
    if not hasattr(call, "__wrapped__"):
        managers.BaseProxy._callmethod = _through_callers(call)
    call = getattr(call, "__wrapped__", call)
    _callers.update((key, _renamed(_caller(call), function)) for key, (function, _) in named.items())


def _key(proxy: Any) -> Key:
    token = object.__getattribute__(proxy, "_token")
    return token.address, token.id


def _through_callers(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def through(self: Any, methodname: str, args: Any = (), kwds: Any = {}) -> Any:  # noqa: B006, as it is declared there
        return _callers.get(_key(self), call)(self, methodname, args, kwds)

    return through


def _caller(call: Callable[..., Any]) -> Any:
    def caller(self: Any, methodname: str, args: Any, kwds: Any) -> Any:
        return call(self, methodname, args, kwds)

    return caller


def _renamed(function: Any, name: str) -> Any:
    names = {"co_name": name, "co_qualname": name}
    code = function.__code__.replace(**{key: value for key, value in names.items() if hasattr(function.__code__, key)})
    return FunctionType(code, function.__globals__, name, None, function.__closure__)
