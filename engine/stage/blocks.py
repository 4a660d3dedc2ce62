"""What a run leaves in shared memory: found by its name, removed.

Semaphores and blocks that the engine has made bear its mark. Blocks that a scenario makes for itself leave a note: a
block outlives its processes, and its name does not say whose it was. So making one writes its name into the run's
folder, and unlinking it takes the name away again; what is still noted when everybody is gone was leaked, whether or
not multiprocessing's resource tracker has removed it by then.
"""

from __future__ import annotations

import functools
import os
from contextlib import suppress
from typing import Any

_PREFIX = "block-"
_SHARED_MEMORY = "/dev/shm"
"""Where Linux shows named semaphores and blocks of memory as files."""


def announce(folder: str) -> None:
    """From now on this process, and what it forks, notes its blocks in ``folder``."""
    try:
        import _posixshmem  # type: ignore[import-not-found]
    except ImportError:  # There is no such thing on this system.
        return
    if hasattr(_posixshmem.shm_open, "__wrapped__"):
        return
    make, unlink = _posixshmem.shm_open, _posixshmem.shm_unlink

    @functools.wraps(make)
    def shm_open(path: str, flags: int, *given: Any, **keywords: Any) -> Any:
        fd = make(path, flags, *given, **keywords)
        if flags & os.O_CREAT:
            with suppress(OSError):
                os.close(os.open(_note(folder, path), os.O_CREAT | os.O_WRONLY, 0o600))
        return fd

    @functools.wraps(unlink)
    def shm_unlink(path: str) -> None:
        unlink(path)
        with suppress(OSError):
            os.unlink(_note(folder, path))

    _posixshmem.shm_open, _posixshmem.shm_unlink = shm_open, shm_unlink


def forgotten(mark: str) -> list[str]:
    """Remove what the engine had a run's processes make and they did not remove: it bears ``mark``. Name it."""
    try:
        names = [name for name in os.listdir(_SHARED_MEMORY) if name.startswith((f"sem.{mark}-", f"{mark}-"))]
    except OSError:
        return []
    removed = [name for name in names if _remove(name)]
    return [f"semaphore {name}" if name.startswith("sem.") else f"shared memory {name}" for name in removed]


def leaked(folder: str, mark: str) -> list[str]:
    """Remove the blocks that are noted in ``folder``, but those that bear ``mark``. Name them."""
    names = [name for name in noted(folder) if not name.startswith(f"{mark}-")]
    for name in names:
        _remove(name)
    return [f"shared memory {name}" for name in names]


def noted(folder: str) -> list[str]:
    """The names of blocks that nobody has unlinked, in order."""
    names = [name.removeprefix(_PREFIX) for name in os.listdir(folder) if name.startswith(_PREFIX)]
    return sorted(name.replace("%2F", "/").replace("%25", "%") for name in names)


def _remove(name: str) -> bool:
    try:
        os.unlink(f"{_SHARED_MEMORY}/{name}")
    except OSError:
        return False
    return True


def _note(folder: str, path: str) -> str:
    name = path.removeprefix("/").replace("%", "%25").replace("/", "%2F")
    return os.path.join(folder, f"{_PREFIX}{name}")
