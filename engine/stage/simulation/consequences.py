"""What the steps of the kernel and of signals mean for who runs."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from ...models.model import Operation
from . import deaths
from .faults import interrupt, note, note_time
from .handlers import refuse_signal
from .process import Process
from .refusal import NotSimulated
from .strand import Strand

if TYPE_CHECKING:
    from .life import Life

_ACTIONS = frozenset({"kill", "stop", "resume", "interrupt"})
_SIGTERM = 15


def obey(life: Life, strand: Strand, operation: Operation) -> None:
    """What the steps of the kernel and of signals mean for who runs. Raises the run's refusal where there is one by
    then: what comes after that says nothing."""
    action = operation.name
    if action == "exit":
        life.world.end_threads(strand.process)
        if not strand.greenlet.dead:
            life.world.remove(strand.process)
        deaths.follow(life.world, strand.process)
    elif action in _ACTIONS:
        victim = life.by_number[operation.arguments[0]]
        _refuse_what_is_handled(life, action, victim, operation)
        if action == "interrupt" and victim is strand.process:
            return  # Who interrupts himself has gone on with that already.
        has_occasion = victim.has_come and (action != "resume" or victim.is_stopped)
        _refuse_what_waits(life, action, strand, victim, operation)
        if life.refusal is not None:
            raise life.refusal
        if has_occasion and not victim.is_gone and victim.exitcode is None:
            if strand.process.fault is not None:
                note(life, victim, strand.process.fault)
            _strike(life, action, victim, operation)


def _refuse_what_waits(life: Life, action: str, strand: Strand, victim: Process, operation: Operation) -> None:
    """What the system keeps back until somebody goes on."""
    is_signal = action == "interrupt" or (action == "kill" and operation.arguments[1] == -_SIGTERM)
    if victim.is_stopped and is_signal:
        life.refuse(NotSimulated("a signal that waits until who is stopped goes on"))
    fault = strand.process.fault
    if life.world.is_virtual and fault is not None:
        note_time(life, fault)


def _refuse_what_is_handled(life: Life, action: str, victim: Process, operation: Operation) -> None:
    if victim.handlers and action in ("interrupt", "kill"):
        try:
            refuse_signal(victim, signal.SIGINT if action == "interrupt" else -operation.arguments[1])
        except NotSimulated as refusal:
            life.refuse(refusal)
            raise


def _strike(life: Life, action: str, victim: Process, operation: Operation) -> None:
    if action == "kill":
        victim.exitcode, victim.is_stopped = operation.arguments[1], False
        life.world.remove(victim)
        deaths.follow(life.world, victim)
    elif action == "interrupt":
        try:
            interrupt(life, victim)
        except NotSimulated as refusal:
            life.refuse(refusal)
    else:
        victim.is_stopped = action == "stop"
