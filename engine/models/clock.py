"""Time that passes: who sleeps is blocked until it is late."""

from __future__ import annotations

from .model import BLOCKED, Done, Operation, Step


class Clock:
    """State: None."""

    def initial(self) -> None:
        return None

    def step(self, state: None, process: int, operation: Operation) -> Step:
        return Done(None, None, ()) if operation.is_late else BLOCKED

    def final(self, state: None) -> object:
        return None
