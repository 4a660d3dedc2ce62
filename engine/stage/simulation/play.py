"""One run of a plan in simulation, under a scheduler; and what was seen of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ... import plain
from ...plan import Plan
from . import output
from .destruction import refuse_what_is_destroyed
from .here import here
from .leftovers import refuse_what_is_left
from .library import Library
from .life import Life
from .names import said
from .places import stands_at
from .process import NOTHING, STDERR, STDOUT, Process
from .refusal import NotSimulated
from .stock import Stock
from .strand import Strand
from .system import Names
from .told import encoded
from .told import told as told_of
from .torn import note_torn
from .watched import WatchedWorld
from .world import QUEUES, Elsewhere, OutOfSteps, Redundant, Scheduler, World


class Terms(NamedTuple):
    """What is the same for every run of an exploration. ``orders_output`` says whether anybody looks at the order in
    which different processes print; ``exact`` of what kinds of primitives somebody tells the inner steps apart;
    ``is_timed`` whether anybody looks at how long a run takes."""

    plan: Plan
    library: Library
    stock: Stock
    names: Names
    max_steps: int
    is_virtual: bool
    seed: int
    orders_output: bool
    exact: frozenset[str] = frozenset()
    is_timed: bool = False


class Played(NamedTuple):
    """One run that was played to its end. ``ending`` is None where it was left as a repetition of another;
    ``is_recalled`` says that no target ran."""

    life: Life
    ending: str | None
    is_recalled: bool = False

    @property
    def world(self) -> World:
        return self.life.world


def play(terms: Terms, scheduler: Scheduler, begin: Callable[[Life], None] = Life.begin) -> Played:
    """Run the plan once. What is left of it must be ended with ``played.life.end()``."""
    is_fine, exact = _seen(terms) if terms.plan.faults else (False, terms.exact)
    library = terms.library
    library.begin()
    is_watched = library.commons.is_run_watched()
    kind = partial(WatchedWorld, library.commons, is_watched) if is_watched or library.habits.patches else World
    here.world = world = kind(terms.names, terms.max_steps, terms.is_virtual, is_fine, exact)
    if terms.orders_output:
        world.output = world.add_cell("output", "", output.Output())
    played = follow(Life(world, terms.plan, terms.library, terms.stock, terms.seed), scheduler, begin)
    if library.habits.is_heard and played.ending is not None:
        try:
            refuse_what_is_destroyed(played.life, played.ending == "completed")
        except NotSimulated as refusal:
            played.life.refuse(refusal)
    return played


def follow(life: Life, scheduler: Scheduler, begin: Callable[[Life], None]) -> Played:
    """Have ``life`` begin, and go on until it is over."""
    here.world = world = life.world
    NotSimulated.latest = None
    try:
        begin(life)
        world.run(scheduler)
    except Redundant:
        scheduler.end(world, False)
        return Played(life, None)
    except Elsewhere:
        life.has_gone_elsewhere = True
        return Played(life, None)
    except NotSimulated as refusal:
        life.refuse(refusal)
        return Played(life, None)
    except OutOfSteps:
        scheduler.end(world, False)
        return Played(life, "step_limit")
    scheduler.end(world, True)
    refuse_what_is_left(life)
    if world.has_slices:
        note_torn(world)
    if NotSimulated.latest is not None:
        life.refuse(NotSimulated.latest)
    ending = _ending(life)
    if ending == "completed":
        _tell_finals(life)
    return Played(life, ending)


def _tell_finals(life: Life) -> None:
    """Have it told what primitives hold. Nobody runs any more, so what a ``repr`` does is done by nobody: refused where
    that is an operation."""
    here.aside = "the repr of what a primitive holds at the end"
    try:
        life.finals = {name: told_of(final(one)) for name, one in life.shared.items()}
    except NotSimulated as refusal:
        life.refuse(refusal)
    finally:
        here.aside = None


def _seen(terms: Terms) -> tuple[bool, frozenset[str]]:
    """Whether every step at which a process can be struck is to be seen, and of what kinds all that can be told."""
    actions = {fault.action for fault in terms.plan.faults}
    is_fine = not actions.isdisjoint(("kill", "terminate", "stop"))
    # An interrupt in the middle of what has several steps is refused, so it must be seen to be there.
    return is_fine, terms.exact | {QUEUES} if "interrupt" in actions else terms.exact


def _ending(life: Life) -> str:
    if life.parent.is_gone:
        return "parent_died"
    if not life.world.waiting:
        return "completed"
    left = [strand for strand in life.world.waiting if strand.greenlet is not None]
    if not any(life.is_awaited(strand.process) for strand in left):
        return "completed"
    # Who sleeps could still do something, for all that is known of him: also a daemon.
    can_move = any(_has_patience(strand) for strand in left if not strand.process.is_stopped)
    return "timeout" if can_move else "deadlock"


def _has_patience(strand: Strand) -> bool:
    return bool(strand.polls or strand.process.is_asleep or strand.operation.patience_s)


def key(played: Played, terms: Terms) -> Any:
    """What two runs have in common that nobody could tell apart by what came out."""
    life = played.life
    finals = life.finals
    return (
        played.ending,
        tuple([_mark(process) for process in (life.parent, *life.processes.values())]),
        tuple([(name, _identity(value)) for name, value in finals.items()]) if finals else (),
        tuple([(name, _identity(made.get("returned"))) for name, made in life.parent.calls.items()]),
        _texts(life.world.states[life.world.output]) if life.world.output is not None else (),
        *life.left_behind,
        _duration_s(played) if terms.is_timed else 0.0,
    )


def _duration_s(played: Played) -> float:
    """By the clock, which a sum of decimal fractions leaves a little off."""
    return round(played.world.now_s, 9)


def _mark(process: Process) -> Any:
    returned, raised = process.returned, process.raised
    return (
        process.exitcode,
        "" if returned is NOTHING else _identity(returned),
        raised and (raised["type"], plain.without_accidents(raised["message"])),
        _texts(process.written),
        process.struck,
    )


def _identity(value: object) -> Any:
    return value if type(value) in _TELLING else plain.without_accidents(repr(encoded(value)))


def _texts(written: Sequence[tuple[Any, ...]]) -> tuple[str, str]:
    """What was written to each stream: nobody sees in how many pieces, or what came between them in the other."""
    if not written:
        return "", ""
    out = err = ""
    # In one loop, which for the few writes of a run is several times as fast as to join two lists.
    for one in written:
        if one[-2] == STDOUT:
            out += one[-1]
        else:
            err += one[-1]
    return plain.without_accidents(out), plain.without_accidents(err)


_TELLING = (int, type(None))
"""Types of results that are told apart as they are."""


def final(shared: Any) -> object:
    """What a primitive holds at the end."""
    if isinstance(shared, tuple):
        return [end.final() for end in shared]
    return shared.final() if hasattr(shared, "final") else None


def told(played: Played, terms: Terms) -> dict[str, Any]:
    """The run as plain data, for who makes a ``Run`` of it."""
    life = played.life
    completed = played.ending == "completed"
    return {
        "ending": played.ending,
        "duration_s": _duration_s(played),
        "stdout": _merged(life, STDOUT),
        "stderr": _merged(life, STDERR),
        "parent": _process(life, life.parent, completed),
        "calls": {name: _call(made) for name, made in life.parent.calls.items()},
        "processes": {
            planned.name: _process(life, life.processes.get(planned.name) or _never_started(planned.name), completed)
            for planned in terms.plan.processes
        },
        "shared": {name: encoded(value) for name, value in life.finals.items()},
        "leaks": life.left_behind,
        "unstruck": [
            str(fault)
            for fault in terms.plan.faults
            # Where time may pass at any moment, it may have passed when nobody was there any more.
            if (fault.operation or (terms.is_virtual and fault.at_s is not None)) and str(fault) not in life.struck
        ],
    }


def _merged(life: Life, stream: int) -> str:
    cell = life.world.output
    if cell is not None:
        return "".join(text for _, number, text in life.world.states[cell] if number == stream)
    everybody = (life.parent, *life.processes.values())
    return "".join(process.text(stream) for process in everybody)


def _process(life: Life, process: Process, completed: bool) -> dict[str, Any]:
    joins = not completed and process is life.parent and _joins(life)
    has_ended = process.exitcode is not None and not joins
    waits = _JOINING if joins else None
    if not (has_ended or completed or joins):
        waits = _waiting(life, process)
    return {
        "exitcode": process.exitcode if process.is_started and not joins else None,
        "stdout": process.text(STDOUT),
        "stderr": process.text(STDERR),
        "returned": None if process.returned is NOTHING else {"value": encoded(process.returned)},
        "raised": process.raised,
        "started": process.is_started,
        "ended": has_ended,
        "waiting_for": waits,
        "faults": list(process.struck),
    }


def _joins(life: Life) -> bool:
    """Whether the parent is over here, where nobody can tell whether it is, and in reality has still to join."""
    is_over = life.parent.exitcode is not None and not life.parent.is_gone
    return is_over and any(
        one.is_started and one.exitcode is None and life.is_awaited(one) for one in life.processes.values()
    )


_JOINING = {"operation": "join", "where": ""}


def _never_started(name: str) -> Process:
    """One that the parent did not come to."""
    process = Process(0, name, name)
    process.is_started = False
    return process


def _call(made: Mapping[str, Any]) -> dict[str, Any]:
    return {"returned": {"value": encoded(made["returned"])}} if "returned" in made else {"raised": made}


def _waiting(life: Life, process: Process) -> dict[str, Any] | None:
    strand = process.strand
    if strand is None or strand not in life.world.waiting:
        return None
    primitive, operation, _ = said(life.world, strand.cell, strand.operation)
    name = f"{primitive}.{operation}" if primitive else _OF_THE_SYSTEM.get(operation, operation)
    if process.is_stopped:
        name = "stop"
    return {"operation": name, "where": stands_at(strand.greenlet.gr_frame)}


_OF_THE_SYSTEM = {"await": "join"}
