"""What clocks show to a simulated process, and what sleeping is for it."""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import operator
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from ... import stage
from ...models.model import Operation
from .here import here, perform
from .process import Process
from .system import CLOCK
from .variation import THIS_ONE
from .waits import note_wait

_START_S = 1_000.0
"""What the clocks show at first."""

_date_s = THIS_ONE.date_s
"""How much later it is by those that tell the date: there are dates that some formats do not know."""

_tick_s = THIS_ONE.tick_s
"""How much later it is at each look at a clock; twice as much at each further one, so that no deadline is out of
reach of who looks again and again."""

_EVEN_TICKS = 100

_ENDLESS = Operation("sleep")

_LONGEST_S = (2**63 - 1) / 1e9
"""What fits into the system's count of nanoseconds."""

_local_time, _universal_time, _text, _ascii = time.localtime, time.gmtime, time.strftime, time.asctime
_sleep = time.sleep


def set_clocks(date_s: float, tick_s: float) -> None:
    """Have those that tell the date begin at ``date_s``, and all go on by ``tick_s`` at each look."""
    global _date_s, _tick_s
    _date_s, _tick_s = date_s, tick_s


def sleep(process: Process, seconds: float) -> None:
    if not isinstance(seconds, float):
        seconds = operator.index(seconds)
    if not 0 <= seconds <= _LONGEST_S:
        _sleep(seconds)  # It says what is wrong with that, in its version's words.
    world = here.world
    if world.is_virtual:
        perform(CLOCK, _ENDLESS._replace(patience_s=float(seconds)))
        return
    for queue in process.feeders:
        queue.let_feeder_look()
    if process.slept_s + seconds > world.timeout_s:
        # No real run would come to an end of it.
        process.is_asleep = True
        perform(CLOCK, _ENDLESS)
    note_wait(world, process, process.slept_s + seconds)
    process.slept_s += seconds


def _now_s(process: Process) -> float:
    """What clocks show that only run."""
    world = here.world
    if not _is_for_a_log(sys._getframe(1)):
        world.life.reads_clock = True
        if not world.is_virtual:
            world.doubts.add("a target reads the clock, and may do otherwise at other times")
    process.clock_reads += 1
    process.ticks_s += _tick_s * 2 ** min(process.clock_reads, 40) if process.clock_reads > _EVEN_TICKS else _tick_s
    return _START_S + (world.now_s if world.is_virtual else process.slept_s) + process.ticks_s


def _today_s(process: Process) -> float:
    """The same, of those that tell the date."""
    return _date_s + _now_s(process)


def _clock(process: Process, which: int) -> float:
    return _today_s(process) if which == time.CLOCK_REALTIME else _now_s(process)


def _in_ns(clock: Callable[..., float]) -> Callable[..., int]:
    return lambda process, *which: int(clock(process, *which) * 1e9)


def _is_for_a_log(frame: FrameType | None) -> bool:
    """Whether it is ``logging`` that asks, which writes down what the clock shows and does nothing otherwise."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(stage.__name__):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__") == "logging"


def _at(made: Callable[[float], Any]) -> Callable[..., Any]:
    """What is made of a time, by default of the present one."""
    return lambda process, seconds=None: made(_today_s(process) if seconds is None else seconds)


def _strftime(process: Process, form: str, moment: Any = None) -> str:
    return _text(form, _local_time(_today_s(process)) if moment is None else moment)


def _asctime(process: Process, moment: Any = None) -> str:
    return _ascii(_local_time(_today_s(process)) if moment is None else moment)


_CLOCKS: dict[str, Callable[..., float]] = {
    "time": _today_s,
    "clock_gettime": _clock,
    **dict.fromkeys(("monotonic", "perf_counter", "process_time", "thread_time"), _now_s),
}

OF_TIME: dict[str, Callable[..., Any]] = {
    "sleep": sleep,
    **_CLOCKS,
    **{f"{name}_ns": _in_ns(clock) for name, clock in _CLOCKS.items()},
    "localtime": _at(_local_time),
    "gmtime": _at(_universal_time),
    "ctime": _at(time.ctime),
    "strftime": _strftime,
    "asctime": _asctime,
}
"""What stands for functions of ``time``: each is given the process that calls it."""


# ``datetime``


def _now(process: Process, kind: Any, tz: Any = None) -> Any:
    return kind.fromtimestamp(_today_s(process), tz)


def _utcnow(process: Process, kind: Any) -> Any:
    return kind.fromtimestamp(_today_s(process), dt.timezone.utc).replace(tzinfo=None)


def of_datetime() -> dict[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """The class methods of ``datetime.datetime`` that read the clock: the real one, and what stands for it."""
    return {"now": (_unbound("now"), _now), "utcnow": (_unbound("utcnow"), _utcnow)}


def _unbound(name: str) -> Callable[..., Any]:
    real = vars(dt.datetime)[name]
    return lambda kind, *given, **keywords: real.__get__(None, kind)(*given, **keywords)


def put_into_datetime(functions: dict[str, Any]) -> None:
    """Have ``functions`` be class methods of that class, which is written in C and has no place for others.

    Another class in its place would be told apart, by who compares types, and by pickling.
    """
    (methods,) = (one for one in gc.get_referents(vars(dt.datetime)) if isinstance(one, dict))
    methods.update({name: classmethod(function) for name, function in functions.items()})
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(dt.datetime))
