"""A line of execution: a process's own, or that of a thread that a primitive has in a process (``Queue``'s feeder)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...models.model import BLOCKED, Operation, Step
from .here import UNSEEN

if TYPE_CHECKING:
    from .process import Process


class Strand:
    """``number`` is the same in every run of an exploration, and orders them.

    It wants to do ``operation`` on what is in ``cell``; ``step`` is what would come of it in the state ``seen``. A
    background strand has no greenlet: it does ``again`` again and again. ``quiet`` counts its last steps that changed
    nothing, ``changes`` those that did, up to where they are looked at; ``polls`` is what it waits to see changed, if
    it can do nothing else. ``trap`` stands in the way of all that it does; ``is_midway`` says that it is in the middle
    of an operation, and ``error`` what is raised when that is over, whatever comes of it; ``is_late`` that its
    patience is at an end, ``waited_s`` is how long it has waited in vain, and ``began_s`` when its process would have
    begun if it had done nothing but wait. ``due_s`` is when its patience ends, on the clock of a run that has one;
    ``clock`` and ``visits`` belong to who searches and to who looks for polling.
    """

    __slots__ = (
        "again",
        "began_s",
        "cell",
        "changes",
        "clock",
        "due_s",
        "error",
        "greenlet",
        "is_late",
        "is_midway",
        "number",
        "operation",
        "polls",
        "process",
        "quiet",
        "seen",
        "step",
        "trap",
        "visits",
        "waited_s",
    )

    def __init__(self, number: int, process: Process, greenlet: Any, cell: int = 0) -> None:
        self.number = number
        self.process = process
        self.greenlet = greenlet
        self.cell = cell
        self.operation: Operation = _NOTHING
        self.again: Operation = _NOTHING
        self.seen: object = UNSEEN
        self.step: Step = BLOCKED
        self.is_midway = False
        self.trap: Any = None
        self.quiet = 0
        self.changes = 0
        self.polls: Any = None
        self.visits: Any = None
        self.clock: Any = None
        self.due_s: float | None = None
        self.is_late = False
        self.began_s = 0.0
        self.waited_s = 0.0
        self.error: BaseException | None = None

    def __repr__(self) -> str:
        return f"<{self.process.name}: {self.operation.name}>"


_NOTHING = Operation("")
