"""One simulated process: what it has printed, how it ended."""

from __future__ import annotations

from typing import Any


class Process:
    def __init__(self, number: int, key: object, name: str) -> None:
        self.number = number
        self.key = key
        self.name = name
        self.strand: Any = None
        self.is_gone = False

    def complain(self, error: BaseException) -> None: ...
