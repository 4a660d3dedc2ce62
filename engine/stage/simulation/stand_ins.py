"""What stands in the place of the interpreter's own functions while simulated processes run.

The interpreter of a simulation runs nothing else, so its modules are changed for good: whoever calls ``time.sleep``,
be it a target or a library that it uses, gets the simulated process's. What the simulation cannot do is refused where
it is called (``refused.py``). The engine's own code, outside of every process, gets the real thing.
"""

from __future__ import annotations

import atexit
import builtins
import functools
import gc
import importlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing import connection, context
from typing import Any

from ...models.model import Operation
from . import here as place
from . import output
from .belongings import Path, changing
from .here import collect_as_nobody, here, perform
from .library import imported
from .makers import MAKERS
from .objects import fifo, processes, wait
from .output import Stream
from .process import STDERR, STDOUT, Process
from .refusal import NotSimulated
from .refused import refuse_audited, refused
from .system import CLOCK, KERNEL
from .world import KILLS

START_S = 1_000.0
"""What the clocks show at first."""

TICK_S = 1e-6
"""How much later it is at each look at a clock; twice as much at each further one, so that no deadline is out of
reach of who looks again and again."""

_ENDLESS = Operation("sleep")


def install() -> None:
    """Put everything in its place, once for this interpreter."""
    builtins.__import__ = imported
    sys.stdout, sys.stderr = Stream(STDOUT, sys.stdout), Stream(STDERR, sys.stderr)
    for module, functions in (*_FUNCTIONS.items(), *changing(), *refused()):
        _put(module, functions)
    _put(random, {name: _drawing(name) for name in _OF_RANDOM})
    for name, make in MAKERS.items():
        for owner in (context.BaseContext, multiprocessing):
            setattr(owner, name, _made_by(getattr(owner, name), make, owner is multiprocessing))
    setattr(multiprocessing, "Process", processes.Process)  # noqa: B010, it is a class, and this another one
    context.ForkContext.Process = processes.ForkProcess
    context.SpawnContext.Process = processes.SpawnProcess
    context.ForkServerContext.Process = processes.ForkServerProcess
    _put(builtins, {"open": _open})
    _put(multiprocessing, {"active_children": lambda _: processes.active_children()})
    _put(connection, {"wait": lambda _, *given, **keywords: wait.wait(*given, **keywords)})
    sys.path = Path(sys.path)
    sys.addaudithook(refuse_audited)
    sys.unraisablehook = _lost


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

    return called


# Time


def _sleep(process: Process, seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    world = here.world
    if world.is_virtual:
        perform(CLOCK, _ENDLESS._replace(patience_s=float(seconds)))
        return
    for queue in process.feeders:
        queue.let_feeder_look()
    process.slept_s += seconds
    if process.slept_s > world.life.plan.timeout_s:
        # No real run would come to an end of it.
        process.is_asleep = True
        perform(CLOCK, _ENDLESS)


def _clock_s(process: Process) -> float:
    world = here.world
    if not _is_for_a_log(sys._getframe(2)):
        world.life.reads_clock = True
        world.doubts.add("a target reads the clock, and may do otherwise at other times")
    process.clock_reads += 1
    process.ticks_s += TICK_S * 2 ** min(process.clock_reads, 40) if process.clock_reads > _EVEN_TICKS else TICK_S
    return START_S + (world.now_s if world.is_virtual else process.slept_s) + process.ticks_s


def _is_for_a_log(frame: Any) -> bool:
    """Whether it is ``logging`` that asks, which writes down what the clock shows and does nothing otherwise."""
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return bool(frame.f_globals.get("__name__") == "logging")


_EVEN_TICKS = 100


def _clock_ns(process: Process) -> int:
    return int(_clock_s(process) * 1e9)


# The system


def _pid(process: Process) -> int:
    here.world.life.note_pid(sys._getframe(3))
    return process.pid


def _exit_at_once(process: Process, status: int) -> None:
    code = status & 0xFF
    if process.feeders:
        here.world.looked_into.add(KILLS)  # A feeder that ends in the middle of writing keeps its lock.
    perform(KERNEL, Operation("exit", (code,)))
    process.exitcode = code
    process.is_gone = True
    here.hub.switch()  # Nobody switches back.


def _abort(process: Process) -> None:
    _kill(process, process.pid, signal.SIGABRT)


def _kill(process: Process, pid: int, number: int) -> None:
    life = here.world.life
    victim = next((one for one in life.by_number.values() if one.pid == pid), None)
    if victim is None:
        raise ProcessLookupError(3, "No such process")
    if number == 0:
        return
    if number not in _DEADLY:
        raise NotSimulated(f"the signal {signal.Signals(number).name}")
    life.observes = True
    here.world.looked_into.add(KILLS)
    perform(KERNEL, Operation("kill", (victim.number, -int(number))))
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


def _import_module(process: Process, name: str, package: str | None = None) -> Any:
    if not name.startswith(".") and here.world.life.library.owns(name):
        return here.world.life.library.load(process, name)
    return _real_import_module(name, package)


_real_import_module = importlib.import_module


def _collect(process: Process, *given: Any, **keywords: Any) -> int:
    """Who asks for it does it himself, unlike the collection that comes at any moment."""
    if collect_as_nobody not in gc.callbacks:
        return _real_collect(*given, **keywords)  # Somebody is at it already.
    gc.callbacks.remove(collect_as_nobody)
    try:
        return _real_collect(*given, **keywords)
    finally:
        gc.callbacks.append(collect_as_nobody)


_real_collect = gc.collect


def _current_process(process: Process) -> Any:
    return here.world.life.handle(process)


def _parent_process(process: Process) -> Any:
    return None if process.parent is None else here.world.life.parent_handle(process)


_FUNCTIONS: dict[Any, dict[str, Callable[..., Any]]] = {
    time: {
        "sleep": _sleep,
        **dict.fromkeys(("time", "monotonic", "perf_counter", "process_time", "thread_time"), _clock_s),
        **dict.fromkeys(("time_ns", "monotonic_ns", "perf_counter_ns", "process_time_ns"), _clock_ns),
    },
    os: {
        "getpid": lambda process: _pid(process),
        "getppid": lambda process: _pid(process.parent) if process.parent else 1,
        "_exit": _exit_at_once,
        "abort": _abort,
        "kill": _kill,
        "write": _write,
    },
    gc: {"collect": _collect},
    atexit: {"register": _at_exit, "unregister": _not_at_exit},
    importlib: {"import_module": _import_module},
    multiprocessing: {
        "current_process": _current_process,
        "parent_process": _parent_process,
        "get_start_method": lambda process, allow_none=False: here.world.life.plan.start_method,
    },
}

_OF_RANDOM = [
    "random",
    "uniform",
    "randint",
    "choice",
    "sample",
    "randrange",
    "triangular",
    "normalvariate",
    "lognormvariate",
    "expovariate",
    "vonmisesvariate",
    "gammavariate",
    "gauss",
    "betavariate",
    "paretovariate",
    "weibullvariate",
    "getstate",
    "setstate",
    "seed",
    "getrandbits",
    "shuffle",
    "choices",
    "randbytes",
    "binomialvariate",
]


def _drawing(name: str) -> Callable[..., Any]:
    """Random numbers come from a generator of each process's own, made from the run's seed."""

    def draw(process: Process, *given: Any, **keywords: Any) -> Any:
        if process.random is None:
            process.random = random.Random(f"{here.world.life.seed} {process.key}")
        process.is_seeded |= name in ("seed", "setstate") and bool(given or keywords)
        if not process.is_seeded:
            here.world.doubts.add("a target draws random numbers, and may do otherwise with others (--seed)")
        return getattr(process.random, name)(*given, **keywords)

    return draw
