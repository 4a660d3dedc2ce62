"""What the steps of a simulated run ask of real processes that are to do the same in the same order."""

from __future__ import annotations

from collections.abc import Iterator

from ...models.model import BLOCKED, Raised, Then
from ...models.queue import Loose
from ...plan import Score, Turn
from ..watching import OF_PROXIES
from .life import Life
from .names import said
from .process import STDOUT
from .strand import Strand
from .system import CLOCK, KERNEL, SIGNALS
from .world import Scheduler, World

_WAITS = frozenset(("await", "idle"))
"""What the parent, or the start of a process, waits for in reality without being told."""

_OWN = frozenset(("close", "join_thread", "exiting"))
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
        if _only_asks(strand):
            return strand
        turn = _turn(world, strand, strand not in self._going_on)
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
    return Score(
        tuple(scribe.turns),
        tuple(life.processes),
        life.seed,
        tuple(one.name for one in everybody if one.is_asleep),
        life.world.output is not None,
    )


def obstacles(life: Life) -> Iterator[str]:
    """What of a simulated run would be otherwise in reality, whatever the order."""
    if life.reads_clock:
        yield "a target reads the clock"
    if life.ends_while_feeding:
        yield "a process ends before its feeder has pickled all"
    if life.reads_pids:
        yield "a target looks at process ids"
    for one in life.processes.values():
        if one.is_stopped and one.exitcode is None:
            yield f"{one.name} stays stopped"


def _turn(world: World, strand: Strand, begins: bool) -> Turn | None:
    cell, operation, process = strand.cell, strand.operation, strand.process
    number = len(world.trace) + 1
    if process.fault is not None and cell == KERNEL and operation.name == "kill":
        # Nothing happens to who has ended.
        is_there = world.states[KERNEL].lives[operation.arguments[0]] is None
        return Turn(number, process.fault.process, "", "", process.fault.action) if is_there else None
    if cell == SIGNALS and operation.name == "pause":
        return Turn(number, process.name, "", "", "pause")
    if process.number < 0 or cell == SIGNALS:
        return None  # All else that a fault does is to wait for its moment; and to stop somebody, who takes no step.
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
    name = operation.name
    if name.startswith("__"):
        name = OF_PROXIES.get(name, name.strip("_"))
    is_feeder = strand.greenlet is None
    pickles = is_feeder and _pickles(world, strand)
    return Turn(
        number,
        process.name,
        world.labels[cell] if is_feeder else "",
        primitive,
        "pickle" if pickles else name,
        begins,
        (pickles and type(strand.step) is not Raised) or type(strand.step) is Then,
        _is_late(world, strand),
        following=strand.step.operation.name if isinstance(strand.step, Then) else "feed" if pickles else "",
    )


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


def _pickles(world: World, strand: Strand) -> bool:
    """Whether a feeder only makes bytes of an item, this time."""
    if strand.operation.name != "feed":
        return False
    buffer = world.states[strand.cell].buffers.get(strand.process.number)
    return bool(buffer) and isinstance(buffer.items[0], Loose)
