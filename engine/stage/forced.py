"""Have a process do what a schedule says, when it says so: what it does to what it shares, prints, and its end.

Everything it does stays real; only when it does so is not its own choice. That is what a slow machine might do to it
as well, so whatever comes of a run that was forced can come of one that was not. Time-outs that the schedule has fire
do so at once, and sleeps, which order nothing, are left out.
"""

from __future__ import annotations

import functools
import inspect
import os
import random
import sys
import time
from collections.abc import Callable
from multiprocessing import connection, managers, queues, reduction, synchronize
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn

from . import output, points, turns, watching
from .baton import Baton
from .faults import Say
from .turns import Astray, Strand

_SAME = {
    "notify_all": "notify",
    "send_bytes": "send",
    "recv_bytes": "recv",
    "recv_bytes_into": "recv",
    "get_nowait": "get",
    "put_nowait": "put",
}
"""Operations that are the same step in simulation."""

_TRANSPARENT = frozenset(("wait_for",))
_READING = frozenset(("count", "index"))
"""Operations that are no step themselves: those that they call are. The second are so where all they do is to read one
item after the other."""

_OPTIONAL = frozenset(("close", "join_thread", "cancel_join_thread"))
"""Operations that are a step only where others could see it."""

_STREAMS = {1: "stdout", 2: "stderr"}

_AT_ONCE: dict[str, Callable[..., tuple[Any, ...]]] = {
    "acquire": lambda *given: (False,),
    "get": lambda *given: (False,),
    "poll": lambda *given: (0.0,),
    "put": lambda item, *given: (item, False),
}
"""What operations are given whose time-out fires, where they have no semaphore that does so itself."""


class Holding:
    """Has each operation wait for its turn."""

    thing = staticmethod(points.hold)

    def operation(self, name: str, operation: str, function: Any, own: int) -> Any:
        is_step = operation not in (_READING if name in points.READ_ONE_BY_ONE else _TRANSPARENT)
        if not is_step:
            return function
        step = _SAME.get(operation, operation)
        if name in points.FOR_THREADS:
            return _of_ones_own(step, function)

        fits, is_over = _fitting(function), sys.is_finalizing

        @functools.wraps(function)
        def perform(*given: Any, **keywords: Any) -> Any:
            if is_over():  # What an interpreter destroys as it ends finds this module empty.
                return function(*given, **keywords)
            strand = turns.here()
            if strand is None or strand.is_inside or _is_refused(operation, given) or not fits(*given, **keywords):
                return function(*given, **keywords)
            begin = functools.partial(_begin, strand, name, operation, _named(step, given))
            if own and _pickles_first(operation, given[0]):
                strand.once_pickled = begin
            else:
                begin()
            try:
                if own and strand.current and strand.current.is_late and _has_no_semaphore(operation, given[0]):
                    return function(given[0], *_AT_ONCE[operation](*given[1:], *keywords.values()))
                return function(*given, **keywords)
            finally:
                strand.once_pickled = None
                if strand.is_inside:
                    if own and hasattr(type(given[0]), "_callmethod"):
                        strand.catch_up()
                        _note_lateness(strand, operation, given)
                    strand.end()
                    strand.linger()

        return perform


def _fitting(function: Any) -> Callable[..., bool]:
    """Says whether ``function`` can be given such arguments: where it cannot, to call it is no step."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # It is written in C, and says nothing of that.
        return lambda *given, **keywords: True

    def fits(*given: Any, **keywords: Any) -> bool:
        try:
            signature.bind(*given, **keywords)
        except TypeError:
            return False
        return True

    return fits


def _begin(strand: Strand, name: str, operation: str, step: str) -> None:
    try:
        strand.begin(points.owner(name, operation), step, operation in _OPTIONAL)
    except Astray as astray:
        strand.say("astray", place=astray.place, did=f"{name}.{operation}")
        strand.baton.wait_until_over()  # Which never comes: the run is ended.


def _note_lateness(strand: Strand, operation: str, given: tuple[Any, ...]) -> None:
    """The time of a ``wait`` in a manager is over: its user asks the clock whether to wait any longer."""
    if operation == "wait" and strand.current is not None and strand.current.is_late:
        strand.lateness_s += given[1] or 0.0


def _pickles_first(operation: str, thing: Any) -> bool:
    """Whether the operation is no step where what it is given cannot be pickled."""
    if operation == "send":
        return hasattr(type(thing), "recv_bytes")
    return hasattr(type(thing), "_callmethod") or (operation == "put" and isinstance(thing, queues.SimpleQueue))


def _asks_to_connect(request: Any) -> bool:
    """What a proxy sends before its first request (``managers.BaseProxy._connect``)."""
    return type(request) is tuple and request[:1] == (None,) and request[1:2] == ("accept_connection",)


class _Pickler(reduction.ForkingPickler):
    """The pickler of connections and queues, after which an operation begins that could have failed here."""

    @classmethod
    def dumps(cls, obj: Any, protocol: int | None = None) -> Any:
        data = super().dumps(obj, protocol)
        strand = turns.here()
        if strand is not None and strand.once_pickled is not None and not _asks_to_connect(obj):
            begin, strand.once_pickled = strand.once_pickled, None
            begin()
        return data


def _of_ones_own(step: str, function: Any) -> Any:
    """An operation that nobody else can see has no turn; but an interrupt may come there."""

    @functools.wraps(function)
    def perform(*given: Any, **keywords: Any) -> Any:
        strand = turns.here()
        if strand is None or strand.is_inside:
            return function(*given, **keywords)
        strand.meet(step)
        try:
            return function(*given, **keywords)
        finally:
            strand.linger()

    return perform


def _has_no_semaphore(operation: str, thing: Any) -> bool:
    return operation in _AT_ONCE and (operation == "poll" or hasattr(type(thing), "_callmethod"))


def _named(step: str, given: tuple[Any, ...]) -> str:
    """An attribute of a manager's barrier is read under its own name."""
    is_attribute = step == "read" and hasattr(type(given[0]), "n_waiting")
    return str(given[1]) if is_attribute else step


def _is_refused(operation: str, given: tuple[Any, ...]) -> bool:
    """Whether an operation is no step: it reads what never changes, or does nothing but raise, for what it is on is
    closed."""
    thing, index = (*given, None, None)[:2]
    kind = type(thing)
    if hasattr(kind, "_callmethod"):
        return operation == "iter" or (index == "parties" and hasattr(kind, "n_waiting"))
    if hasattr(kind, "recv_bytes"):
        if operation == "close":
            return bool(thing.closed)
        is_open = not thing.closed and (thing.writable if operation.startswith("send") else thing.readable)
        return not is_open and operation != "recv"  # Which is a step also where it does nothing but raise.
    if operation == "empty":
        return isinstance(thing, queues.SimpleQueue) and bool(thing._reader.closed)  # type: ignore[attr-defined]
    return operation in ("put", "get") and bool(getattr(thing, "_closed", False))


class Part(NamedTuple):
    """What one process has to do with a forced run. Passing it on prepares the process that it arrives in."""

    baton: Baton
    process: str

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, tuple(self)

    def begin(self, say: Say) -> None:
        """From now on the calling thread is this process's own line; ``say`` tells the supervisor where it strays."""
        prepare()
        score = self.baton.score
        number = score.processes.index(self.process) + 1 if self.process in score.processes else 0
        random.seed(f"{score.seed} {number}")  # As the simulation has it.
        strand = turns.begin(self.baton, self.process)
        strand.is_asleep_at_the_end = self.process in score.asleep
        strand.say = say

    def retire(self) -> None:
        """What the calling thread does to what is shared has no part in the score any more."""
        strand = turns.here()
        if strand is not None:
            strand.is_inside = True

    def pause(self) -> None:
        """The target is over, and nobody knows yet with what."""
        strand = turns.here()
        if strand is not None and strand.go_on("", "pause"):
            strand.end()
            strand.linger()

    def be_over(self) -> None:
        """The target is over, whatever it came to: what follows makes it known that the process is about to end."""
        strand = turns.here()
        if strand is not None:
            strand.note(turns.EXITING)
            if strand.next is not None and strand.next.is_fault and strand.next.following == turns.EXITING:
                strand.go_on("", turns.EXITING)  # A feeder that fails after that gives up, and says nothing.

    def leave(self) -> None:
        """This process is about to end: it does when it is its turn to."""
        leave()


def _arrived(baton: Baton, process: str) -> Part:
    prepare()
    return Part(baton, process)


def leave() -> None:
    strand = turns.here()
    if strand is not None:
        strand.linger()
        strand.note("pause")
        strand.go_on("", "exit")


def prepare() -> None:
    """Put the functions that wait for a turn in the place of the interpreter's own. Before any target is loaded."""
    watching.hold = Holding()
    output.before_writing = _before_writing
    time.sleep = _sleep  # type: ignore[assignment]
    os.write = _write
    os._exit = _exit
    connection._ForkingPickler = queues._ForkingPickler = _Pickler  # type: ignore[attr-defined]
    synchronize.time = managers.time = SimpleNamespace(monotonic=_monotonic_s)  # type: ignore[attr-defined]


_real_sleep, _real_write, _real_exit, _real_monotonic_s = time.sleep, os.write, os._exit, time.monotonic


def _sleep(seconds: float) -> None:
    strand = turns.here()
    if strand is not None:
        strand.linger()
    if strand is None or seconds < 0:
        _real_sleep(seconds)
    elif strand.go_on("", "sleep"):
        strand.end()
    elif strand.is_asleep_at_the_end and strand.next is None:
        strand.baton.wait_until_over()
        _real_sleep(seconds)


def _monotonic_s() -> float:
    strand = turns.here()
    return _real_monotonic_s() + (strand.lateness_s if strand else 0.0)


def _before_writing(fd: int, length: int) -> Callable[[], None]:
    strand = turns.here()
    if strand is None:
        return _nothing
    if not strand.baton.score.has_output:
        if not strand.is_inside and strand.go_on("", "pause"):
            strand.end()
        return _nothing
    stream = _STREAMS[fd]
    strand.written[stream] += length
    is_step = False
    while strand.granted[stream] < strand.written[stream] and strand.go_on("", stream):
        strand.granted[stream] += strand.current.size if strand.current else 0
        is_step = True
    return strand.end if is_step else _nothing


def _nothing() -> None:
    pass


def _write(fd: int, data: Any) -> int:
    over = _before_writing(fd, len(data)) if fd in _STREAMS else _nothing
    written = _real_write(fd, data)
    over()
    return written


def _exit(status: int) -> NoReturn:
    leave()
    _real_exit(status)
