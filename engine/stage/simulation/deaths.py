"""The moments of a process's end, where somebody could tell them apart.

A signal was sent to it: from then on it takes no more steps. In reality it may for some microseconds, until the system
has interrupted it; that is left out. But it is still alive, and holds all it has open. Then the system closes that: who
reads from it, and who waits for its sentinel, learns of its end; which of them does first depends on the numbers of
descriptors. Last, it can be reaped: its parent's ``exitcode``, ``is_alive`` and ``join`` know of it. Who ends by
himself, or sends himself the signal, has only what comes after that, and so has who is struck by a fault, which might
as well come later.

All of that is one step in worlds that are not exact about ``DEATHS``. It makes no difference there: who joins a process
without a time limit goes on after the last of these moments, and as well if that follows the others at once; and who
looks in another way, waits for a sentinel, or goes on after he has sent a signal, is said to look into deaths.

Source: CPython, Lib/multiprocessing/popen_fork.py, popen_forkserver.py; Linux, kernel/exit.c, ``do_exit``, and
kernel/signal.c, ``complete_signal``: of several signals that end a process the first one decides how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...models.messages import Ending, sentinel_of
from ...models.model import Operation
from .lasting import lasting
from .strand import Strand
from .system import KERNEL
from .world import DEATHS, ONCE, World

if TYPE_CHECKING:
    from .process import Process


def exit_with(world: World, process: Process, code: int) -> Operation:
    is_told = DEATHS in world.exact and process.parent is not None  # Of the parent's end nobody tells.
    return lasting("exit", code, True) if is_told else lasting("exit", code)


def kill(world: World, victim: int, code: int, is_closed: bool) -> Operation:
    """``is_closed`` says that the system closes what ``victim`` has open before anybody can do anything else."""
    return Operation("kill", (victim, code, is_closed) if DEATHS in world.exact else (victim, code))


def follow(world: World, process: Process) -> None:
    """``process`` takes no more steps: have what comes after that come when it may."""
    number, state = process.number, world.states[KERNEL]
    life = state.lives[number]
    if not isinstance(life, Ending):
        return
    if not life.is_closed:
        world.add_background(process, KERNEL, lasting("closes", number), ONCE)
    if number in state.holders.get(sentinel_of(number), ()):
        world.add_background(process, KERNEL, lasting("sentinel", number), ONCE)
    world.add_background(process, KERNEL, lasting("ends", number), ONCE)


def is_of(strand: Strand) -> bool:
    """Whether ``strand`` is what comes after the end of a process. Nobody but the system takes its steps."""
    return strand.greenlet is None and strand.cell == KERNEL
