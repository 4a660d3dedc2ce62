"""One program on trial: what exploring says can come of it, against what comes of real processes, both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from engine.backends.simulation.backend import Simulation
from engine.errors import Diverged
from engine.exploration import Exploration, Found, Settings
from engine.forcing import Confirmation, Rehearsal, compare, forced, obstacle
from engine.plan import Fault, Plan
from engine.schedule import Schedule
from engine.trace import Run

MOST_SCHEDULES, MOST_S, MOST_OUTCOMES = 4000, 6.0, 40
"""What of a program is looked through to the end: one with more schedules, or that can come to more, is left out."""

ATTEMPTS = 2
"""How often a schedule is forced that has not been followed: a machine that is busy with something else may be late."""

_SETTINGS = Settings(strategy="dpor", keep_going=True, schedules=MOST_SCHEDULES, for_s=MOST_S)


@contextmanager
def a_simulation() -> Iterator[Simulation]:
    simulation = Simulation()
    try:
        yield simulation
    finally:
        simulation.close()


class Disagreement(NamedTuple):
    """What happened and was not foreseen, or was foreseen and does not happen."""

    kind: Literal["not explored", "not reached"]
    text: str


class Trial(NamedTuple):
    """What came of it. ``left_out`` is why nothing was asked of reality, if nothing was; ``unforced`` why outcomes
    were not forced, each with how many; ``late`` are schedules that were followed only when forced again."""

    outcomes: int = 0
    schedules: int = 0
    runs: int = 0
    seen: int = 0
    forced: int = 0
    late: int = 0
    unforced: Counter[str] = Counter()  # noqa: RUF012, nobody adds to it
    disagreements: tuple[Disagreement, ...] = ()
    left_out: str | None = None


Perform = Callable[[Plan], Run]
"""Carries out a plan on real processes."""


def try_out(plan: Plan, simulation: Simulation, perform: Perform, runs: int, orders_output: bool = True) -> Trial:
    """Explore ``plan``, have ``perform`` run it ``runs`` times with delays, and force all that was found."""
    if plan.run_as == "thread":
        return Trial(left_out="runs as threads")
    settings = replace(_SETTINGS, orders_output=orders_output)
    explored = simulation.explore(plan, settings, lambda run: False)
    reason = _left_out(explored)
    if reason:
        return Trial(schedules=explored.schedules, left_out=reason)

    real = confront(plan, explored.found, perform, runs, orders_output)
    return force(plan, real, explored.found, simulation, perform, orders_output)._replace(schedules=explored.schedules)


def _left_out(explored: Exploration) -> str | None:
    if explored.refusal:
        return "cannot be simulated"
    if explored.reasons or not explored.exhausted:
        return "has too many schedules"
    if len(explored.found) > MOST_OUTCOMES:
        return "has too many outcomes"
    if any(one.run.ending == "timeout" for one in explored.found):
        return "may go on for ever"
    return None


# From reality to the simulation


def confront(plan: Plan, found: Sequence[Found], perform: Perform, runs: int, orders_output: bool) -> Trial:
    """Whether each of ``runs`` real runs, each with delays of its own, came to something that was ``found``."""
    seen: set[int] = set()
    strange: dict[str, Disagreement] = {}
    for number in range(runs):
        run = perform(plan._replace(delays=number, is_traced=True, faults=_placed(plan.faults, number)))
        if _found_nobody(plan, run):
            continue
        place, text = _place(run, found, orders_output)
        if place is None:
            strange.setdefault(text, Disagreement("not explored", f"with delays {number}: {text}"))
        else:
            seen.add(place)
    return Trial(outcomes=len(found), runs=runs, seen=len(seen), disagreements=tuple(strange.values()))


def _placed(faults: Sequence[Fault], number: int) -> tuple[Fault, ...]:
    """``faults``, of which those that strike anywhere strike at another point in each run."""
    return tuple(one._replace(nth=number + 1) if one.is_anywhere else one for one in faults)


def _found_nobody(plan: Plan, run: Run) -> bool:
    """Whether a fault that strikes anywhere had a point at which its victim never was: exploring tries only others."""
    victims = [run.processes[one.process] for one in plan.faults if one.is_anywhere]
    return any(one.exitcode is None and not one.faults for one in victims)


def _place(run: Run, found: Sequence[Found], orders_output: bool) -> tuple[int | None, str]:
    """Which of what was ``found`` the run came to; if to none, how it differs from that which is most like it."""
    reasons = []
    for place, one in enumerate(found):
        confirmation = compare(one, run, orders_output)
        if confirmation.agreement == "confirmed":
            return place, ""
        reasons.append(str(confirmation.reason))
    said = {name: _seen(one) for name, one in run.processes.items()}
    return (
        None,
        f"{run.ending} {said} {dict(run.shared)} {run.stdout!r}; {min(reasons, key=len, default='nothing was found')}",
    )


def _seen(process: Any) -> str:
    value = process.returned.value if process.returned else process.raised and process.raised.message
    return f"{process.exitcode} {value!r}"


# From the simulation to reality


def force(
    plan: Plan, trial: Trial, found: Sequence[Found], simulation: Simulation, perform: Perform, orders_output: bool
) -> Trial:
    """``trial``, with whether each outcome that was ``found`` is reached if real processes follow its schedule."""
    reached, late = 0, 0
    unforced: Counter[str] = Counter()
    disagreements = list(trial.disagreements)
    for one in found:
        try:
            rehearsal = rehearsed(plan, one, simulation, orders_output)
        except Diverged as error:
            disagreements.append(Disagreement("not reached", f"cannot be had again: {error}"))
            continue
        reason = obstacle(plan, rehearsal)
        if reason:
            unforced[reason] += 1
            continue
        attempts, confirmation = _forced(plan, rehearsal, perform, orders_output)
        if confirmation.agreement == "confirmed":
            reached, late = reached + 1, late + (attempts > 1)
        else:
            text = f"{confirmation.agreement}: {confirmation.reason} ({' '.join(one.schedule)})"
            disagreements.append(Disagreement("not reached", text))
    return trial._replace(forced=reached, late=late, unforced=unforced, disagreements=tuple(disagreements))


def rehearsed(plan: Plan, found: Found, simulation: Simulation, orders_output: bool) -> Rehearsal:
    fields: dict[str, Any] = {"fingerprint": "", "file": "", "name": "", "variant": {}, "timing": "any", "seed": 0}
    return simulation.rehearse(plan, Schedule(**fields, exact=found.exact, steps=found.schedule), orders_output)


def _forced(plan: Plan, rehearsal: Rehearsal, perform: Perform, orders_output: bool) -> tuple[int, Confirmation]:
    """How often it was tried, and what came of it the last time."""
    attempts = 0
    while True:
        attempts += 1
        confirmation = compare(rehearsal.found, perform(forced(plan, rehearsal)), orders_output)
        if confirmation.agreement == "confirmed" or attempts == ATTEMPTS:
            return attempts, confirmation
