"""Who runs just now: one greenlet at a time, in one thread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import greenlet

from ...models.model import Operation
from .apart import insist
from .refusal import NotSimulated

if TYPE_CHECKING:
    from .process import Process
    from .strand import Strand
    from .world import World

UNSEEN = object()


class Here:
    """``strand`` is None while the engine's own code runs; ``pickler`` is the number of the process in whose name
    something is pickled, if it is being so. ``aside`` says where it is that targets' code runs in nobody's name, and
    must not do anything; ``is_over`` that what is left of a run is being taken apart. ``stdout`` and ``stderr`` are
    what the run began with, in the place of which processes may put something else, and ``common`` is all that it began
    with of what each process may have for itself."""

    __slots__ = ("aside", "common", "hub", "is_over", "pickler", "stderr", "stdout", "strand", "world")

    world: World
    strand: Strand | None
    hub: Any

    def __init__(self) -> None:
        self.strand = None
        self.pickler: int | None = None
        self.is_over = False
        self.aside: str | None = None
        self.stdout: Any = sys.stdout
        self.stderr: Any = sys.stderr
        self.common: dict[Any, Any] = {}


here = Here()


def process() -> Process | None:
    """The simulated process whose code runs, if any does."""
    return here.strand.process if here.strand is not None else None


def caller(of: str) -> Process | None:
    """The same, for the function that people call ``of``. Raises NotSimulated in a feeder: no schedule shows when it
    pickles something, and how often; and what is taken apart is raised in it."""
    if here.strand is not None:
        return here.strand.process
    if here.pickler is not None:
        raise NotSimulated(f"{of} in what pickles an item, in a queue's feeder thread")
    if here.aside is not None:
        raise NotSimulated(f"{of} in {here.aside}")
    if here.is_over:
        raise outside()
    return None


@contextmanager
def nobody() -> Iterator[None]:
    """Have what is done here count as done by no process."""
    before, here.strand = here.strand, None
    try:
        yield
    finally:
        here.strand = before


_interrupted: list[tuple[Strand | None, str | None]] = []


def collect_as_nobody(phase: str, info: object) -> None:
    """A callback of ``gc``: what it finds may be left from another run, and the destructors of that must not do
    anything to this one in the name of whoever happens to run."""
    if phase == "start":
        _interrupted.append((here.strand, here.aside))
        here.strand = here.aside = None
    else:
        here.strand, here.aside = _interrupted.pop()


def number() -> int:
    """The number of the process whose code runs; the parent's, while its primitives are being made."""
    return here.strand.process.number if here.strand is not None else 0


def perform(cell: int, operation: Operation) -> Any:
    """Have the running process do ``operation`` on what is in ``cell``, when it is its turn.

    Returns its result, or raises its error; of a process that is taken apart, whose ``with`` and ``finally`` blocks
    still run, nothing is done any more.
    """
    strand = here.strand
    if strand is None:
        raise outside()
    if strand.process.dropped and operation.name != "exit":  # As it ends, all of it is closed at once.
        _close(strand.process)
    if strand.trap is not None:
        return strand.trap.perform(cell, operation)
    strand.cell, strand.operation, strand.seen = cell, operation, UNSEEN
    return here.hub.switch()


def go_on(cell: int, operation: Operation) -> Any:
    """The same, with nothing in the way of it."""
    strand = here.strand
    if strand is None:
        raise outside()
    strand.cell, strand.operation, strand.seen = cell, operation, UNSEEN
    return here.hub.switch()


def _close(process: Process) -> None:
    """Have ``process`` close what has gone away since it last did something: nobody sees that sooner."""
    dropped, process.dropped = process.dropped, ()
    for cell, operation in dropped:
        go_on(cell, operation)


def pass_over(name: str) -> None:
    """The running process does something to what people call ``name`` that is no step, for it only raises, or does
    nothing. Raises NotSimulated where a fault strikes at an operation on that, which counts this one."""
    strand = here.strand
    if strand is not None and strand.trap is not None:
        strand.trap.pass_over(name)


def outside() -> BaseException:
    """Why nothing can be done where no process runs: its feeder pickles what it has put, or it is taken apart."""
    if here.pickler is not None:
        return NotSimulated("an operation that pickling does, in a queue's feeder thread")
    if here.aside is not None:
        return NotSimulated(f"an operation in {here.aside}")
    current = greenlet.getcurrent()
    if here.is_over and current is not here.hub:
        insist(current)
    return greenlet.GreenletExit()
