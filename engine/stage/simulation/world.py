"""One run in simulation: who wants to do what, whose turn it is, what comes of it.

The hub is the greenlet in which the engine's own code runs. A process runs until it wants to do something to what is
shared; then the hub asks the models what would come of it, and the scheduler who goes on. What a process does between
two such operations concerns nobody else, so nothing is lost by not interrupting it there.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from contextvars import Context
from math import inf
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from ...models.messages import Endpoint
from ...models.model import BLOCKED, OVER, Blocked, Done, Model, Operation, Raised, Then, looks_at_memory
from . import polling, surroundings, waits
from .apart import take_apart
from .here import UNSEEN, here
from .line import Line, give_back, line
from .payload import EVERYWHERE, Pickling
from .process import Process
from .strand import Strand
from .system import COARSE, FINE, KERNEL, LABELS, OBEYED, Names, Take

ONCE = Operation("once")
"""What a background strand does again that does nothing again."""

# What may be seen exactly, in one exploration or another:

QUEUES = "queues"
"""Whether a ``get`` is in the middle of its work is told by ``get_nowait``, ``empty`` and the like."""

MEMORY = "memory"
"""Whether somebody is at a memory is told by who tries to take its lock."""

PIPES = "pipes"
"""Whether a ``recv`` is between a message's header and the rest is told by another process that receives there."""

KILLS = "kills"
"""Where a process is in the middle of anything is told by who kills it."""

LOANS = "loans"
"""When a process unpickles what it is started with is told by whether its starter still holds the semaphores in it."""

NAMES = "names"
"""When a process opens the blocks of memory that it is started with is told by who unlinks them."""

DEATHS = "deaths"
"""That who ends has not ended for everybody at once is told by who looks at a process, and does not wait for it."""

ORPHANS = "orphans"
"""Who is left behind by the process that started it is told by when all others have ended."""


class Taken(NamedTuple):
    """One step that was taken: ``before`` is the state of the cell until then."""

    strand: Strand
    cell: int
    operation: Operation
    step: Done | Raised | Then
    before: Any


class Redundant(Exception):
    """Every schedule that begins like this one is equivalent to one that has been run."""


class Elsewhere(Exception):
    """The same choices have led somewhere else than in an earlier run: something that is not seen decides, too."""


class OutOfSteps(Exception):
    """The run was longer than it may be, or would not have ended but for its being unfair."""


class Scheduler(Protocol):
    """Chooses who goes on, in one run after the other."""

    def begin(self) -> bool:
        """Get ready for the next run; false when no schedule is left."""

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        """Who of those that can take a step takes one, in order of their numbers. Raises Redundant and Elsewhere."""

    def end(self, world: World, is_whole: bool) -> None:
        """The run is over; it was left early, as redundant or too long, if it is not ``whole``."""


Act = Callable[["World", Process], object]
"""What a process does that is no step."""


class World:
    """What there is in one run. ``names`` and ``max_steps`` are the exploration's.

    ``held`` says of those that could go on how many steps there had been when that was last looked at, and for how long
    others have slept and waited in vain meanwhile, by ``waited``; ``is_unfair`` that it was for too long.
    ``has_slices`` says that somebody was at several items of a memory at once.
    ``timeout_s`` is how long a real run may take, ``alone_s`` since when only daemons are left, and ``done_s`` when at
    the earliest something was last done to each cell, where time is any. ``is_virtual`` has a clock that jumps to the
    next deadline when nobody can do anything before; without it, any time-out may pass at any moment. ``is_fine`` has
    primitives show every step that a process can be killed at, and
    ``exact`` those of the kinds that it names (``QUEUES``, ``MEMORY``, ``PIPES``; ``KILLS`` for all) every step that
    can be told from the outside, by a look or a try; ``looked_into`` has the kinds where somebody did so.
    ``doubts`` says what there was that may come out differently although no schedule shows it.
    ``obey`` is told of every step on the cells of the kernel and of signals. ``passed`` is filled while a process is
    being started whose arguments are pickled: with the endpoints among them, which it is to hold, ``lent`` with the
    loans, and ``named`` with the blocks of memory; ``sent`` has the cells of blocks that were in messages. What waits
    in one of the cells ``outliving`` is not given up by who is killed; of what is in the cells ``private``, each
    process has its own. ``is_still`` says that the steps to choose from are only
    possible because there is nothing else that is. Where it is noted what a process does, ``done`` takes what it does
    at once, and ``watched`` gives what is to stand before each greenlet.
    """

    def __init__(
        self,
        names: Names,
        max_steps: int,
        is_virtual: bool = False,
        is_fine: bool = False,
        exact: frozenset[str] = frozenset(),
    ) -> None:
        self.names = names
        self.is_virtual = is_virtual
        self.is_fine = is_fine or KILLS in exact
        self.exact = exact
        self.looked_into: set[str] = set()
        self.doubts: set[str] = set()
        system = FINE if self.is_fine or PIPES in exact else COARSE
        self.models: dict[int, Model] = system.models.copy()
        self.steps: dict[int, Take] = system.steps.copy()
        self.states: dict[int, Any] = system.states.copy()
        self.labels: dict[int, str] = LABELS.copy()
        self.waiting: list[Strand] = []
        self.trace: list[Taken] = []
        self.kept: list[object] = []
        self.pickling: Pickling = EVERYWHERE
        self.endpoints: dict[Any, str] = {}
        self.readers: dict[Endpoint, int] = {}
        self.is_starting_a_process = False
        self.passed: list[Endpoint] = []
        self.lent: list[Any] = []
        self.named: list[Any] = []
        self.sent: set[int] = set()
        self.is_still = False
        self.outliving: set[int] = set()
        self.private: set[int] = set()
        self.fifos: dict[str, int] = {}
        self.output: int | None = None
        self.now_s = 0.0
        self.timeout_s = inf
        self.alone_s: float | None = None
        self.done_s: dict[int, float] = {}
        self.obey: Callable[[Strand, Operation], None] | None = None
        self.life: Any = None
        self.done: list[Act] | None = None
        self.watched: Callable[[Line], Any] | None = None
        self.begin_anew()
        self._places: dict[int, int] = {}
        self._max_steps = max_steps

    def begin_anew(self) -> None:
        """Have nobody left over from another run."""
        self.held: dict[Strand, tuple[int, float]] = {}
        self.waited: dict[Strand, float] = {}
        self.is_unfair = False
        self.has_slices = False
        self._newborn: list[Strand] = []
        self._onlookers: list[Strand] = []
        self._lines: list[Line] = []
        self._removed: list[Any] = []
        surroundings.begin()

    def is_exact(self, kind: str) -> bool:
        return self.is_fine or kind in self.exact

    def settle(self, cell: int, process: int, operation: Operation) -> Any:
        """Have ``process`` do at once what no other one can see, or what comes before they are there."""
        step = self.steps[cell](self.states[cell], process, operation)
        assert not isinstance(step, (Blocked, Then)), operation
        if self.done is not None:
            self.done.append(lambda world, process: world.settle(cell, process.number, operation))
        self.states[cell] = step.state
        if isinstance(step, Raised):
            raise step.error
        return step.result

    def do(self, act: Act) -> None:
        """Have the running process ``act`` on this world at once: what it does there besides its operations."""
        if self.done is not None:
            self.done.append(act)
        act(self, here.strand.process)  # type: ignore[union-attr]

    def number(self, name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def add_cell(self, name: object, label: str, model: Model) -> int:
        """A place for the state of one primitive; ``label`` is what people call it."""
        cell = self.number(name)
        self.set_cell(cell, label, model, model.initial())
        return cell

    def set_cell(self, cell: int, label: str, model: Model, state: Any, step: Take | None = None) -> None:
        """``step`` is what ``model`` does, if that is known in another way."""
        self.models[cell], self.states[cell], self.labels[cell] = model, state, label
        self.steps[cell] = step or model.step

    def keep(self, shared: object) -> int:
        """Where in ``kept`` something is that a pickle can only point to."""
        place = self._places.setdefault(id(shared), len(self.kept))
        if place == len(self.kept):
            self.kept.append(shared)
        return place

    def add_strand(self, process: Process, run: Callable[[], None], context: Context | None = None) -> Strand:
        """Have ``run`` go on as a line of ``process``, up to the first thing that it does to what is shared; with the
        context variables of ``context``, if it has inherited any."""
        own = line(run)
        if context is not None:
            own.gr_context = context
        self._lines.append(own)
        strand = Strand(self.number(("strand", process.key)), process, own)
        if self.watched is not None:
            strand.greenlet = self.watched(own)
        process.strand = strand
        self._newborn.append(strand)
        if here.strand is None:
            self._let_begin()
        return strand

    def add_background(self, process: Process, cell: int, operation: Operation, again: Operation | None = None) -> None:
        """Have a thread of ``process`` do ``operation``, and then ``again``, the same if None, whenever it can."""
        strand = Strand(self.number(("strand", process.key, cell, operation.name)), process, None, cell)
        strand.operation, strand.again = operation, again or operation
        if self.done is not None:
            self.done.append(lambda world, process: world.add_background(process, cell, operation, again))
        self._insert(strand)

    def remove(self, process: Process) -> None:
        """``process`` does nothing any more."""
        process.is_gone = True
        for strand in [one for one in self.waiting if one.process is process]:
            self.waiting.remove(strand)
            if strand.greenlet is not None:
                self._removed.append(strand.greenlet)
                if strand.cell in self.outliving and strand.is_midway:
                    # Its request is with the manager's server, which knows nothing of its end.
                    self.add_background(process, strand.cell, strand.operation, ONCE)

    def end_threads(self, process: Process) -> None:
        """``process`` has ended, and what its threads had still to do is not done."""
        self.waiting = [strand for strand in self.waiting if strand.process is not process or strand.greenlet]

    def give_up(self, running: Strand) -> None:
        """Have nobody do anything more, the one that runs included."""
        everybody = [*self.waiting, *self._newborn, running]
        for strand in everybody:
            strand.process.is_gone = True
        self._removed += [strand.greenlet for strand in everybody if strand.greenlet is not None]
        self.waiting.clear()
        self._newborn.clear()

    def throw(self, strand: Strand, error: BaseException, instead: Operation = OVER) -> None:
        """Have what ``strand`` waits for end in ``error``, after it has done something else ``instead``."""
        strand.polls, strand.visits, strand.quiet, strand.seen = None, None, 0, UNSEEN
        if instead is OVER:
            strand.is_midway = False
            self._go_on(strand, strand.greenlet.throw, error)
        else:
            strand.operation, strand.error, strand.due_s = instead, error, None

    def run(self, scheduler: Scheduler) -> None:
        """Take steps until nobody can. Raises OutOfSteps, and what ``scheduler`` raises."""
        trace, choose, most = self.trace, scheduler.choose, self._max_steps
        while True:
            ready = self._ready()
            self.is_still = not ready
            if not ready:
                ready = waits.late(self) or waits.idle(self)
                if not ready:
                    if waits.starves(self):
                        raise OutOfSteps
                    return
            if len(trace) >= most:
                raise OutOfSteps
            strand = choose(self, ready)
            if strand.is_late:
                strand.is_late = False
                strand.waited_s += strand.operation.patience_s or 0.0
            # Most runs wait for nothing.
            if self.done_s or strand.process.slept_s or strand.waited_s or strand.began_s:
                waits.note_time(self, strand, strand.cell)
                if not self.is_virtual:
                    waits.note_held(self, ready, strand)
            self._take(strand)

    def _take(self, strand: Strand) -> None:
        cell, operation, states = strand.cell, strand.operation, self.states
        step: Any = strand.step
        before, after, kind = states[cell], step.state, type(step)
        self.trace.append(_tuple(Taken, (strand, cell, operation, step, before)))
        states[cell] = after
        strand.seen = UNSEEN
        if after is not before:
            self._note_change(strand, cell, step, before)
        strand.is_midway = kind is Then
        if strand.greenlet is None:
            self._take_behind(strand, step)
        elif strand.error is not None and kind is not Then:
            error, strand.error = strand.error, None
            self._go_on(strand, strand.greenlet.throw, error)
        elif kind is Done:
            self._go_on(strand, strand.greenlet.switch, step.result)
        elif kind is Raised:
            self._go_on(strand, strand.greenlet.throw, step.error)
        else:
            strand.operation = step.operation
        if after is before and kind is not Then:
            polling.note(strand, cell, step.touches)
        if strand.visits is not None:
            self._note_visits(strand)
        if cell in OBEYED and self.obey is not None:
            self.obey(strand, operation)

    def _note_change(self, strand: Strand, cell: int, step: Any, before: Any) -> None:
        strand.quiet = 0
        if strand.changes < polling.CHANGES:
            strand.changes += 1
            strand.visits = None
        else:
            polling.note_change(strand, cell, step.touches, before, step.state)
        if self._onlookers:
            polling.notice(self._onlookers, strand, cell, step.touches)

    def _note_visits(self, strand: Strand) -> None:
        if not strand.is_midway:
            polling.come_round(strand)
        if strand not in self._onlookers:
            self._onlookers.append(strand)

    def _take_behind(self, strand: Strand, step: Any) -> None:
        """What the step of a background strand leads to."""
        if type(step) is Then:
            strand.operation = step.operation
            return
        strand.operation = strand.again
        if strand.again is ONCE:
            self.waiting.remove(strand)
        if type(step) is Raised:
            strand.process.complain(step.error)

    def end(self) -> None:
        """Take apart what is left."""
        here.strand = None
        left = [strand.greenlet for strand in self.waiting if strand.greenlet is not None]
        for strand in self.waiting:
            strand.process.is_gone = True
        self.waiting.clear()
        if left or self._removed:
            here.is_over = True
            for one in left + self._removed:
                take_apart(one)
            here.is_over = False
            surroundings.restore()
        give_back(self._lines)
        self._lines = []

    def _ready(self) -> list[Strand]:
        """Those who can take a step, and what it is, with each of them."""
        ready = []
        states, steps, is_fine = self.states, self.steps, self.is_fine
        for strand in self.waiting:
            cell = strand.cell
            state = states[cell]
            if strand.seen is not state:
                strand.seen = state
                operation = strand.operation
                step = steps[cell](state, strand.process.number, operation)
                strand.is_late = False
                if step is BLOCKED:
                    if operation.patience_s is not None and waits.is_over(self, strand):
                        step = steps[cell](state, strand.process.number, operation._replace(is_late=True))
                        strand.is_late = True
                elif strand.greenlet is None and looks_at_memory(step.touches):  # type: ignore[union-attr]
                    strand.seen = UNSEEN
                if is_fine and cell in self.outliving and strand.greenlet and not strand.is_midway:
                    step = Then(state, operation, ())  # It sends its request.
                strand.step = step
            if strand.step is not BLOCKED and strand.polls is None and not strand.process.is_stopped:
                ready.append(strand)
        return ready

    def _go_on(self, strand: Strand, enter: Callable[[Any], object], given: object) -> None:
        process = strand.process
        if process.surroundings is not None:
            process.surroundings.enter()
        strand.due_s = None
        here.strand = strand
        enter(given)
        here.strand = None
        if process.surroundings is not None or surroundings.has_other_streams():
            surroundings.leave(process)
        waiting = self.waiting
        if strand.greenlet.dead:
            if process.slept_s:
                waits.note_time(self, strand, KERNEL)  # What it has slept since its last step.
            if strand in waiting:
                waiting.remove(strand)
        elif strand not in waiting and not process.is_gone:
            self._insert(strand)
        if self._newborn:
            self._let_begin()

    def _let_begin(self) -> None:
        while self._newborn:
            strand = self._newborn.pop(0)
            self._go_on(strand, strand.greenlet.switch, None)

    def _insert(self, strand: Strand) -> None:
        insort(self.waiting, strand, key=_number)


_number = attrgetter("number")
_tuple: Any = tuple.__new__
"""Makes a named tuple in half the time that its own constructor takes."""
