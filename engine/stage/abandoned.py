"""What engines have left that were killed together with all who would have tidied up after them.

Each nursery has a folder, and holds a lock on a file in it for as long as it or its guardian lives. A folder that can
be locked is nobody's any more: the next nursery to start ends the processes that answer for their stacks into it,
removes what its runs left in shared memory, and then removes it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import tempfile
from contextlib import suppress

from . import descendants, guardian, stacks

_PREFIX = "engine-"
_LOCK = "alive"


def new_folder() -> str:
    """A folder for the runs of this process, private to its user, as must be every folder in it."""
    return tempfile.mkdtemp(prefix=_PREFIX)


def claim(folder: str) -> int:
    """Have this process hold ``folder`` until it ends, or until the descriptor that is returned is closed.

    A lock of this kind is its process's own; those that it forks do not have it.
    """
    fd = os.open(os.path.join(folder, _LOCK), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.lockf(fd, fcntl.LOCK_SH)
    os.write(fd, b"claimed\n")
    return fd


def tidy_up(own: str) -> None:
    """End and remove what belongs to folders that nobody holds. ``own`` is held by this process, which could not tell:
    its own lock does not keep it out, and would be lost."""
    where, own_name = os.path.split(own)
    for name in os.listdir(where):
        if name.startswith(_PREFIX) and name != own_name:
            with suppress(OSError):
                _tidy_up(os.path.join(where, name))


def _tidy_up(folder: str) -> None:
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        return
    with open(os.path.join(folder, _LOCK), "rb+", buffering=0) as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not lock.read(1):  # Somebody is about to claim it.
            return
        while strays := _who_answers_into(folder):
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for pid in strays:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
        guardian.remove(folder)


def _who_answers_into(folder: str) -> list[int]:
    """The processes that have the very file open which is theirs alone."""
    files = (os.path.join(run, file) for run, _, found in os.walk(folder) for file in found)
    return [pid for file in files if (pid := stacks.pid_of(file)) and _has_open(pid, file)]


def _has_open(pid: int, file: str) -> bool:
    with suppress(OSError):
        if not descendants.is_ending(pid):
            wanted = os.stat(file)
            return any(os.path.samestat(os.stat(entry), wanted) for entry in os.scandir(f"/proc/{pid}/fd"))
    return False
