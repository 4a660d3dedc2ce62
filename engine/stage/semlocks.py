"""What stands in the place of a semaphore of the system, to do something before or after it is taken or given back."""

from __future__ import annotations

from typing import Any


class StandIn:
    """All but ``acquire`` and ``release`` is as the genuine one, ``_semlock``, has it."""

    def __init__(self, semlock: Any) -> None:
        self._semlock = semlock

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        taken: bool = self._semlock.acquire(block, timeout)
        return taken

    def release(self) -> None:
        self._semlock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._semlock, name)
