"""Keep interrupts by the clock from a process until its target begins.

Before that nothing would come of one, or not the same: what is raised after a fork is only printed, a fork server's
children ignore it, a fresh interpreter dies of it. So it is blocked from before the process is made, which its child
inherits, and comes when the target begins. Done only where a scenario says that such an interrupt comes.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..plan import Fault, Plan


def may_come_early(faults: Sequence[Fault]) -> bool:
    return any(fault.action == "interrupt" and fault.at_s is not None for fault in faults)


def start_helpers(plan: Plan) -> None:
    """Start what multiprocessing needs for ``plan``, and would otherwise start together with the first process.

    While it starts its resource tracker, it lets interrupts come; and what a fork server holds back, it must have held
    back itself from its beginning.
    """
    if plan.start_method == "fork" or not may_come_early(plan.faults):
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()
    if plan.start_method == "forkserver":
        with held_back(plan.faults):
            forkserver.ensure_running()


@contextmanager
def held_back(faults: Sequence[Fault]) -> Iterator[None]:
    """Whoever is started meanwhile gets none before it calls ``let_come``, where one may come early."""
    if not may_come_early(faults):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_come() -> None:
    """From now on this process gets them, and now the one that has come early."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
