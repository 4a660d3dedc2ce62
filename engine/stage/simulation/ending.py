"""How processes of a run end.

What a process does when its target has returned is what ``multiprocessing`` does then, in that order: daemons of its
own are ended, other children joined, what its feeders still have is written, and what it has printed.

Source: CPython, Lib/multiprocessing/process.py (``_bootstrap``), util.py (``_exit_function``), queues.py.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import greenlet

from .. import link
from . import complaints, deaths, output
from .here import go_on, here, perform
from .objects.processes import called, end_children
from .process import NOTHING, STDERR, STDOUT, Process
from .refusal import NotSimulated
from .surroundings import has_other_streams
from .system import KERNEL, PAUSE, SIGNALS
from .world import KILLS, ORPHANS

if TYPE_CHECKING:
    from .life import Life

_WANTS_BYTES = re.compile(
    r"bytes-like object.*( not '?(c_|memoryview)|, (memoryview|c_\w+) found)|object supporting the buffer API required"
    r"|can't concat (c_|memoryview)|cannot convert 'c_\w+' object to bytes|this type has no size"
)
"""What C says before 3.12 of memory that has no bytes, which the genuine one has."""


class Failure:
    """What a target has raised. Nothing else refers to it: with it goes all that its frames hold, such as a generator
    that has a lock, and when that is can be seen."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error: BaseException | None = None

    @property
    def exit_code(self) -> int:
        return 0 if self.error is None else complaints.exit_code(self.error)


def guarded(life: Life, process: Process, live: Callable[[], object]) -> Callable[[], None]:
    """The whole life of a process, in which ``live`` is its target's part."""

    def run() -> None:
        failure = Failure()
        try:
            live()
        except greenlet.GreenletExit:
            return
        except NotSimulated as refusal:
            life.refuse(refusal)
            return
        except BaseException as caught:
            failure.error = caught
        if isinstance(failure.error, TypeError) and _WANTS_BYTES.search(str(failure.error)):
            life.refuse(NotSimulated("memory that is seen as bytes").with_traceback(failure.error.__traceback__))
            return
        if process is not life.parent and _is_too_large(failure.error, life.plan.start_method == "spawn"):
            too_large = NotSimulated("an exit code that is no int of C")
            life.refuse(too_large.with_traceback(getattr(failure.error, "__traceback__", None)))
            return
        try:
            _leave(life, process, failure)
        except greenlet.GreenletExit:
            return
        except NotSimulated as refusal:
            life.refuse(refusal)
        except KeyboardInterrupt:
            life.refuse(NotSimulated("an interrupt of a process that is about to end"))

    return run


def _is_too_large(error: BaseException | None, is_program: bool) -> bool:
    """Whether what it ends with is an exit code that C does not take: that of a program is cut off from a long."""
    code = error.code if isinstance(error, SystemExit) else None
    most = 2**63 if is_program else 2**31
    return isinstance(code, int) and not -most <= code < most


def _leave(life: Life, process: Process, failure: Failure) -> None:
    if failure.error is not None:
        if process.pauses:
            go_on(SIGNALS, PAUSE)
        process.returned = NOTHING
        if process.has_begun:
            process.raised = process.raised or link.raised(failure.error)
    code = failure.exit_code
    if process is life.parent or not process.has_begun:
        code = _leave_as_program(life, process, failure)
    try:
        if process.feeders or process.children:
            _finish(process)
        if process is life.parent:
            life.end_daemons()
    except (greenlet.GreenletExit, NotSimulated):
        raise
    except BaseException as later:
        failure.error = later
        code = failure.exit_code
    _exit_whatever_comes(life, process, failure, code)


def _leave_as_program(life: Life, process: Process, failure: Failure) -> int:
    """Do what comes before the children of a program are waited for as its interpreter ends. Returns the exit code."""
    is_interrupted = isinstance(failure.error, KeyboardInterrupt) and not process.has_begun
    code = -signal.SIGINT if is_interrupted else failure.exit_code
    _tell(life, process, failure)
    if process is life.parent or life.plan.start_method == "spawn":
        _run_at_exit(process)
    return code


def exit_at_once(process: Process, status: int) -> None:
    """What ``os._exit`` does."""
    code = status & 0xFF
    if process.feeders:
        here.world.looked_into.add(KILLS)  # A feeder that ends in the middle of writing keeps its lock.
    if process.children:
        here.world.looked_into.add(ORPHANS)
    perform(KERNEL, deaths.exit_with(here.world, process, code))
    process.exitcode = code
    process.is_gone = True
    here.hub.switch()  # Nobody switches back.


def _exit_whatever_comes(life: Life, process: Process, failure: Failure, code: int) -> None:
    while not process.is_gone:
        try:
            _exit(life, process, failure, code)
            return
        except KeyboardInterrupt as late:
            # It came when all was over but that: of such a one nothing is told but the exit code. Only an interpreter
            # that runs nothing else tells of it, and ends as by the signal.
            failure.error, code = None, 1
            if life.plan.start_method == "spawn" and process is not life.parent:
                output.emit(process, STDERR, complaints.complaint(None, late))
                code = -signal.SIGINT


def _finish(process: Process) -> None:
    for queue in process.feeders:
        queue.end_process()
    if process.children:
        end_children()
    for queue in process.feeders:
        queue.join_feeder()


def _tell(life: Life, process: Process, failure: Failure) -> None:
    """Have ``process`` say what it failed with, and let go of that."""
    if isinstance(failure.error, SystemExit):
        if failure.error.code is not None and not isinstance(failure.error.code, int):
            say(process, f"{failure.error.code}\n")
    elif failure.error is not None:
        complain(life, process, failure.error)
    failure.error = None


def _exit(life: Life, process: Process, failure: Failure, code: int) -> None:
    _tell(life, process, failure)
    if process is not life.parent and process.has_begun:
        _flush(life, process)
    process.leaves_by_door = process is life.parent or life.plan.start_method == "spawn"
    # Who was forked leaves by a back door, which until 3.13 led past these.
    if sys.version_info >= (3, 13) or process.leaves_by_door:
        _run_at_exit(process)
    if process.leaves_by_door:  # What these have printed is lost otherwise, unless they have flushed it.
        _flush(life, process)
    is_left_behind = bool(process.feeders) and any(queue.is_left_behind() for queue in process.feeders)
    if is_left_behind:
        life.world.looked_into.add(KILLS)  # A feeder that ends in the middle of writing keeps its lock.
    if life.is_end_seen or is_left_behind:
        perform(KERNEL, deaths.exit_with(life.world, process, code))
    process.exitcode = code
    if process is life.parent:
        _leave_behind(life)


def _leave_behind(life: Life) -> None:
    """When the scenario's program is over, what targets have started and nobody has waited for is ended, and named."""
    for one in life.by_number.values():
        if one.number > len(life.plan.processes) and not one.is_gone and one.exitcode is None:
            life.left_behind.append("process")
            life.world.remove(one)
            life.world.doubts.add("what a process does that is left behind is not tried to its end")


def complain(life: Life, process: Process, error: BaseException) -> None:
    name = None if process is life.parent or not process.has_begun else called(process)
    say(process, complaints.complaint(name, error))


def say(process: Process, text: str) -> None:
    """Have ``process`` write ``text`` to what it has in the place of ``sys.stderr``."""
    if sys.stderr is here.stderr:
        output.emit(process, STDERR, text)
    elif sys.stderr is not None:
        with contextlib.suppress(Exception):
            sys.stderr.write(text)


def _run_at_exit(process: Process) -> None:
    """Those that are registered meanwhile are not run."""
    callbacks, process.at_exit = process.at_exit, []
    while callbacks:
        callback = callbacks.pop()
        try:
            callback()
        except (greenlet.GreenletExit, NotSimulated):
            raise
        except BaseException as error:
            say(process, f"{_FAILED_AT_EXIT.format(callback.func)}\n{complaints.complaint(None, error)}")


_FAILED_AT_EXIT = (
    "Exception ignored in atexit callback: {!r}" if sys.version_info >= (3, 11) else "Error in atexit._run_exitfuncs:"
)


def _flush(life: Life, process: Process) -> None:
    if has_other_streams():
        _flush_others()
    if process.kept:
        is_forked = process is not life.parent and life.plan.start_method != "spawn"
        output.flush(process, *(_in_place() if is_forked else ()))


def _flush_others() -> None:
    """What a process does at its end with what it has in the place of its streams (``util._flush_std_streams``)."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError):
            continue
        except Exception:
            raise NotSimulated("a flush of sys.stdout or sys.stderr that fails") from None


def _in_place() -> list[int]:
    """The streams that are what they were at first: those of all others are lost, with what is kept."""
    return [
        *([STDOUT] if sys.stdout is here.stdout else []),
        *([STDERR] if sys.stderr is here.stderr else []),
    ]
