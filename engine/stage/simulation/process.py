"""One simulated process: what it has printed, how it ended."""

from __future__ import annotations

from typing import Any

_FIRST_PID = 10_000


class Process:
    """``identity``, ``config`` and ``children`` are as ``multiprocessing.process`` has them of the current process;
    ``made`` is how many ``Process`` objects it has made."""

    def __init__(self, number: int, key: object, name: str) -> None:
        self.number = number
        self.key = key
        self.name = name
        self.strand: Any = None
        self.is_gone = False
        self.identity: tuple[int, ...] = ()
        self.config: dict[str, Any] = {}
        self.children: list[Any] = []
        self.made = 0

    def complain(self, error: BaseException) -> None: ...


def pid_of(number: int) -> int:
    """What ``os.getpid()`` is in the process of this number."""
    return _FIRST_PID + number
