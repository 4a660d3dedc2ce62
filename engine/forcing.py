"""Whether a run in simulation can be forced on real processes, and whether these then come to the same.

Pure: no clock, no process, no output. A run that was forced is one that can happen, so what it confirms is proved; what
it does not confirm is a mistake in a model, or something that the simulation does not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .exploration import Found
from .fusing import fused
from .plain import without_accidents
from .plan import PARENT, Plan, Score, SharedPlan, Turn
from .primitives import primitive
from .stage.points import SLEEPING, STEPS, UNTRACED
from .stage.turns import EXITING, LINGER
from .trace import Event, ProcessRun, Run, SimulatedStep
from .verdict import Agreement

FREE_S, ENDLESS_S = 30.0, 4.0
"""How long a forced run may take, and one that goes on for ever in simulation."""


@dataclass(frozen=True)
class Rehearsal:
    """A run in simulation, what it asks of real processes, and what of it would be otherwise there in any order."""

    found: Found
    score: Score
    obstacles: tuple[str, ...]


@dataclass(frozen=True)
class Confirmation:
    """What reality says of a run in simulation; ``reason`` is why it does not agree, or cannot be asked."""

    agreement: Agreement
    reason: str | None = None


def obstacle(plan: Plan, rehearsal: Rehearsal) -> str | None:
    """Why the run cannot be forced, or None."""
    return next(_obstacles(plan, rehearsal), None)


def forced(plan: Plan, rehearsal: Rehearsal) -> Plan:
    """``plan`` as real processes are to carry it out: in the order of the rehearsal, which has the strikes of its
    faults, and without a delay."""
    return plan._replace(
        score=_score(plan, rehearsal),
        faults=(),
        is_traced=True,
        start_together=False,
        timeout_s=ENDLESS_S if rehearsal.found.run.ending == "timeout" else FREE_S,
        processes=tuple(one._replace(delay_s=0.0) for one in plan.processes),
    )


def compare(found: Found, run: Run, orders_output: bool) -> Confirmation:
    """Whether ``run``, which was forced, came to what ``found`` says; ``orders_output`` as in ``Settings``."""
    if run.strayed is not None:
        return Confirmation("differs" if run.strayed.is_certain else "unknown", run.strayed.text)
    difference = next(_differences(found.run, run, orders_output), None)
    if difference is None:
        return Confirmation("confirmed")
    step = _first_difference(found.steps, run.trace)
    return Confirmation("differs", f"{step}; so {difference}" if step else difference)


# What cannot be forced


def _obstacles(plan: Plan, rehearsal: Rehearsal) -> Iterator[str]:
    found = rehearsal.found
    if plan.run_as == "thread":
        yield "threads cannot be held back"
    if found.run.ending == "step_limit":
        yield "it goes on"
    yield from rehearsal.obstacles
    score = _score(plan, rehearsal)
    if strangers := {turn.process for turn in score.turns} - {PARENT, *score.processes}:
        yield f"{min(strangers)} is a process that a target starts for itself"
    shared = {one.name: one for one in plan.shared}
    yield from filter(None, (_obstacle(turn, shared) for turn in score.turns))
    yield from _in_the_middle(score.turns, shared)
    yield from _left_inside(score.turns, shared)
    yield from _interrupted_sleepers(score.turns, shared)


def _score(plan: Plan, rehearsal: Rehearsal) -> Score:
    """The steps of the rehearsal, as far as real processes can be held up between them."""
    shared = {one.name: one for one in plan.shared}

    def is_held(turn: Turn) -> bool:
        return turn.is_fault or turn.operation in _steps(turn, shared)

    return rehearsal.score._replace(turns=fused(rehearsal.score.turns, is_held))


def _steps(turn: Turn, shared: dict[str, SharedPlan]) -> frozenset[str]:
    """Those at which a call on its primitive can be held up."""
    described = _described(turn, shared)
    return STEPS.get(described.type, frozenset()) if described else frozenset()


def _described(turn: Turn, shared: dict[str, SharedPlan]) -> SharedPlan | None:
    return shared.get(turn.primitive.partition("[")[0])


def _in_the_middle(turns: Sequence[Turn], shared: dict[str, SharedPlan]) -> Iterator[str]:
    """Where others do something, or somebody is struck, between two steps of a call that cannot be held up there; nor
    can it twice at the same place."""
    last: dict[str, dict[str, Turn]] = {}
    for turn in turns:
        threads = last.setdefault(turn.process, {})
        for before in threads.values() if turn.is_end else ():
            is_held = before.following in _steps(before, shared) and before.following != before.operation
            if before.goes_on and not is_held:
                yield f"{turn.process} is ended in the middle of {before.what}"
        if not turn.begins and turn.thread in threads and threads[turn.thread].operation == turn.operation:
            yield _inside(turn, shared)
        threads[turn.thread] = turn


def _left_inside(turns: Sequence[Turn], shared: dict[str, SharedPlan]) -> Iterator[str]:
    """Who is stuck, at the end, in a step that a call cannot be held up at has not come to an end of the one before."""
    for turn in {(turn.process, turn.thread): turn for turn in turns}.values():
        if turn.goes_on and turn.following and turn.following not in _steps(turn, shared):
            yield _inside(turn, shared)


def _inside(turn: Turn, shared: dict[str, SharedPlan]) -> str:
    described = _described(turn, shared)
    return f"{turn.what} goes on inside a call of a {described.type if described else 'primitive'}"


def _interrupted_sleepers(turns: Sequence[Turn], shared: dict[str, SharedPlan]) -> Iterator[str]:
    """Who sleeps for real may have been woken when the interrupt comes."""
    last: dict[str, int] = {}
    for place, turn in enumerate(turns):
        begun = last.get(turn.process)
        if turn.is_interrupt and begun is not None and turns[begun].goes_on:
            before = turns[begun]
            described, others = _described(before, shared), turns[begun + 1 : place]
            if described and described.type in SLEEPING and any(one.primitive == before.primitive for one in others):
                yield f"{turn.process} is interrupted as it wakes in {before.what}"
        if not turn.thread:
            last[turn.process] = place


def _obstacle(turn: Turn, shared: dict[str, SharedPlan]) -> str | None:
    if not turn.primitive:
        known = turn.is_fault or turn.operation in ("exit", "sleep", "pause", "stdout", "stderr")
        return None if known else f"{turn.process} has processes of its own ({turn.operation})"
    described = _described(turn, shared)
    if described is None:
        return f"{turn.what} is on something that is not in shared"
    kind = primitive(described.type)()
    if not kind.crosses_processes:
        return f"{turn.primitive} is for threads"
    is_held = described.type in STEPS if turn.begins else turn.operation in STEPS.get(described.type, ())
    if not is_held and (turn.goes_on or not turn.begins):
        return _inside(turn, shared)
    if not turn.begins:
        return None
    if turn.thread and described.type.startswith("Manager"):
        return f"{turn.process} has ended when {turn.what} is done for it"
    if turn.thread or turn.operation in (LINGER, EXITING) or _is_seen(turn, described, kind.operations):
        return None
    return f"no call of Python's goes through {turn.what}"


def _is_seen(turn: Turn, described: SharedPlan, operations: Sequence[str]) -> bool:
    if described.type.startswith("Manager"):
        return turn.operation not in ("next", "#GETVALUE")
    known = {*operations, *UNTRACED.get(described.type, ())}
    return turn.operation in known or f"{turn.operation}_all" in known


# What is different


def _differences(simulated: Run, real: Run, orders_output: bool) -> Iterator[str]:
    if real.ending != simulated.ending:
        why = f" ({real.why})" if real.why else ""
        yield f"it ended in {real.ending}{why}, and not in {simulated.ending}"
    if orders_output and not _is_same(real.stdout, simulated.stdout):
        yield f"it printed {real.stdout!r}, and not {simulated.stdout!r}"
    everybody = [(PARENT, simulated.parent, real.parent)]
    everybody += [(name, one, real.processes[name]) for name, one in simulated.processes.items()]
    everybody += [(f"parent.{name}", one, real.calls.get(name)) for name, one in simulated.calls.items()]  # type: ignore[misc]
    for name, one, other in everybody:
        if other is not None:
            yield from _differences_of_process(name, one, other)
    if simulated.ending == "completed" == real.ending:
        for name, value in simulated.shared.items():
            if name not in real.shared or not _is_same(real.shared[name], value):
                yield f"{name} held {real.shared.get(name)!r}, and not {value!r}"


def _differences_of_process(name: str, simulated: ProcessRun, real: ProcessRun) -> Iterator[str]:
    for word, look in _LOOKS.items():
        one, other = look(simulated), look(real)
        if name == PARENT and word == "complained":  # As when interpreters end that have something to tidy up.
            continue
        if not _is_same(one, other):
            yield f"{name} {word} {_said(other)}, and not {_said(one)}"
    if name != PARENT and simulated.exitcode is not None and real.exitcode != simulated.exitcode:
        yield f"{name} has the exit code {real.exitcode}, and not {simulated.exitcode}"


def _is_same(one: object, other: object) -> bool:
    """Whether they are equal but for what is another in every run."""
    return one == other or _text(one) == _text(other)


def _text(value: object) -> str:
    return without_accidents(value if isinstance(value, str) else repr(value))


_TRACEBACK = re.compile(r"(?m)^(Process .*:|Traceback .*)\n(.*\n)*")

_LOOKS: dict[str, Any] = {
    "returned": lambda one: one.returned,
    "raised": lambda one: one.raised and (one.raised.type, one.raised.message),
    "printed": lambda one: one.stdout,
    # Tracebacks have the lines of libraries in them, which are not those of the simulation.
    "complained": lambda one: _TRACEBACK.sub("a traceback", one.stderr),
}


def _said(seen: Any) -> str:
    if seen is None:
        return "nothing"
    if isinstance(seen, tuple):
        return ": ".join(filter(None, seen))
    return repr(getattr(seen, "value", seen))


# Where it began

_PLAIN = re.compile(r"None|True|False|-?[0-9]+|'[^'.]{0,20}'")
_UNTOLD = frozenset(("wait_for", "close", "join_thread", "cancel_join_thread"))


def _first_difference(steps: Sequence[SimulatedStep], trace: Sequence[Event]) -> str | None:
    """The first operation that came to something else, in words; None where that cannot be told."""
    left: dict[str, list[Event]] = {}
    for one in trace:
        if one.operation not in _UNTOLD:
            left.setdefault(one.process, []).append(one)
    for number, step in enumerate(steps, 1):
        if step.number != number:
            return None  # Those before it are not told.
        is_over = step.result is not None or step.error is not None
        if step.thread or not is_over or step.primitive in ("", "output") or step.operation in _UNTOLD:
            continue
        events = left.get(step.process)
        event = events.pop(0) if events else None
        if event is None or event.primitive != step.primitive:
            return None
        came, expected = _came(event.result, event.error), _came(step.result, step.error)
        if came is not None and expected is not None and came != expected:
            return (
                f"at step {number} {step.process} did {step.primitive}.{event.operation} and got {came}, not {expected}"
            )
    return None


def _came(result: str | None, error: str | None) -> str | None:
    if error is not None:
        return "an exception"
    return result if result is not None and _PLAIN.fullmatch(result) else None
