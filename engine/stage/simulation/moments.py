"""What a process was seen to do between two operations, and what does so in its place."""

from __future__ import annotations

from typing import Any

import greenlet

from .here import UNSEEN, here
from .identity import identity
from .life import Life
from .payload import Pickled, Raw
from .process import Process
from .refusal import NotSimulated
from .strand import Strand
from .world import Act, World


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
        strand = running()
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


def running() -> Strand:
    assert here.strand is not None
    return here.strand
