"""What the steps of a simulated run ask of real processes that are to do the same in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...models.model import BLOCKED, Operation, Raised, Then
from ...models.queue import Loose
from ...plan import Score, Turn
from ..watching import OF_PROXIES
from . import deaths
from .life import Life
from .names import said
from .process import STDOUT, Process
from .strand import Strand
from .system import CLOCK, KERNEL, RETURN, SIGNALS
from .world import Scheduler, World

_WAITS = frozenset(("await", "come", "idle"))
"""What the parent, or the start of a process, waits for in reality without being told."""

_STRUCK_BY = {"kill": "kill", "terminate": "kill", "interrupt": "interrupt", "stop": "stop"}
"""The operations by which faults strike."""

_OWN = frozenset(("close", "join_thread"))
"""What a process does to queues, also at its end, that its feeder alone can see, which has turns of its own."""


class Scribe:
    """Notes the turns of the one run that ``scheduler`` makes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._going_on: set[Strand] = set()
        self.turns: list[Turn] = []

    def begin(self) -> bool:
        return self._scheduler.begin()

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        strand = self._scheduler.choose(world, ready)
        if _only_asks(strand) or deaths.is_of(strand):
            return strand  # What the system does, nobody has to wait for, nor can.
        turn = _turn(world, strand, begins=not (strand.is_midway and strand in self._going_on))
        if turn is not None:
            self.turns.append(turn)
        if type(strand.step) is Then:
            self._going_on.add(strand)
        else:
            self._going_on.discard(strand)
        return strand

    def end(self, world: World, is_whole: bool) -> None:
        self._scheduler.end(world, is_whole)


def score_of(scribe: Scribe, life: Life) -> Score:
    everybody = (life.parent, *life.processes.values())
    stopped = {one.name for one in everybody if one.is_stopped and one.exitcode is None}
    return Score(
        tuple(_without_stops(scribe.turns, stopped)),
        tuple(life.processes),
        life.seed,
        tuple(one.name for one in everybody if one.is_asleep),
        life.world.output is not None,
    )


def _without_stops(turns: Sequence[Turn], stopped: set[str]) -> Iterator[Turn]:
    """Who goes on after he has been stopped has taken no step meanwhile; but the last stop of who is ``stopped`` at the
    end is what comes of him."""
    last = {turn.process: place for place, turn in enumerate(turns) if turn.what == "stop" and turn.process in stopped}
    return (turn for place, turn in enumerate(turns) if turn.what != "stop" or last.get(turn.process) == place)


def obstacles(life: Life) -> Iterator[str]:
    """What of a simulated run would be otherwise in reality, whatever the order."""
    if life.reads_clock:
        yield "a target reads the clock"
    if life.ends_while_feeding:
        yield "the parent ends before its feeder has pickled all"
    if life.opens_blocks:
        yield "a block of shared memory is opened as its process begins"
    if life.reads_pids:
        yield "a target looks at process ids"


def _turn(world: World, strand: Strand, begins: bool) -> Turn | None:
    cell, operation, process = strand.cell, strand.operation, strand.process
    number = len(world.trace) + 1
    if process.fault is not None and cell == KERNEL and operation.name == "kill":
        # Nothing happens to who has ended.
        is_there = world.states[KERNEL].lives[operation.arguments[0]] is None
        return _strike(world, number, process) if is_there else None
    if cell == SIGNALS and operation.name == "pause":
        return Turn(number, process.name, "", "", "pause")
    if process.fault is not None and cell == SIGNALS and operation.name in ("interrupt", "stop"):
        return _signal(world, process, number)
    if process.number < 0 or cell == SIGNALS or cell in world.private:
        return None  # All else that a fault does is to wait for its moment; what is one's own nobody else sees.
    if cell == world.output:
        stream, text = operation.arguments
        return Turn(
            number,
            process.name,
            "",
            "",
            "stdout" if stream == STDOUT else "stderr",
            size=len(text.encode(errors="replace")),
        )
    if cell == KERNEL and (operation.name in _WAITS or (operation.name == "exit" and process.number == 0)):
        return None
    if cell != KERNEL and operation.name in _OWN:
        return None
    if _is_delay(world, strand):
        return None
    primitive, _, _ = said(world, cell, operation)
    name = _of_target(cell, operation)
    is_feeder = strand.greenlet is None
    pickling = _pickling(world, strand) if is_feeder else ""
    if isinstance(strand.step, Then):
        following = strand.step.operation.name
    else:
        following = "feed" if pickling == "pickle" and type(strand.step) is not Raised else ""
    return Turn(
        number,
        process.name,
        world.labels[cell] if is_feeder else "",
        primitive,
        pickling or name,
        begins,
        type(strand.step) is Then or following == "feed",
        _is_late(world, strand),
        following=following,
    )


def _signal(world: World, striker: Process, number: int) -> Turn | None:
    """Nothing comes of one to who has ended, or not begun."""
    assert striker.fault is not None
    victim = world.life.processes[striker.fault.process]
    is_there = victim.exitcode is None and not victim.is_gone and victim.has_come
    return _strike(world, number, striker) if is_there else None


def _strike(world: World, number: int, striker: Process) -> Turn:
    """A fault finds its process as an operation ends, or just before another one."""
    fault = striker.fault
    assert fault is not None
    victim = world.life.processes[fault.process]
    operation, own = victim.strand.operation, victim.fault
    if own is not None and own.operation is not None and operation.name == _STRUCK_BY[own.action]:
        # It is about to be struck at an operation, by this fault or by another one that this is before.
        name, begins = own.operation[1], own.moment == "before"
    else:
        name, begins = _named(operation), operation is not RETURN
    return Turn(number, victim.name, "", "", fault.action, begins, following=name if begins else "")


def _of_target(cell: int, operation: Operation) -> str:
    """A target's own ``kill`` is not called like the turn of who is struck by a fault."""
    return "signal" if cell == KERNEL and operation.name == "kill" else _named(operation)


def _named(operation: Operation) -> str:
    name = operation.name
    if name == "_under":  # What a barrier does with its condition.
        name = operation.arguments[0].name
    return OF_PROXIES.get(name, name.strip("_")) if name.startswith("__") else name


def _only_asks(strand: Strand) -> bool:
    """Whether it sends a manager its request, and nothing else: that may as well be when the request is met."""
    return isinstance(strand.step, Then) and strand.step.operation is strand.operation


def _is_delay(world: World, strand: Strand) -> bool:
    """Whether it is the ``delay`` of a process, its first sleep; in reality that is over before there is a process."""
    if strand.cell != CLOCK:
        return False
    is_delayed = any(one.name == strand.process.name and one.delay_s for one in world.life.plan.processes)
    return is_delayed and not any(taken.strand is strand and taken.cell == CLOCK for taken in world.trace)


def _is_late(world: World, strand: Strand) -> bool:
    operation = strand.operation
    if operation.patience_s is None or operation.is_late:
        return operation.is_late
    state = world.states[strand.cell]
    return world.steps[strand.cell](state, strand.process.number, operation) is BLOCKED


def _pickling(world: World, strand: Strand) -> str:
    """``pickle`` if a feeder makes bytes of an item this time, and nothing else; ``give_up`` if it fails to as its
    process ends; otherwise nothing."""
    if strand.operation.name != "feed":
        return ""
    number, state = strand.process.number, world.states[strand.cell]
    buffer = state.buffers.get(number)
    if not buffer or not isinstance(buffer.items[0][0], Loose):
        return ""
    return "give_up" if number in strand.step.state.shut else "pickle"  # type: ignore[union-attr]
