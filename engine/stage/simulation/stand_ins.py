"""What stands in the place of the interpreter's own functions while simulated processes run.

The interpreter of a simulation runs nothing else, so its modules are changed for good: whoever calls ``time.sleep``,
be it a target or a library that it uses, gets the simulated process's. What the simulation cannot do is refused where
it is called (``refused.py``). The engine's own code, outside of every process, gets the real thing.
"""

from __future__ import annotations

import abc
import atexit
import builtins
import collections
import dataclasses
import functools
import importlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing import connection, context
from types import BuiltinFunctionType, CodeType
from typing import Any

from . import deaths, handlers, output
from . import here as place
from .addresses import of_addresses
from .belongings import Path, changing
from .caches import wrapper_of
from .chance import OF_GENERATORS, OF_RANDOM, of_the_system
from .clocks import OF_TIME, of_datetime, put_into_datetime
from .ending import exit_at_once
from .here import here, perform
from .importing import imported, module_imported, reloaded
from .makers import MAKERS
from .objects import fifo, processes, wait
from .output import Stream
from .process import STDERR, STDOUT, Process, server_pid_of
from .refusal import NotSimulated
from .refused import refuse_audited, refused
from .standing import standing_for
from .system import KERNEL
from .world import DEATHS, KILLS


def install() -> None:
    """Put everything in its place, once for this interpreter."""
    builtins.__import__ = imported
    sys.stdout, sys.stderr = Stream(STDOUT, sys.stdout), Stream(STDERR, sys.stderr)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc, assignment]
    for module, functions in (*_FUNCTIONS.items(), *changing(), *refused()):
        _put(module, functions)
    put_into_datetime({name: _either(f"datetime.{name}", *functions) for name, functions in of_datetime().items()})
    for name, make in MAKERS.items():
        for owner in (context.BaseContext, multiprocessing):
            setattr(owner, name, _made_by(getattr(owner, name), make, owner is multiprocessing))
    setattr(multiprocessing, "Process", processes.Process)  # noqa: B010, it is a class, and this another one
    context.ForkContext.Process = processes.ForkProcess
    context.SpawnContext.Process = processes.SpawnProcess
    context.ForkServerContext.Process = processes.ForkServerProcess
    _put(builtins, {"open": _open})
    vars(builtins).update(of_addresses())
    _put(multiprocessing, {"active_children": lambda _: processes.active_children()})
    _put(connection, {"wait": lambda _, *given, **keywords: wait.wait(*given, **keywords)})
    # What makes classes of text does so for each process of each run, and compiling is most of its work.
    vars(dataclasses)["exec"] = _run_text
    vars(collections)["eval"] = _evaluate_text
    sys.path = Path(sys.path)
    sys.addaudithook(refuse_audited)
    sys.unraisablehook = _lost


@functools.lru_cache(maxsize=1_000)
def _compiled(text: str, mode: str) -> CodeType:
    return compile(text, "<string>", mode, dont_inherit=True)


def _run_text(text: str, *names: Any) -> None:
    exec(_compiled(text, "exec"), *names)


def _evaluate_text(text: str, *names: Any) -> Any:
    return eval(_compiled(text, "eval"), *names)


def _lost(error: sys.UnraisableHookArgs) -> None:
    """What a destructor raises. When its run is over it concerns nobody, and nobody reads what would be written."""
    if place.process() is not None:
        sys.__unraisablehook__(error)


def _put(module: Any, functions: Mapping[str, Callable[..., Any]]) -> None:
    """Have ``functions`` stand for those of ``module``, as far as this interpreter has them."""
    for name, function in functions.items():
        if hasattr(module, name):
            real = getattr(module, name)
            stand_in = _either(f"{module.__name__}.{name}", real, function)
            setattr(module, name, stand_in)
            # Where it comes from, too: there it is looked for by who unpickles it.
            home = sys.modules.get(getattr(real, "__module__", None) or "")
            if getattr(home, name, None) is real:
                setattr(home, name, stand_in)


def _made_by(real: Any, make: Callable[..., Any], is_bound: bool) -> Any:
    """What makes a primitive: a method of contexts, and a function of ``multiprocessing``."""
    if is_bound:
        return _either(real.__name__, real, lambda _, *given, **keywords: make(*given, **keywords))

    @functools.wraps(real)
    def method(self: Any, *given: Any, **keywords: Any) -> Any:
        is_ours = place.caller(real.__name__) is None
        return real(self, *given, **keywords) if is_ours else make(*given, **keywords)

    return method


def _either(name: str, real: Any, function: Callable[..., Any]) -> Any:
    @functools.wraps(real)
    def called(*given: Any, **keywords: Any) -> Any:
        process = place.caller(name)
        return real(*given, **keywords) if process is None else function(process, *given, **keywords)

    return standing_for(real, called) if isinstance(real, BuiltinFunctionType) else called


# The system


def _pid(process: Process) -> int:
    here.world.life.note_pid(sys._getframe(3))
    return process.pid


def _parent_pid(process: Process) -> int:
    if process.parent is None:
        return 1
    here.world.life.note_pid(sys._getframe(2))
    return server_pid_of(process.parent.number) if _is_served() else process.parent.pid


def _is_served() -> bool:
    """Whether who starts a process has a fork server do so."""
    return bool(here.world.life.plan.start_method == "forkserver")


def _abort(process: Process) -> None:
    _kill(process, process.pid, signal.SIGABRT)


def _kill(process: Process, pid: int, number: int) -> None:
    life = here.world.life
    victim = next((one for one in life.by_number.values() if one.pid == pid), None)
    if victim is None:
        if _is_served() and pid in map(server_pid_of, life.by_number):
            raise NotSimulated("a signal to a fork server")
        raise ProcessLookupError(3, "No such process")
    if number == 0:
        return
    if number not in _DEADLY:
        raise NotSimulated(f"the signal {signal.Signals(number).name}")
    life.observes = True
    here.world.looked_into |= {KILLS} if victim is process else {KILLS, DEATHS}
    perform(KERNEL, deaths.kill(here.world, victim.number, -int(number), is_closed=victim is process))
    if victim is process:
        here.hub.switch()


_DEADLY = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGHUP})


def _write(process: Process, fd: int, data: bytes) -> int:
    if fd not in (STDOUT, STDERR):
        raise NotSimulated("os.write")
    output.emit_at_once(process, fd, bytes(data).decode(errors="backslashreplace"))
    return len(data)


def _open(process: Process, file: Any, mode: str = "r", *given: Any, **keywords: Any) -> Any:
    if isinstance(file, str) and file in here.world.fifos:
        return fifo.opened(file, mode)
    return _real_open(file, mode, *given, **keywords)


_real_open = builtins.open


def _at_exit(process: Process, function: Callable[..., Any], *given: Any, **keywords: Any) -> Any:
    process.at_exit.append(functools.partial(function, *given, **keywords))
    return function


def _not_at_exit(process: Process, function: Callable[..., Any]) -> None:
    process.at_exit = [one for one in process.at_exit if getattr(one, "func", None) != function]


def _register(process: Process, base: Any, kind: Any) -> Any:
    library = here.world.life.library
    if not any(library.owns(getattr(one, "__module__", None) or "") for one in (base, kind)):
        raise NotSimulated(f"registering {kind.__qualname__} with {base.__qualname__} in one process alone")
    return _real_register(base, kind)


_real_register = abc.ABCMeta.register


_real_context = multiprocessing.get_context


def _current_process(process: Process) -> Any:
    return here.world.life.handle(process)


def _parent_process(process: Process) -> Any:
    has_parent = process.parent is not None and process.has_begun
    return here.world.life.parent_handle(process) if has_parent else None


_FUNCTIONS: dict[Any, dict[str, Callable[..., Any]]] = {
    time: OF_TIME,
    random: OF_RANDOM,
    random.Random: OF_GENERATORS,
    os: {
        "getpid": lambda process: _pid(process),
        "getppid": _parent_pid,
        "_exit": exit_at_once,
        "abort": _abort,
        "kill": _kill,
        "write": _write,
        "urandom": of_the_system,
    },
    signal: {"signal": handlers.handle, "getsignal": handlers.handler_of},
    functools: {"_lru_cache_wrapper": wrapper_of},
    atexit: {"register": _at_exit, "unregister": _not_at_exit},
    importlib: {
        "import_module": module_imported,
        "__import__": lambda process, *given, **keywords: imported(*given, **keywords),
        "reload": reloaded,
    },
    abc.ABCMeta: {"register": _register},
    multiprocessing: {
        "current_process": _current_process,
        "parent_process": _parent_process,
        "get_start_method": lambda process, allow_none=False: here.world.life.plan.start_method,
        "get_context": lambda process, method=None: _real_context(method or here.world.life.plan.start_method),
    },
}
