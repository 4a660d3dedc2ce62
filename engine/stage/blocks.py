"""What a run leaves in shared memory, blocks and semaphores: found by its name, removed.

What the engine has made bears its mark. What a scenario makes under names of its own leaves a note: it outlives its
processes, and its name does not say whose it was. So making one writes its name into the run's folder, and unlinking
it takes the name away again; what is still noted when everybody is gone was leaked, whether or not multiprocessing's
resource tracker has removed it by then. Who is about to make one notes that, too, for it may be killed between the
making and the note.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from . import notes

_MADE = "left-"
_INTENDED = "making-"
"""Before the number of the process that is about to make it, and the name."""

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
    forgotten = remove_marked(_own(folder))
    leaked = noted(folder)
    for name in leaked:
        _remove(name)
    leaked += [name for name in _intended(folder) if _remove(name)]
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
    return sorted(_plain(name.removeprefix(_MADE)) for name in os.listdir(folder) if name.startswith(_MADE))


def _intended(folder: str) -> list[str]:
    """What somebody was about to make that nobody had made before, and may have made."""
    return sorted(_plain(name.split("-", 2)[2]) for name in os.listdir(folder) if name.startswith(_INTENDED))


def _own(folder: str) -> str:
    return f"{mark(folder)}-"


def _note_blocks(folder: str) -> None:
    import _posixshmem  # type: ignore[import-not-found]

    make = _posixshmem.shm_open
    if hasattr(make, "__wrapped__"):
        return

    @functools.wraps(make)
    def shm_open(path: str, flags: int, *given: Any, **keywords: Any) -> Any:
        if not flags & os.O_CREAT:
            return make(path, flags, *given, **keywords)
        with _noting(folder, path, ""):
            return make(path, flags, *given, **keywords)

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
            with _noting(folder, name, _SEMAPHORE, stays=not unlink):
                return super().__new__(cls, kind, value, maxvalue, name, unlink)

    SemLock.__qualname__ = "SemLock"
    _multiprocessing.SemLock = SemLock
    _multiprocessing.sem_unlink = _striking_out(folder, _multiprocessing.sem_unlink, _SEMAPHORE)


@contextmanager
def _noting(folder: str, path: str, prefix: str, stays: bool = True) -> Iterator[None]:
    """Note what is made within; if this process is killed meanwhile, that it was about to."""
    name = path.removeprefix("/")
    if name.startswith(_own(folder)):  # Found without a note.
        yield
        return
    intent = _note(folder, path, prefix, f"{_INTENDED}{os.getpid()}-")
    # What is there already is somebody else's, and not to be removed.
    if not os.path.lexists(f"{_SHARED_MEMORY}/{prefix}{name}"):
        notes.leave(intent)
    try:
        yield
    except OSError:
        notes.take_away(intent)  # It was not made. Of any other error, such as an interrupt, that is not known.
        raise
    if stays:
        notes.leave(_note(folder, path, prefix))
    notes.take_away(intent)


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


def _note(folder: str, path: str, prefix: str, kind: str = _MADE) -> str:
    name = path.removeprefix("/").replace("%", "%25").replace("/", "%2F")
    return os.path.join(folder, f"{kind}{prefix}{name}")


def _plain(name: str) -> str:
    return name.replace("%2F", "/").replace("%25", "%")
