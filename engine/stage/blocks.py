"""What a run leaves in shared memory, blocks and semaphores: found by its name, removed.

What the engine has made bears its mark. What a scenario makes under names of its own leaves a note: it outlives its
processes, and its name does not say whose it was. So making one writes its name into the run's folder, and unlinking
it takes the name away again; what is still noted when everybody is gone was leaked, whether or not multiprocessing's
resource tracker has removed it by then.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from . import notes

_PREFIX = "left-"
_SHARED_MEMORY = "/dev/shm"
"""Where Linux shows named semaphores and blocks of memory as files."""

_MOST_NAMED = 1000
_SEMAPHORE = "sem."
"""What it puts before a semaphore's name there."""


def mark(folder: str) -> str:
    """What begins the names of all that the engine makes for the run whose folder this is."""
    return "-".join(folder.rstrip(os.sep).split(os.sep)[-2:])


def announce(folder: str) -> None:
    """From now on this process, and what it forks, notes in ``folder`` what it makes under a name."""
    with suppress(ImportError):  # There is no such thing on this system.
        _note_blocks(folder)
    with suppress(ImportError):
        _note_semaphores(folder)


def remove_left(folder: str) -> list[str]:
    """Remove what the run with this ``folder`` has left, and name it: first what bears its mark, then what is noted."""
    own = f"{mark(folder)}-"
    forgotten = remove_marked(own)
    leaked = [name for name in noted(folder) if not name.removeprefix(_SEMAPHORE).startswith(own)]
    for name in leaked:
        _remove(name)
    left = [_described(name) for name in (*forgotten, *leaked)]
    rest = len(left) - _MOST_NAMED
    return left if rest <= 0 else [*left[:_MOST_NAMED], f"{rest:,} more like these"]


def remove_marked(beginning: str) -> list[str]:
    """Remove all whose names begin like this; those names, as Linux shows them."""
    try:
        there = os.listdir(_SHARED_MEMORY)
    except OSError:
        return []
    return [name for name in there if name.removeprefix(_SEMAPHORE).startswith(beginning) and _remove(name)]


def noted(folder: str) -> list[str]:
    """What nobody has unlinked, by its name in shared memory, in order."""
    names = [name.removeprefix(_PREFIX) for name in os.listdir(folder) if name.startswith(_PREFIX)]
    return sorted(name.replace("%2F", "/").replace("%25", "%") for name in names)


def _note_blocks(folder: str) -> None:
    import _posixshmem  # type: ignore[import-not-found]

    make = _posixshmem.shm_open
    if hasattr(make, "__wrapped__"):
        return

    @functools.wraps(make)
    def shm_open(path: str, flags: int, *given: Any, **keywords: Any) -> Any:
        fd = make(path, flags, *given, **keywords)
        if flags & os.O_CREAT:
            notes.leave(_note(folder, path, ""))
        return fd

    _posixshmem.shm_open = shm_open
    _posixshmem.shm_unlink = _striking_out(folder, _posixshmem.shm_unlink, "")


def _note_semaphores(folder: str) -> None:
    import _multiprocessing  # type: ignore[import-not-found]

    if hasattr(_multiprocessing.sem_unlink, "__wrapped__"):
        return

    class SemLock(_multiprocessing.SemLock):  # type: ignore[misc]
        __module__ = "_multiprocessing"
        __slots__ = ()

        def __new__(cls, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> Any:
            made = super().__new__(cls, kind, value, maxvalue, name, unlink)
            if not unlink:
                notes.leave(_note(folder, name, _SEMAPHORE))
            return made

    _multiprocessing.SemLock = SemLock
    _multiprocessing.sem_unlink = _striking_out(folder, _multiprocessing.sem_unlink, _SEMAPHORE)


def _striking_out(folder: str, unlink: Callable[[str], None], prefix: str) -> Callable[[str], None]:
    @functools.wraps(unlink)
    def unlink_noted(path: str) -> None:
        unlink(path)
        notes.take_away(_note(folder, path, prefix))

    return unlink_noted


def _described(name: str) -> str:
    # A semaphore that the engine has had made keeps the name by which Linux shows it.
    return f"semaphore {name}" if name.startswith(_SEMAPHORE) else f"shared memory {name}"


def _remove(name: str) -> bool:
    try:
        os.unlink(f"{_SHARED_MEMORY}/{name}")
    except OSError:
        return False
    return True


def _note(folder: str, path: str, prefix: str) -> str:
    name = path.removeprefix("/").replace("%", "%25").replace("/", "%2F")
    return os.path.join(folder, f"{_PREFIX}{prefix}{name}")
