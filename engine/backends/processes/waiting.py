"""What each process was doing when its run was ended: which primitive it waited for, in which operation, on which line.

The kernel says what a thread waits for, the stage which primitive that is part of, and Python's stack which operation
of whose line led there.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from ... import stage
from . import kernel
from .calls import Wait
from .partners import listed
from .stacks import Frame, Stack

_OPERATIONS = {"__enter__": "acquire", "__exit__": "release", "_wait_for_tstate_lock": "join", "_callmethod": "call"}
"""Functions of the standard library that its users call by another name."""

_BEHIND_THE_SCENES = {
    ("company.py", "perform"): "join",
    ("queues.py", "_finalize_join"): "join_thread",
    ("gate.py", "arrive"): "start_together",
}
"""Functions that wait where no line of the scenario called them: the parent for its processes, a process at its end for
what it has put, and at the start for the others."""

_OF_THE_KERNEL = {
    "futex": "acquire",
    "read": "recv",
    "write": "send",
    "poll": "wait",
    "child": "join",
    "accept": "accept",
    "open": "open",
}
"""What Python's functions are called that wait in C, by what they wait in."""


_CALLS_OF_PROXIES = os.path.join("stage", "proxies.py")
_WATCHERS = (*(os.path.join("stage", name) for name in ("journal.py", "watching.py")), _CALLS_OF_PROXIES)
_OURS = os.path.join(os.path.dirname(stage.__file__), "")
_NOBODYS_OWN = ("/site-packages/", "/lib/python", _OURS)


class Holder(NamedTuple):
    """Somebody who may hold a lock: a process, or a thread that stands in for one.

    ``thread`` is Python's number of its thread, where its process is not its own. ``semaphores`` are pairs of
    addresses: of a semaphore in its memory, and of the Python object for it.
    """

    pid: int
    thread: int | None
    semaphores: Sequence[tuple[int, int]]


class Handles:
    """Which primitive it is that the kernel calls by an inode, a descriptor's name or a path; and who holds it."""

    def __init__(self, parent_pid: int, told: Iterable[Sequence[str]], holders: Mapping[str, Holder]) -> None:
        self._names: dict[str | int, str] = {}
        self._holders: dict[str | int, list[str]] = {}
        inherited = []
        with suppress(OSError):
            shared = kernel.mappings(parent_pid)
            for kind, key, name, part, at in told:
                inode = kernel.mapped(shared, int(key)) if kind == "semaphore" else None
                self._names[key if inode is None else inode] = name
                if inode is not None:
                    # The rest count something, such as who sleeps: to have taken one of these is not to hold it.
                    if not part or part.endswith("lock"):
                        self._holders[inode] = []
                    inherited.append((int(key), int(at)))
        for name, holder in holders.items():
            with suppress(OSError):
                self._note_what_is_held(name, holder, [*inherited, *holder.semaphores])

    def _note_what_is_held(self, name: str, holder: Holder, semaphores: Iterable[tuple[int, int]]) -> None:
        shared = kernel.mappings(holder.pid)
        for handle, at in semaphores:
            try:
                found, thread, count, most, _ = _SEMAPHORE.unpack(
                    kernel.memory(holder.pid, at + _HEAD_BYTES, _SEMAPHORE.size)
                )
            except (OSError, OverflowError, struct.error):
                continue
            inode = kernel.mapped(shared, handle)
            # Else it has something else there.
            if found != handle or inode not in self._holders:
                continue
            if most != 1:  # A semaphore is given by one and taken by another: nobody holds it.
                del self._holders[inode]
            elif count > 0 and holder.thread in (None, thread):
                self._holders[inode].append(name)

    def name(self, wait: Wait) -> str | None:
        return next((self._names[thing] for thing in wait.things if thing in self._names), None)

    def name_of_call(self, function: str) -> str | None:
        """Which primitive of a manager's it is whose calls go through ``function``."""
        return self._names.get(function)

    def holders(self, wait: Wait) -> list[str] | None:
        """Who has taken the lock that is waited for and not given it back, nobody if that one is gone; None where it is
        no lock."""
        return next((self._holders[thing] for thing in wait.things if thing in self._holders), None)


_SEMAPHORE = struct.Struct("=QQiii")
_HEAD_BYTES = 16
"""``SemLockObject`` behind its object head: handle, thread that took it last, how often this process has taken and not
given back, how many permits there are at most, whether it is re-entrant. The same from Python 3.10 to 3.13; what does
not have the right handle there is left alone. Source: CPython, Modules/_multiprocessing/semaphore.c."""


class Sources:
    """Which files are the scenario's own: its code, and what lies beside it."""

    def __init__(self, file: str, search_path: Sequence[str]) -> None:
        self._file = os.path.abspath(file)
        self._folders = tuple(os.path.join(os.path.abspath(folder), "") for folder in search_path)

    def __contains__(self, file: str) -> bool:
        if os.path.abspath(file) == self._file:
            return True
        # An environment of Python's may lie within the project, and so may we.
        return file.startswith(self._folders) and not any(part in file for part in _NOBODYS_OWN)


class Doing(NamedTuple):
    """What a thread was doing, and since when, where that is known: the operation it waited in, as its author would
    call it, if it waited; and on which line of the scenario's."""

    operation: str | None
    where: str | None
    who: str = ""
    """Who has taken, or was given, what it waits for, as far as that is known."""
    since_s: float | None = None
    """Seconds since the run began; it may have waited a little longer than it was seen to."""
    stack: Sequence[str] = ()
    """Its calls, innermost first, without those that led to the scenario."""
    lines: Sequence[str] = ()
    """Those of them that are the scenario's own, with their files' names alone."""

    def __str__(self) -> str:
        seen = "runs" if self.stack else "is still there"
        said = f"waits in {self.operation}" if self.operation else seen
        return (f"{said} at {self.where}" if self.where else said) + (f" ({self.who})" if self.who else "")


NOTHING_KNOWN = Doing(None, None)


def doing(stack: Stack, wait: Wait | None, handles: Handles, sources: Sources, others: Others = lambda *_: "") -> Doing:
    """From a thread's ``stack`` and what the kernel says that it waits for, if it does.

    ``others`` says, of what is no lock but has a name, who else was given it.
    """
    by = next((frame.function for frame in stack if frame.file.endswith(_CALLS_OF_PROXIES)), None)
    # What watches operations stands between the scenario's line and what it called.
    stack = tuple(frame for frame in stack if not frame.file.endswith(_WATCHERS))
    own = [index for index, frame in enumerate(stack) if frame.file in sources]
    lines = tuple(_line(stack[index]) for index in own)
    place = f"{os.path.basename(stack[own[0]].file)}:{stack[own[0]].line}" if own else None
    said = Doing(None, place, stack=tuple(map(str, without_ours(stack))), lines=lines)
    if wait is None or wait.kind == "stopped":
        return said._replace(operation="stop" if wait else None)
    called = _called(stack, own[0] if own else None) or _OF_THE_KERNEL[wait.kind]
    primitive = handles.name_of_call(by) if by else handles.name(wait)
    if (holders := handles.holders(wait)) is not None:
        who = f"taken by {listed(holders) or 'nobody who is alive'}"
    else:
        # Of several things that could end it one tells nothing.
        who = others(wait, primitive) if primitive and len(wait.things) == 1 else ""
    return said._replace(operation=f"{primitive}.{called}" if primitive else called, who=who)


Others = Callable[[Wait, str], str]


def without_ours(stack: Stack) -> Stack:
    """The calls that the scenario made, without those that led to it."""
    ours = next((index for index, frame in enumerate(stack) if frame.file.startswith(_OURS)), len(stack))
    return stack[:ours] or stack


def _line(frame: Frame) -> str:
    return f"{os.path.basename(frame.file)}:{frame.line} in {frame.function}"


def _called(stack: Stack, own: int | None) -> str | None:
    """The function that the scenario's own line called; None where that is written in C, and has no frame."""
    names = [frame.function.rpartition(".")[2] for frame in stack]
    if own is None:
        places = [(os.path.basename(frame.file), name) for frame, name in zip(stack, names, strict=True)]
        return next((_BEHIND_THE_SCENES[place] for place in places if place in _BEHIND_THE_SCENES), None)
    return _OPERATIONS.get(names[own - 1], names[own - 1]) if own else None


def story(people: Mapping[str, Doing]) -> str:
    """What everybody was doing, in one line."""
    return ", ".join(f"{name} {said}" for name, said in people.items())


def decoded(told: Any) -> list[Sequence[str]]:
    """Handles as they came from the stage; what is not one is left out."""
    return [one for one in told if isinstance(one, list) and len(one) == 5 and all(isinstance(x, str) for x in one)]
