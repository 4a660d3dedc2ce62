"""What processes were seen to do, so that a sampled run need not have them do it again.

Between two operations a process goes by nothing but what its operations have given it so far. So whoever was given the
same goes on with the same, and once that was seen, its target need not run: a run of which all is known takes its steps
in the models alone. One that comes to something new is begun again with its targets, by the same choices, and what they
do is noted from there on.

Only who samples recalls, for that proves nothing. Targets that do otherwise the next time (they go by what nobody sees,
such as a file) are noticed by who goes through all schedules; and each outcome that is new is run once more with its
targets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import greenlet

from ...models.model import Operation
from ...plan import Plan
from .consequences import obey
from .here import UNSEEN, here
from .identity import identity
from .life import Life
from .line import Line
from .payload import Pickled, Raw
from .play import Played, Terms, follow, play
from .process import Process
from .refusal import NotSimulated
from .schedulers.replay import Replay
from .strand import Strand
from .world import Act, Scheduler, World

_MOST = 20_000
"""How many moments are kept."""

_PERIOD = 100
"""After so many runs it is seen whether most of them came to nothing new: otherwise, to try is a waste."""


class Unknown(Exception):
    """A process comes to where none has been seen."""


class Moment:
    """Where a process stands before ``operation`` on what is in ``cell``, or at its end, and what it has done since its
    last operation: ``attributes`` of its own that it has changed, what it has ``printed``, and what was ``done`` at
    once."""

    __slots__ = ("_by_value", "_given", "_next", "attributes", "cell", "done", "is_over", "operation", "printed")

    def __init__(self, strand: Strand, is_over: bool) -> None:
        self.cell = strand.cell
        self.operation = strand.operation
        self.is_over = is_over
        self.attributes: dict[str, Any] = {}
        self.printed: list[tuple[int, str]] = []
        self.done: tuple[Act, ...] = ()
        self._next: dict[int, Moment] = {}
        self._by_value: dict[Any, Moment] = {}
        self._given: list[Any] = []

    def next(self, given: Any) -> Moment | None:
        """Where that leads that the operation gives, or raises."""
        found = self._next.get(identity(given))
        if found is None and self._by_value:
            found = self._by_value.get(_told(given))
            if found is not None and len(self._given) < _MOST_GIVEN:
                self._next[identity(given)] = found
                self._given.append(given)  # As long as it is kept, no other one has its identity.
        return found

    def is_as(self, strand: Strand) -> bool:
        """Whether ``strand`` stands there."""
        return (self.cell, self.operation.name) == (strand.cell, strand.operation.name)

    def note(self, given: Any, following: Moment) -> None:
        told = _told(given)
        if told is not None:
            self._by_value[told] = following


_MOST_GIVEN = 100


def _told(given: Any) -> Any:
    """What tells ``given`` apart from all that is not equal to it; None where that is not known."""
    kind = type(given)
    if kind in _BY_VALUE:
        return kind, given
    if kind is float:
        return kind, repr(given)
    if kind is tuple:
        items = [_told(item) for item in given]
        return None if None in items else (kind, tuple(items))
    if isinstance(given, BaseException):
        arguments = _told(given.args)
        return None if arguments is None else (kind, arguments)
    return None


_BY_VALUE = frozenset((int, bool, type(None), str, bytes, Raw, Pickled))


class Recalled:
    """Stands for the greenlet of a process, and does what that was seen to do. It does not know its strand, which is
    the one that runs: what refers to itself is not gone when its run is."""

    __slots__ = ("_moment", "dead")

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.dead = False

    def switch(self, given: Any) -> None:
        """Go on with what the operation gives. Raises Unknown."""
        moment = self._moment.next(given)
        if moment is None:
            raise Unknown
        self._moment = moment
        strand = _running()
        if moment.attributes:
            strand.process.__dict__.update(moment.attributes)
        if moment.printed:
            strand.process.written += moment.printed
        for act in moment.done:
            act(here.world, strand.process)
        strand.cell, strand.operation, strand.seen = moment.cell, moment.operation, UNSEEN
        self.dead = moment.is_over

    def throw(self, error: Any) -> None:
        """Go on with what the operation raises. Raises Unknown."""
        if error is not greenlet.GreenletExit:
            self.switch(error)

    @property
    def gr_frame(self) -> Any:
        """It has none. Raises Unknown."""
        raise Unknown


class Watched:
    """Stands before the greenlet of a process, and notes what that does. ``moment`` is None where it does not."""

    __slots__ = ("_line", "_recall", "moment")

    def __init__(self, line: Line, recall: Recall) -> None:
        self._line, self._recall = line, recall
        self.moment: Moment | None = None

    @property
    def dead(self) -> bool:
        return self._line.dead

    @property
    def gr_frame(self) -> Any:
        return self._line.gr_frame

    def switch(self, given: Any) -> None:
        self._go_on(self._line.switch, given)

    def throw(self, error: Any) -> None:
        if error is greenlet.GreenletExit:
            self._line.throw(error)
        else:
            self._go_on(self._line.throw, error)

    def _go_on(self, enter: Callable[[Any], object], given: Any) -> None:
        moment, strand = self.moment, _running()
        if moment is None:
            enter(given)
            return
        following = moment.next(given)
        if following is None and self._recall.is_open:
            glance = Glance(strand.process)
            enter(given)
            following = glance.seen(strand, self.dead)
            if following is not None:
                self._recall.count += 1
                moment.note(given, following)
        else:
            enter(given)
            if following is not None and not following.is_as(strand):
                self._recall.pays = False  # It goes by something else, too.
        self.moment = following


def _running() -> Strand:
    assert here.strand is not None
    return here.strand


class Glance:
    """What there was before ``process`` went on."""

    def __init__(self, process: Process) -> None:
        world = here.world
        self._done: list[Act] = []
        world.done = self._done
        self._process = process
        self._attributes = {**vars(process)}
        self._calls = len(process.calls)
        self._printed = len(process.written)
        self._marks = _marks(world)

    def seen(self, strand: Strand, is_over: bool) -> Moment | None:
        """What it has done since; None if some of that may not be all there is."""
        process, world = self._process, here.world
        world.done = None
        if strand.trap is not None or _marks(world) != self._marks:
            return None
        moment = Moment(strand, is_over)
        before = self._attributes
        moment.attributes = {
            name: value for name, value in vars(process).items() if name not in before or before[name] is not value
        }
        if len(process.calls) != self._calls:
            moment.attributes["calls"] = {**process.calls}
        moment.printed = process.written[self._printed :]
        moment.done = tuple(self._done)
        return moment


def _marks(world: World) -> tuple[object, ...]:
    """What changes where a process does more than is noted."""
    life: Life = world.life
    return (
        *map(len, (world.models, world.kept, world.endpoints, world.passed, world.outliving, world.private)),
        *(len(life.by_number), len(life.managed), life.refusal, NotSimulated.latest),
        *(life.reads_clock, life.ends_while_feeding, life.observes),
    )


class _Begun(NamedTuple):
    """A strand before the first choice of a run; one of a process's own has a ``moment``."""

    number: int
    process: int
    cell: int
    operation: Operation
    again: Operation
    moment: Moment | None


class Opening:
    """What every run has come to before its first choice, made of one ``life`` that has."""

    def __init__(self, life: Life) -> None:
        world = life.world
        self._world, self._life = {**_fields(world), "names": world.names}, _fields(life)
        self._processes = {number: _fields(process) for number, process in life.by_number.items()}
        self._strands = [
            _Begun(
                *(strand.number, strand.process.number, strand.cell, strand.operation, strand.again),
                Moment(strand, False) if strand.greenlet is not None else None,
            )
            for strand in world.waiting
        ]
        self._names = {name: process.number for name, process in life.processes.items()}

    def watch(self, life: Life) -> bool:
        """Have those be watched who have begun in ``life``; false if it has not come to the same."""
        strands = life.world.waiting
        if [strand.number for strand in strands] != [begun.number for begun in self._strands]:
            return False
        for strand, begun in zip(strands, self._strands, strict=True):
            if begun.moment is not None:
                if not begun.moment.is_as(strand):
                    return False
                strand.greenlet.moment = begun.moment
        return True

    def life(self) -> Life:
        """Another one that has come to the same, in which nobody has a greenlet."""
        world, life = object.__new__(World), object.__new__(Life)
        vars(world).update(self._world)
        world.states, world.readers = world.states.copy(), world.readers.copy()
        world.waiting, world.trace, world.looked_into, world.doubts = [], [], set(), set()
        world.begin_anew()
        vars(life).update(self._life)
        life.world = world
        life.by_number = by_number = {number: _copied(fields) for number, fields in self._processes.items()}
        life.processes = {name: by_number[number] for name, number in self._names.items()}
        life.parent = by_number[0]
        world.pickling = world.life = life
        world.obey = partial(obey, life)
        for begun in self._strands:
            strand = Strand(begun.number, by_number[begun.process], None, begun.cell)
            strand.operation, strand.again = begun.operation, begun.again
            if begun.moment is not None:
                strand.greenlet = Recalled(begun.moment)
            world.waiting.append(strand)
        return life


def _fields(of: Any) -> dict[str, Any]:
    """What ``of`` has, as long as it goes on otherwise."""
    return {name: value.copy() if type(value) in _CHANGING else value for name, value in vars(of).items()}


_CHANGING = frozenset((dict, list, set))


def _copied(fields: dict[str, Any]) -> Process:
    process = object.__new__(Process)
    vars(process).update(fields)
    process.written = process.written.copy()
    process.strand = None
    return process


class Recall:
    """All that is known of the processes of one exploration, which has these ``terms``."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._opening: Opening | None = None
        self._runs = 0
        self._recalled = 0
        self.pays = _is_plain(terms.plan) and not terms.is_virtual
        self.count = 0
        """How many moments are known."""

    @property
    def is_open(self) -> bool:
        """Whether more is noted."""
        return self.pays and self.count < _MOST

    def play(self, scheduler: Scheduler) -> Played:
        """As ``play.play``, of whose schedulers it must be one that goes by numbers of strands."""
        self._runs += 1
        # The first run has yet to make what is in stock for all others, and what is known of their steps.
        if not self.pays or self._runs == 1:
            return play(self._terms, scheduler)
        if self._opening is None:
            return self._watch(scheduler)
        self._look_whether_it_pays()
        life = self._opening.life()
        try:
            played = follow(life, scheduler, _has_begun)
        except Unknown:
            here.strand = None
            return self._again(life, scheduler)
        if played.life.refusal is not None:  # Where that was, targets know.
            return self._again(played.life, scheduler)
        self._recalled += 1
        return played._replace(is_recalled=True)

    def _again(self, life: Life, scheduler: Scheduler) -> Played:
        """A run with targets, which goes on from where ``life`` has come to."""
        choices = [taken.strand.number for taken in life.world.trace]
        life.end()
        return self._watch(Replay(choices, scheduler))

    def _look_whether_it_pays(self) -> None:
        if self._runs % _PERIOD == 0:
            self.pays = self._recalled * 2 >= _PERIOD
            self._recalled = 0

    def _watch(self, scheduler: Scheduler) -> Played:
        return play(self._terms, scheduler, self._begin)

    def _begin(self, life: Life) -> None:
        life.world.watched = lambda line: Watched(line, self)
        life.begin()
        if self._opening is None:
            self._opening = Opening(life)
        self.pays = self.pays and self._opening.watch(life)


def _has_begun(life: Life) -> None:
    """It has come to the first choice."""


def _is_plain(plan: Plan) -> bool:
    """Whether nobody strikes, or is ended, in between."""
    return not plan.faults and not any(process.daemon for process in plan.processes)
