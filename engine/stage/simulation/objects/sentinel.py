"""What a process's end can be waited for by."""

from __future__ import annotations

_FIRST = 100_000


class Sentinel(int):
    """The number of a file, to look at. ``process`` is the number of the process."""

    process: int

    def __new__(cls, process: int) -> Sentinel:
        sentinel = super().__new__(cls, _FIRST + process)
        sentinel.process = process
        return sentinel
