"""Every process that came of a run, found and ended: children, orphans, daemons that left home.

On Linux the nursery is made the *subreaper* of all that is born below it, so an orphan becomes its child and
cannot be lost, not even by a double fork and a session of its own. Its guardian is one, too, for when it dies first.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

_PR_SET_CHILD_SUBREAPER = 36
"""Source: prctl(2)."""

_PF_EXITING = 4
"""Source: include/linux/sched.h."""

HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Processes that multiprocessing starts for itself, which end by themselves when the last process of theirs has."""

_PROCESSES = "/proc/self/task"
"""Where Linux shows processes and who their children are."""

HELPER_PATIENCE_S = 2.0
STRAY_PATIENCE_S = 0.2
_POLL_S = 0.005
_LONGEST_COMMAND = 4096


def adopt_orphans() -> None:
    """From now on every orphan below this process becomes its child. Does nothing on a system that has no such
    thing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> dict[int, int]:
    """The wait status of every child that has ended, by its process id."""
    statuses: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return statuses
        if pid == 0:
            return statuses
        statuses[pid] = status


def await_strays() -> dict[int, str]:
    """Wait a little for what the ended run left; end what does not go by itself, and give each one's command line.

    Helpers are waited for longer, and are not described: they are nobody's leak.
    """
    started = time.monotonic()
    while not is_childless():
        living = descendants()
        # A helper that has just begun to end could not be told from others; so who ends by now is left out.
        strays = sorted(pid for pid in {*living} - helpers(living) if not is_ending(pid))
        waited_s = time.monotonic() - started
        if waited_s > HELPER_PATIENCE_S or (strays and waited_s > STRAY_PATIENCE_S):
            left = {pid: command_line(pid) for pid in strays}
            end_all()
            return left
        time.sleep(_POLL_S)
    return {}


def end_all(leader: int | None = None) -> None:
    """Kill everything below this process, and return when it is gone.

    Where the system does not list processes, that is the group which ``leader`` leads; who has left it stays.

    Everybody is stopped before anybody is killed, or the living would see the others go and do something about it.
    The resource tracker is spared until it has had the time to do its work: killed with the others, it would leave
    every named semaphore and shared memory block of the run behind. Killing goes on for as long as anything new is
    born.
    """
    if leader is not None and not os.path.isdir(_PROCESSES):
        with suppress(ProcessLookupError, PermissionError):  # The latter where only the dead are left of it.
            os.killpg(leader, signal.SIGKILL)
    started = time.monotonic()
    while not is_childless():
        _stop_everybody()
        living = descendants()
        patient = time.monotonic() - started < HELPER_PATIENCE_S
        spared = helpers(living, HELPERS[:1]) if patient else set()
        # Children before their parents: the system wakes the stopped children of a parent that dies.
        for pid in reversed(living):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT if pid in spared else signal.SIGKILL)
        time.sleep(_POLL_S)


def _stop_everybody() -> None:
    """Stop everything below this process, until nobody is found who was not stopped before.

    Who forks without end must be outrun. So a whole process group is stopped by one call, which no fork can slip
    through, and each process before it is asked for its children, which are then all that it has.
    """
    stopped: set[int] = set()
    found = True
    while found:
        reap()
        found = False
        groups = {0, os.getpgid(0)}  # Not our own; 0 would mean it, too.
        for pid in below(os.getpid()):
            found = found or pid not in stopped
            stopped.add(pid)
            with suppress(ProcessLookupError):
                if (group := os.getpgid(pid)) not in groups:
                    groups.add(group)
                    os.killpg(group, signal.SIGSTOP)
                os.kill(pid, signal.SIGSTOP)


def is_childless() -> bool:
    """Whether nothing is left below this process, once the dead are reaped.

    Only the system knows: of processes that fork and end in turn, a list shows one that is gone and not yet the next.
    """
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def descendants() -> list[int]:
    """The process ids below this process, parents before their children, those that are ending left out."""
    return [pid for pid in below(os.getpid()) if not is_ending(pid)]


def below(pid: int) -> Iterator[int]:
    """The process ids below ``pid``, parents before their children, the dead among them.

    A process is asked for its children when whoever goes through these has done with it, and not sooner.
    """
    parents = [pid]
    while parents:
        for child in children(parents.pop()):
            parents.append(child)
            yield child


def command_line(pid: int) -> str:
    """What was called, cut where it is long; ``?`` where nobody can say."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(_LONGEST_COMMAND).split(b"\0")
    except OSError:
        return "?"
    return b" ".join(words).decode(errors="replace").strip() or "?"


def helpers(living: Sequence[int], kinds: Sequence[str] = HELPERS) -> set[int]:
    """Which of ``living`` are helpers.

    What a fork server forked has its very command line, too, and never outlives it; so the oldest is the server.
    """
    found: dict[object, int] = {}
    for pid in sorted(living, key=lambda pid: (_started(pid), pid)):
        line = command_line(pid)
        kind = next((kind for kind in kinds if f"from {kind} import main" in line), None)
        if kind:
            found.setdefault(line if kind.endswith("forkserver") else pid, pid)
    return {*found.values()}


def children(pid: int) -> list[int]:
    """Whom ``pid`` has started or adopted and not yet waited for; nobody once it is gone."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    except OSError:
        pass
    return found


def is_ending(pid: int) -> bool:
    """Whether a process is dead or on its way out: then it has let go of its memory, and its command line with it."""
    state, flags = (status := _status(pid))[0], int(status[6])
    return state in "ZX" or bool(flags & _PF_EXITING)


def may_be_stopped(pid: int) -> bool:
    """Whether a process is stopped, as far as anybody can tell."""
    return _status(pid)[0] in "TtX"


def _started(pid: int) -> int:
    """When a process began, in the system's ticks."""
    return int(_status(pid)[19])


def _status(pid: int) -> list[str]:
    """The state letter, the parent's id and what follows, as proc(5) has it; as for one long gone where there is
    none."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return ["X", *"0" * 30]
