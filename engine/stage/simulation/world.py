"""One run in simulation: who wants to do what, whose turn it is, what comes of it.

The hub is the greenlet in which the engine's own code runs. A process runs until it wants to do something to what is
shared; then the hub asks the models what would come of it, and the scheduler who goes on. What a process does between
two such operations concerns nobody else, so nothing is lost by not interrupting it there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import greenlet

from ...models.kernel import Endpoint, Kernel
from ...models.model import BLOCKED, Blocked, Done, Model, Operation, Raised, Then, looks_at_memory
from .here import UNSEEN, here
from .payload import PICKLING, as_bytes
from .process import Process
from .strand import Strand

Names = dict[object, int]
"""Numbers for strands and cells by what they are, the same ones in all runs of an exploration."""


_KERNEL = Kernel(as_bytes)


class Taken(NamedTuple):
    """One step that was taken: ``before`` is the state of the cell until then."""

    strand: Strand
    cell: int
    operation: Operation
    step: Done | Raised | Then
    before: Any


class Redundant(Exception):
    """Every schedule that begins like this one is equivalent to one that has been run."""


class OutOfSteps(Exception):
    """The run was longer than it may be."""


class Scheduler(Protocol):
    """Chooses who goes on, in one run after the other."""

    def begin(self) -> bool:
        """Get ready for the next run; false when no schedule is left."""

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        """Who of those that can take a step takes one, in order of their numbers. Raises Redundant."""

    def end(self, world: World, is_whole: bool) -> None:
        """The run is over; it was left early, as redundant or too long, if it is not ``whole``."""


class World:
    """What there is in one run. ``names`` and ``max_steps`` are the exploration's.

    ``passed`` is filled while a process is being started whose arguments are pickled: with the endpoints among them,
    which it is to hold.
    """

    def __init__(self, names: Names, max_steps: int, is_virtual: bool = False) -> None:
        self.names = names
        self.models: dict[int, Model] = {}
        self.states: dict[int, Any] = {}
        self.labels: dict[int, str] = {}
        self.processes: list[Process] = []
        self.waiting: list[Strand] = []
        self.trace: list[Taken] = []
        self.kept: list[object] = []
        self.pickling = PICKLING
        self.is_starting_a_process = False
        self.passed: list[Endpoint] = []
        self._max_steps = max_steps
        self._is_virtual = is_virtual
        self._places: dict[int, int] = {}
        self._kernel: int | None = None

    @property
    def kernel(self) -> int:
        """The cell of what the operating system knows; there from the first moment that anybody asks."""
        if self._kernel is None:
            self._kernel = self.add_cell("kernel", "kernel", _KERNEL)
        return self._kernel

    def settle(self, cell: int, process: int, operation: Operation) -> Any:
        """Have ``process`` do at once what no other one can see, or what comes before they are there."""
        step = self.models[cell].step(self.states[cell], process, operation)
        assert not isinstance(step, (Blocked, Then)), operation
        self.states[cell] = step.state
        if isinstance(step, Raised):
            raise step.error
        return step.result

    def number(self, name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def add_cell(self, name: object, label: str, model: Model) -> int:
        """A place for the state of one primitive; ``label`` is what people call it."""
        cell = self.number(name)
        self.models[cell], self.states[cell], self.labels[cell] = model, model.initial(), label
        return cell

    def keep(self, shared: object) -> int:
        """Where in ``kept`` something is that a pickle can only point to."""
        place = self._places.setdefault(id(shared), len(self.kept))
        if place == len(self.kept):
            self.kept.append(shared)
        return place

    def add_strand(self, process: Process, run: Callable[[], None]) -> Strand:
        """Have ``run`` go on as a line of ``process``, up to the first thing that it does to what is shared."""
        strand = Strand(self.number(("strand", process.key)), process, greenlet.greenlet(run))
        process.strand = strand
        self._go_on(strand, strand.greenlet.switch)
        return strand

    def add_background(self, process: Process, cell: int, operation: Operation) -> None:
        """Have a thread of ``process`` do ``operation`` again and again, whenever it can."""
        strand = Strand(self.number(("strand", process.key, cell, operation.name)), process, None, cell)
        strand.operation = strand.again = operation
        self._insert(strand)

    def run(self, scheduler: Scheduler) -> None:
        """Take steps until nobody can. Raises Redundant and OutOfSteps."""
        states, trace, choose = self.states, self.trace, scheduler.choose
        while True:
            ready = self._ready()
            if not ready:
                return
            if len(trace) >= self._max_steps:
                raise OutOfSteps
            strand = choose(self, ready)
            step, cell = strand.step, strand.cell
            before = states[cell]
            trace.append(Taken(strand, cell, strand.operation, step, before))  # type: ignore[arg-type]
            states[cell] = step.state  # type: ignore[union-attr]
            strand.seen = UNSEEN
            if type(step) is Then:
                strand.operation = step.operation
            elif strand.greenlet is None:
                strand.operation = strand.again
                if type(step) is Raised:
                    strand.process.complain(step.error)
            elif type(step) is Done:
                self._go_on(strand, strand.greenlet.switch, step.result)
            else:
                self._go_on(strand, strand.greenlet.throw, step.error)  # type: ignore[union-attr]

    def end(self) -> None:
        """Take apart what is left."""
        here.strand = None
        for strand in self.waiting:
            if strand.greenlet is not None and not strand.greenlet.dead:
                strand.process.is_gone = True
                strand.greenlet.throw(greenlet.GreenletExit)
        self.waiting.clear()

    def _ready(self) -> list[Strand]:
        """Those who can take a step, and what it is, with each of them."""
        ready = []
        states = self.states
        for strand in self.waiting:
            state = states[strand.cell]
            if strand.seen is not state:
                strand.seen = state
                model, process, operation = self.models[strand.cell], strand.process.number, strand.operation
                step = model.step(state, process, operation)
                if step is BLOCKED and operation.patience_s is not None and not self._is_virtual:
                    step = model.step(state, process, operation._replace(is_late=True))
                strand.step = step
                if strand.greenlet is None and step is not BLOCKED and looks_at_memory(step.touches):  # type: ignore[union-attr]
                    strand.seen = UNSEEN
            if strand.step is not BLOCKED:
                ready.append(strand)
        return ready

    def _go_on(self, strand: Strand, enter: Callable[..., object], *given: object) -> None:
        here.strand = strand
        enter(*given)
        here.strand = None
        if strand.greenlet.dead:
            if strand in self.waiting:
                self.waiting.remove(strand)
        elif strand not in self.waiting:
            self._insert(strand)

    def _insert(self, strand: Strand) -> None:
        self.waiting.append(strand)
        self.waiting.sort(key=lambda one: one.number)
