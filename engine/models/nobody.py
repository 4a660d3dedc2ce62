"""What nobody else can ever end: a thread that waits for itself.

The queues of the ``queue`` module live in one process, which has one thread in simulation; so who waits there waits for
ever, or until its time is over.
"""

from __future__ import annotations

from .model import BLOCKED, Done, Operation, Step


class Nobody:
    """State: nothing."""

    def initial(self) -> None:
        return None

    def step(self, state: None, process: int, operation: Operation) -> Step:
        return Done(None, None, ()) if operation.is_late else BLOCKED

    def final(self, state: None) -> object:
        return None
