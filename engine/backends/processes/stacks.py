"""Ask processes for their Python stacks, and read the answers."""

from __future__ import annotations

import functools
import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ...stage import stacks
from ...stage.descendants import helpers
from . import kernel

PATIENCE_S = 1.0
_QUIET_S = 0.03
_POLL_S = 0.005
_THREAD = re.compile(r"(?:Current t|T)hread 0x([0-9a-f]+)")
_FRAME = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in (.*)')


class Frame(NamedTuple):
    """One call of a stack."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


Stack = tuple[Frame, ...]
"""Innermost frame first."""


def ask(pids: Iterable[int], folder: str) -> dict[int, dict[int, Stack]]:
    """The stacks of each process's threads, by process id and Python's number of the thread, its main thread last.

    Who does not answer (it is not Python, it blocks every signal, it is just ending) is left out. Their run has to be
    at its end: whoever was stopped is killed by its answer, and then everybody else is stopped before.
    """
    pids = list(pids)
    files = {pid: stacks.path(folder, pid) for pid in pids}
    present = {pid: file for pid, file in files.items() if os.path.exists(file)}
    asked = {pid: file for pid, file in present.items() if _can_answer(pid, file)}
    for pid, file in asked.items():
        with suppress(ProcessLookupError, PermissionError):
            os.truncate(file, 0)  # It may hold an answer from when a fault stopped it.
            os.kill(pid, stacks.SIGNAL)
    _await_quiet(asked.values())
    # One that was stopped by a fault has written its stack before.
    silent = [pid for pid, file in present.items() if not _text(file) and _can_say_its_last(pid, file)]
    if silent:
        # Helpers do as ever: what processes leave behind is removed by one of them.
        spared = helpers(pids)
        _hear_last_words(silent, [pid for pid in pids if pid not in spared])
    return {pid: parsed for pid, file in present.items() if (parsed := parse(_text(file)))}


def parse(text: str) -> dict[int, Stack]:
    """What the fault handler wrote, as one stack for each thread."""
    found: dict[int, list[Frame]] = {}
    frames: list[Frame] = []
    for line in text.splitlines():
        if match := _THREAD.match(line):
            frames = found.setdefault(int(match[1], 16), [])
        elif match := _FRAME.match(line):
            frames.append(Frame(match[1], int(match[2]) if match[2].isdigit() else 0, match[3]))
    return {thread: tuple(frames) for thread, frames in found.items()}


def _can_answer(pid: int, file: str) -> bool:
    """Whether it is alive, goes on, and still has the file open that it would answer into."""
    try:
        if kernel.thread(pid, pid).state in kernel.DEAD | kernel.STOPPED:
            return False
        return file in kernel.descriptors(pid)
    except (OSError, ValueError):
        return False


def _can_say_its_last(pid: int, file: str) -> bool:
    """Whether a stopped process would answer before it does anything else.

    The system delivers what is pending before it lets a process go on; but another thread could go on meanwhile.
    """
    try:
        return (
            kernel.thread(pid, pid).state in kernel.STOPPED
            and kernel.threads(pid) == [pid]
            and kernel.catches(pid, frozenset({stacks.LAST_SIGNAL}))
            and not kernel.blocks(pid, frozenset({stacks.LAST_SIGNAL}))
            and file in kernel.descriptors(pid)
        )
    except (OSError, ValueError):
        return False


def _hear_last_words(silent: Sequence[int], everybody: Iterable[int]) -> None:
    """Have the ``silent`` answer and die, unseen by the others."""
    if not _stop(everybody):
        return
    for pid in silent:
        with suppress(ProcessLookupError):
            os.kill(pid, stacks.LAST_SIGNAL)
            os.kill(pid, signal.SIGCONT)
    _await(lambda: all(map(_has_ended, silent)))
    for pid in silent:  # Whatever it was that kept one from answering: it is not to go on.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _stop(pids: Iterable[int]) -> bool:
    """Stop each process once the one before it is: parents come first, and are told when a child of theirs is stopped.

    False if one could not be.
    """
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
        if not _await(functools.partial(_is_still, pid)):
            return False
    return True


def _is_still(pid: int) -> bool:
    try:
        return all(kernel.thread(pid, tid).state in kernel.STOPPED | kernel.DEAD for tid in kernel.threads(pid))
    except (OSError, ValueError):
        return True


def _has_ended(pid: int) -> bool:
    try:
        return kernel.thread(pid, pid).state in kernel.DEAD
    except (OSError, ValueError):
        return True


def _await(condition: Callable[[], bool]) -> bool:
    """Whether it has come true in time."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() >= deadline_s:
            return False
        time.sleep(_POLL_S)
    return True


def _await_quiet(files: Iterable[str]) -> None:
    """Wait until everybody has answered and nobody writes any more."""
    began_s = quiet_since_s = time.monotonic()
    sizes: Mapping[str, int] = {}
    while time.monotonic() - began_s < PATIENCE_S:
        now = {file: os.path.getsize(file) for file in files if os.path.exists(file)}
        if now != sizes:
            sizes, quiet_since_s = now, time.monotonic()
        elif all(now.values()) and time.monotonic() - quiet_since_s >= _QUIET_S:
            return
        time.sleep(_POLL_S)


def _text(file: str) -> str:
    try:
        with open(file, errors="backslashreplace") as stream:
            return stream.read()
    except OSError:
        return ""
