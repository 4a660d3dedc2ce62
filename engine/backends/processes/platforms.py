"""What an operating system must have for scenarios to be run on it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable

_ESSENTIAL: dict[str, Callable[[], bool]] = {
    "os.fork": lambda: hasattr(os, "fork"),
    "Unix sockets": lambda: hasattr(socket, "AF_UNIX") and hasattr(socket, "send_fds"),
}


def lack() -> str | None:
    """Why no scenario can be run here, if none can."""
    missing = [name for name, is_there in _ESSENTIAL.items() if not is_there()]
    if not missing:
        return None
    return f"cannot run scenarios on {sys.platform}, which has no {' and no '.join(missing)}; it can validate them"


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
