"""What a target could ask of its interpreter that the simulation cannot do: refused where it is called, by name."""

from __future__ import annotations

import _multiprocessing  # type: ignore[import-not-found]
import _thread
import builtins
import importlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import synchronize, util
from typing import Any

from .here import here
from .refusal import NotSimulated

_REFUSED: dict[Any, str] = {
    os: "pipe pipe2 fork forkpty wait waitpid waitid wait3 wait4 pidfd_open killpg setsid dup dup2 eventfd "
    "memfd_create openpty mkfifo mknod sched_yield",
    signal: "alarm setitimer pause sigwait sigwaitinfo sigtimedwait pthread_sigmask raise_signal pthread_kill "
    "set_wakeup_fd siginterrupt",
    multiprocessing: "Pool set_start_method set_forkserver_preload get_logger log_to_stderr",
    # Those that a target has made for its threads: there are none who could end the waiting.
    threading.Event: "wait",
    threading.Condition: "wait",
    builtins: "input",
    logging: "captureWarnings shutdown",
}

_OF_ONE_PROCESS: dict[str, str] = {
    "os": "umask nice setpriority sched_setaffinity sched_setparam sched_setscheduler setpgid setpgrp tcsetpgrp "
    "setuid seteuid setreuid setresuid setgid setegid setregid setresgid setgroups initgroups chroot fchdir "
    "close closerange set_inheritable set_blocking lseek times getloadavg register_at_fork",
    "sys": "settrace setprofile addaudithook setdlopenflags set_int_max_str_digits set_asyncgen_hooks "
    "set_coroutine_origin_tracking_depth activate_stack_trampoline",
    "threading": "settrace setprofile settrace_all_threads setprofile_all_threads stack_size",
    "gc": "set_debug get_objects get_referrers get_stats get_count get_freeze_count",
    "faulthandler": "enable disable register dump_traceback_later",
    "_tracemalloc": "start stop",
    "resource": "setrlimit prlimit getrusage",
    "_uuid": "generate_time_safe",
    "locale": "setlocale",
    "_socket": "setdefaulttimeout sethostname",
    "socket": "setdefaulttimeout sethostname",
    "_csv": "register_dialect unregister_dialect field_size_limit",
    "codecs": "register unregister register_error",
}
"""What changes, or tells of, something that each process has for itself, and C keeps in one place for all of them."""


def refused() -> Iterator[tuple[Any, dict[str, Callable[..., Any]]]]:
    """For modules and classes, what is to stand for functions of theirs; each is given the process that calls it."""
    for module, names in _REFUSED.items():
        yield module, {name: _refusing(f"{module.__name__}.{name}") for name in names.split()}
    for home, names in _OF_ONE_PROCESS.items():
        with suppress(ImportError):  # Some systems do not have them all.
            functions = {name: _refusing(f"{home.lstrip('_')}.{name}") for name in names.split()}
            yield importlib.import_module(home), functions
    # Before Python 3.12 no audit event tells of threads, and none of any tells of what the system keeps in shared
    # memory, where it would outlive the run.
    yield util.Finalize, {"__init__": _refusing("multiprocessing.util.Finalize")}
    yield util, {"register_after_fork": _register_after_fork}
    yield weakref.finalize, {"__init__": _refusing("weakref.finalize")}
    thread = _refusing("starting a thread")
    yield _thread, {"start_new_thread": thread}
    yield threading.Thread, {"start": thread}
    semaphore = _refusing("a semaphore that a target asks the system for")
    yield _multiprocessing, {"SemLock": semaphore, "sem_unlink": semaphore}
    yield synchronize.SemLock, {"__init__": semaphore}
    with suppress(ImportError):  # There is no such thing on this system.
        import _posixshmem  # type: ignore[import-not-found]

        block = _refusing("a block of shared memory that a target asks the system for")
        yield _posixshmem, {"shm_open": block, "shm_unlink": block}


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(process: object, *given: Any, **keywords: Any) -> Any:
        raise NotSimulated(name)

    return refuse


def _register_after_fork(process: object, kept: Any, hook: Any) -> None:
    """What the proxies of a manager register concerns connections that a simulated one does not have."""
    if not sys._getframe(2).f_globals.get("__name__", "").startswith("multiprocessing"):
        raise NotSimulated("multiprocessing.util.register_after_fork")


_AUDITED = (
    "os.chdir", "os.chmod", "socket.", "subprocess.",
    "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.putenv", "shutil.", "tempfile.", "fcntl.",
    "mmap.", "_thread.start_new_thread", "pty.", "sqlite3.",
)  # fmt: skip
"""What the interpreter tells of that the simulation cannot do (https://docs.python.org/3/library/audit_events.html)."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def refuse_audited(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook."""
    if here.strand is None and here.pickler is None and not here.is_over:
        return
    if event == "open":
        path, _, flags = given
        if flags is not None and flags & _WRITES:
            raise NotSimulated(f"opening {path} to write")
    elif event.startswith(_AUDITED):
        raise NotSimulated(_TOLD.get(event, event))


_TOLD = {"_thread.start_new_thread": "starting a thread", "os.fork": "os.fork"}
