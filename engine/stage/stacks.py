"""Let every process of a run show its Python stacks when it is asked, whatever it is doing.

The answer is written by the interpreter's own fault handler from within a signal handler, so it also comes from a
process that is blocked in a system call or in C code; the call goes on afterwards. Each process writes to a file of
its own.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from contextlib import suppress

SIGNAL = int(getattr(signal, "SIGRTMAX", 0)) - 3
"""A real-time signal that nobody uses; below 0 where the system has none, and then nobody is asked."""

LAST_SIGNAL = SIGNAL - 1
"""Another one, which is answered in the same way, and then kills: for a process that is stopped, and must do nothing
more of its own when it goes on to answer."""

_NAME = "stack-"
_folder: str | None = None
_file: int | None = None


def offer(folder: str) -> None:
    """From now on this process, and what it forks, answers with a file in ``folder``."""
    global _folder
    if LAST_SIGNAL < 1 or _folder == folder:
        return
    if _folder is None:
        os.register_at_fork(after_in_child=_open)
    _folder = folder
    _open()


def dump() -> None:
    """Answer now, unasked: whoever is about to be stopped cannot do so later."""
    if _file is not None:
        with suppress(OSError, ValueError):
            os.ftruncate(_file, 0)
            faulthandler.dump_traceback(_file, all_threads=True)


def path(folder: str, pid: int) -> str:
    return os.path.join(folder, f"{_NAME}{pid}")


def pid_of(path: str) -> int | None:
    """Whose file this is; None if it is nobody's."""
    prefix, _, number = os.path.basename(path).rpartition("-")
    return int(number) if f"{prefix}-" == _NAME and number.isdigit() else None


def _open() -> None:
    # The folder may be gone, for who has outlived the run; descriptors may have run out.
    global _file
    _file = None
    with suppress(OSError, ValueError):
        assert _folder is not None
        _file = os.open(path(_folder, os.getpid()), os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        faulthandler.register(SIGNAL, file=_file, all_threads=True, chain=False)
        faulthandler.register(LAST_SIGNAL, file=_file, all_threads=True, chain=True)
