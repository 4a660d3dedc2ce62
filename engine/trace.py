"""What was seen of one execution of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["completed", "deadlock", "timeout", "parent_died", "process_limit", "step_limit"]
"""``process_limit`` is of a run that had to be ended because it had become too many processes; ``step_limit`` is of the
simulation: the run was longer than it may be, and might have gone on."""


@dataclass(frozen=True)
class Raised:
    """An exception that a target did not catch.

    ``types`` are the names of its class and of every base class, nearest first, each as ``name`` and as
    ``module.name``, so that it can be expected by any of them.
    """

    type: str
    types: tuple[str, ...]
    message: str
    where: str | None

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class Returned:
    """What a target returned, as decoded by :mod:`engine.plain`."""

    value: object


@dataclass(frozen=True)
class WaitingFor:
    """What a process was blocked in when its run ended: the operation (``queue.get``), since when (seconds since the
    run began; when it was first seen so, where nothing is written down), on which line (``queue.yaml:15``), and what
    is known of who else has it (``taken by left``)."""

    operation: str
    since_s: float
    where: str
    who: str = ""


@dataclass(frozen=True)
class Event:
    """One operation of one process: on which primitive, with what, when (seconds since the run began), and what came.

    ``returned_s`` is None where it never returned; then it has neither a ``result`` nor an ``error``. Values are short
    texts.
    """

    process: str
    primitive: str
    operation: str
    arguments: str
    called_s: float
    returned_s: float | None
    result: str | None
    error: str | None


@dataclass(frozen=True)
class SimulatedStep:
    """One step of a run in simulation: which it was (from 1), who took it, on which primitive, and what came.

    ``thread`` is empty for the process's own line, or says what of it took the step instead (``feeder``);
    ``primitive`` is empty for what concerns none (the end of a process, a fault). ``result`` and ``error`` are None
    where the operation goes on. ``where`` is the line that called it (``queue.yaml:15``). ``blocked`` says who cannot
    go on after this step, and in what (``b.acquire``). Values are short texts.
    """

    number: int
    process: str
    thread: str
    primitive: str
    operation: str
    arguments: str
    result: str | None
    error: str | None
    where: str
    blocked: Mapping[str, str]


@dataclass(frozen=True)
class Strayed:
    """At which step a forced run did not do what it was to do, and what it did; ``is_certain`` where it was done, and
    was not only too slow."""

    text: str
    is_certain: bool


@dataclass(frozen=True)
class ProcessRun:
    """One process of a run; times are seconds since the run began, ``None`` for what did not happen.

    ``exitcode`` is what ``multiprocessing`` shows: negative for a signal. A thread has 0, or 1 if it raised.
    ``cut`` counts, for each stream, the bytes of its output that were dropped for length. ``waiting_for`` and
    ``stack`` (innermost call first) are those of a process that was still there when its run had to be ended;
    ``lines`` are the scenario's own among its calls, shortened (``queue.yaml:15 in consumer``).
    ``faults`` are those that struck it, such as ``kill worker before lock.release``.
    """

    name: str
    exitcode: int | None = None
    stdout: str = ""
    stderr: str = ""
    returned: Returned | None = None
    raised: Raised | None = None
    started_s: float | None = None
    ended_s: float | None = None
    cut: Mapping[str, int] = field(default_factory=dict)
    waiting_for: WaitingFor | None = None
    stack: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One execution: how it ended and all that it produced.

    ``calls`` has what the parent's own ``before`` and ``after`` returned or raised; its exit code and its output are
    the parent's. ``why`` says what ended a run that did not complete. ``stdout`` and ``stderr`` are everybody's text
    in order of arrival. ``strangers`` are processes that targets started for themselves and that were there when the
    run had to be ended. ``shared`` holds each primitive's final value, and is empty unless the run completed.
    ``leaks`` names what was left behind, and removed. ``unstruck`` are faults that had no occasion. ``trace`` is every
    operation, in the order in which they were called, of a run that was traced; ``events_cut`` counts those that were
    too many to keep. ``strayed`` says where a run that was forced did not follow its schedule.
    """

    ending: Ending
    why: str | None
    duration_s: float
    stdout: str
    stderr: str
    parent: ProcessRun
    calls: Mapping[str, ProcessRun]
    processes: Mapping[str, ProcessRun]
    shared: Mapping[str, object]
    leaks: tuple[str, ...]
    unstruck: tuple[str, ...] = ()
    trace: tuple[Event, ...] = ()
    events_cut: int = 0
    strangers: Mapping[str, ProcessRun] = field(default_factory=dict)
    strayed: Strayed | None = None
