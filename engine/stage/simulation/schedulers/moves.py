"""What it is about a step that others may conflict with, and which steps do.

Conflicts on one cell are the models' to tell. Here are those that go beyond: a step that strikes a process wherever it
is, and one that is only possible when nobody else can take one.
"""

from __future__ import annotations

from typing import NamedTuple

from ....models.model import Touches, conflict, looks_at_memory
from .. import deaths
from ..strand import Strand
from ..system import IDLE, OBEYED

STRIKES = frozenset({"kill", "stop", "resume", "interrupt", "terminate", "witness", "begin"})
"""Operations whose first argument is a process to which something is done, wherever it is, or of which all is seen, or
by which it goes what comes of them (``begin``)."""


SYSTEM = -1
"""In the place of the process whose step it is: nobody's, such as when the system closes what a process has held. What
strikes that process makes no difference to it."""

EVERYBODY = -1
"""The victim of a step that is only possible when nobody else can take one."""


class Move(NamedTuple):
    """``victim`` is the process that it strikes."""

    cell: int
    touches: Touches
    process: int
    victim: int | None


def actor_of(strand: Strand) -> int:
    """Whose step it takes."""
    return SYSTEM if deaths.is_of(strand) else strand.process.number


def victim_of(strand: Strand) -> int | None:
    """Whom it strikes with what it wants to do: who ends strikes his own threads, also where these have written all;
    sooner, he would have kept them from it."""
    operation, process = strand.operation, strand.process
    if operation is IDLE:
        return EVERYBODY
    if operation.name == "exit" and process.feeders:
        return process.number
    return operation.arguments[0] if operation.name in STRIKES else None


def is_harmless(strand: Strand) -> bool:
    """Whether what it wants to do strikes nobody who has anything left to do."""
    operation, process = strand.operation, strand.process
    return operation.name == "exit" and not any(queue.has_unwritten(process.number) for queue in process.feeders)


def move_of(strand: Strand) -> Move:
    """What it wants to do; it can."""
    return made(strand, strand.step.touches)  # type: ignore[union-attr]


def made(strand: Strand, touches: Touches) -> Move:
    """A step of ``strand`` that touches these. One that looks at what is a process's own (a feeder's, which pickles)
    conflicts with all that this process does, as one that strikes it does."""
    number = actor_of(strand)
    return Move(strand.cell, touches, number, number if looks_at_memory(touches) else victim_of(strand))


def depend(one: Move, other: Move) -> bool:
    """Whether their order can be told."""
    if one.victim is not None and one.victim in (other.process, EVERYBODY):
        return True
    if other.victim is not None and other.victim in (one.process, EVERYBODY):
        return True
    if one.victim is not None and one.victim == other.victim and one.cell in OBEYED and other.cell in OBEYED:
        return True  # Who is killed can be stopped no more, whatever each of them touches.
    return one.cell == other.cell and conflict(one.touches, other.touches)
