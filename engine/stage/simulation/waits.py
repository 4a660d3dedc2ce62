"""How long is waited in a run: whose patience may be at an end, and who goes on where nobody else can.

A run that takes longer than its scenario's timeout is ended in reality, and so is a daemon half of that after all
others have ended; so what comes later does not come.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...models.model import Done
from .process import Process
from .strand import Strand
from .system import IDLE

if TYPE_CHECKING:
    from .world import World


def is_over(world: World, strand: Strand) -> bool:
    """Whether the patience of ``strand`` may be at an end."""
    if world.is_virtual:
        return strand.due_s is not None and strand.due_s <= world.now_s
    return is_in_time(world, strand)


def is_in_time(world: World, strand: Strand) -> bool:
    """Whether that may come while the run goes on, by all that ``strand`` and its process have waited."""
    waits_s = strand.process.slept_s + strand.waited_s + (strand.operation.patience_s or 0)
    note_wait(world, strand.process, waits_s)
    return waits_s <= world.timeout_s


def note_held(world: World, ready: Sequence[Strand], strand: Strand) -> None:
    """``strand`` goes on, and may have slept or waited in vain, while the others that are ``ready`` could have gone
    on."""
    waited_s = strand.process.slept_s + strand.waited_s
    more_s = waited_s - world.waited.get(strand, 0.0)
    if not more_s or strand.greenlet is None:
        return
    world.waited[strand] = waited_s
    for other in ready:
        since, held_s = world.held.get(other, (0, 0.0))
        if any(taken.strand is other for taken in world.trace[since:]):
            held_s = 0.0
        if other is not strand:
            held_s += more_s
            world.is_unfair |= held_s > world.timeout_s / 2
        world.held[other] = len(world.trace), held_s


def starves(world: World) -> bool:
    """Whether nobody goes on because the time of the run is over, and somebody who could go on was held back for half
    of it: no machine does that."""
    return world.is_unfair and any(
        strand.process.is_asleep or (strand.operation.patience_s is not None and not is_in_time(world, strand))
        for strand in world.waiting
        if strand.polls is None
    )


def note_wait(world: World, process: Process, waits_s: float) -> None:
    """``process`` waits for so long: a daemon may be ended before, where there is anybody else."""
    if process.daemon and waits_s > world.timeout_s / 2 and not (world.life and world.life.are_all_daemons):
        world.doubts.add(_DAEMON_WAITS)


_DAEMON_WAITS = "a daemon waits for longer than it is sure to live when all others have ended"


def note_time(world: World, strand: Strand, cell: int) -> None:
    """``strand`` does something to ``cell``, no sooner than what was done to that before."""
    if not world.is_virtual:
        waits_s = strand.process.slept_s + strand.waited_s
        at_s = max(strand.began_s + waits_s, world.done_s.get(cell, 0.0))
        strand.began_s, world.done_s[cell] = at_s - waits_s, at_s


def least_s(world: World) -> float:
    """How long a real run takes at least that goes as this one has gone, where time is any."""
    return max(world.done_s.values(), default=0.0)


def late(world: World) -> list[Strand]:
    """Those whose time is over next by the clock, where nobody can do anything before."""
    if not world.is_virtual:
        return []  # Whoever may have waited in vain has been able to go on before.
    due_s, due = _last_s(world), list[Strand]()
    for strand in world.waiting:
        if strand.polls is not None or strand.operation.patience_s is None:
            continue
        if strand.due_s is None:
            # To the nanosecond: 0.1 and 0.2 are 0.3.
            strand.due_s = round(world.now_s + strand.operation.patience_s, 9)
        if strand.process.is_stopped:
            continue  # The clock goes on.
        if strand.due_s < due_s or (strand.due_s == due_s and not due):
            due_s, due = strand.due_s, [strand]
        elif strand.due_s == due_s:
            due.append(strand)
    for strand in due:
        world.now_s = max(world.now_s, strand.due_s or 0.0)
        operation = strand.operation._replace(is_late=True)
        strand.step = world.models[strand.cell].step(world.states[strand.cell], strand.process.number, operation)
    return due


def _last_s(world: World) -> float:
    """When a real run would be ended, or what is left of it."""
    life = world.life
    if life is None or any(life.is_awaited(one.process) and one.operation is not IDLE for one in world.waiting):
        return world.timeout_s
    if world.alone_s is None:
        world.alone_s = world.now_s
    return min(world.timeout_s, world.alone_s + world.timeout_s / 2)


def idle(world: World) -> list[Strand]:
    """Those who wait until nobody else can do anything."""
    if world.is_virtual and world.alone_s is not None and any(one.process.number > 0 for one in world.waiting):
        world.now_s = max(world.now_s, _last_s(world))  # Daemons have been given all their time.
    found = [strand for strand in world.waiting if strand.operation is IDLE]
    for strand in found:
        strand.step = Done(world.states[strand.cell], None, ())
    return found
