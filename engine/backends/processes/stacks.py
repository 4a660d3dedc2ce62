"""Ask processes for their Python stacks, and read the answers."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from ...stage import stacks
from . import kernel

PATIENCE_S = 1.0
_QUIET_S = 0.03
_POLL_S = 0.005
_STOPPED_PATIENCE_S = 0.3
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

    Who does not answer (it is not Python, it blocks every signal, it is just ending) is left out.
    """
    files = {pid: stacks.path(folder, pid) for pid in pids}
    states = {pid: state for pid, file in files.items() if os.path.exists(file) and (state := _state(pid))}
    stopped = [pid for pid, state in states.items() if state in kernel.STOPPED]
    for pid in states.keys() - {*stopped}:
        _send(pid, stacks.SIGNAL)
    _await_quiet([files[pid] for pid in states.keys() - {*stopped}])
    for pid in stopped:
        _ask_stopped(pid, files[pid])
    return {pid: parsed for pid in states if (parsed := parse(_text(files[pid])))}


def _ask_stopped(pid: int, file: str) -> None:
    """It must go on to answer, and is stopped again as soon as it has."""
    _send(pid, stacks.SIGNAL)
    _send(pid, signal.SIGCONT)
    began_s = time.monotonic()
    # The main thread comes last, and its outermost call is a module's.
    while not _text(file).endswith(" in <module>\n") and time.monotonic() - began_s < _STOPPED_PATIENCE_S:
        time.sleep(0)
    _send(pid, signal.SIGSTOP)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


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


def _state(pid: int) -> str:
    """The state of a process that can answer; empty for one that is dead."""
    try:
        state = kernel.thread(pid, pid).state
    except (OSError, ValueError):
        return ""
    return "" if state in kernel.DEAD else state


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
