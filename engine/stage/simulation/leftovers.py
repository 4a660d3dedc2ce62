"""What is left when all others have ended, of which reality may make something else: refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import deaths
from .names import said
from .refusal import NotSimulated
from .served import refuse_to_inherit
from .strand import Strand

if TYPE_CHECKING:
    from .life import Life


def refuse_daemons(life: Life) -> None:
    """The manager is shut down before daemons are ended, and who is in a call of it gets to hear so."""
    for strand in life.world.waiting:
        if strand.process.daemon and strand.greenlet is not None and strand.cell in life.managed:
            life.refuse(NotSimulated("a daemon that is in a call of a manager when all others have ended"))


def refuse_who_goes_on(life: Life) -> None:
    """How far daemons come that the parent wakes at last, before it ends them, is not tried."""
    if life.idle_since is not None and any(
        taken.strand.process.daemon and not deaths.is_of(taken.strand) for taken in life.world.trace[life.idle_since :]
    ):
        life.refuse(NotSimulated("a daemon that goes on when all others have ended, by what the parent does"))


def refuse_who_waits_for_room(life: Life) -> None:
    """What is shared is read when nobody else is left, while daemons still live, and that makes room."""
    for strand in life.world.waiting:
        name, operation, _ = said(life.world, strand.cell, strand.operation)
        is_shared = name.partition("[")[0] in life.shared
        if strand.process.daemon and is_shared and operation in _FOR_ROOM and not _is_at_rest(life, strand):
            life.refuse(NotSimulated(f"a daemon that waits for room in {name} when all others have ended"))


def _is_at_rest(life: Life, strand: Strand) -> bool:
    """Whether it is a feeder that has nothing to write."""
    if strand.greenlet is not None or strand.operation.name != "feed":
        return False
    buffer = life.world.states[strand.cell].buffers.get(strand.process.number)
    return buffer is None or not buffer.items


def _refuse_changes(life: Life) -> None:
    """What is shared is told as it is at the end of a run."""
    for taken in life.world.trace[life.read_at :] if life.read_at is not None else ():
        name, operation, _ = said(life.world, taken.cell, taken.operation)
        if name.partition("[")[0] in life.shared and taken.step.state is not taken.before:
            refusal = f"{name}.{operation} when the parent has read what is shared, and has only to end"
            life.refuse(NotSimulated(refusal))


def refuse_what_is_left(life: Life) -> None:
    """At the end of a run, also where somebody waits for what a process took that is gone, and might get it."""
    refuse_daemons(life)
    refuse_who_goes_on(life)
    if all(strand.process.daemon or strand.greenlet is None for strand in life.world.waiting):
        refuse_who_waits_for_room(life)
    _refuse_changes(life)
    for strand in life.world.waiting:
        if strand.cell in life.world.outliving:
            try:
                refuse_to_inherit(life.world, strand.cell)
            except NotSimulated as refusal:
                life.refuse(refusal)


_FOR_ROOM = frozenset({"put", "feed", "write", "write_on", "send", "body", "wake"})
"""The operations that wait for others to read."""
