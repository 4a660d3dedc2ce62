"""Explore what is prepared, in simulation: one after the other, each judged, reported in order.

In the main thread, because only that can be interrupted while it searches for a regular expression that takes for
ever; how many cores one exploration uses is its backend's affair.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from .confirming import Force, ask, confirm, with_realities, with_reality
from .exploration import (
    Exploration,
    Graded,
    Settings,
    grade,
    is_timed,
    judge_exploration,
    judge_simulated,
    orders_output,
    settings_of,
    undecidable,
)
from .forcing import Rehearsal
from .plan import Interpreter, Plan
from .preparation import Prepared
from .report import ScenarioReport
from .reporting import MAX_TOLD, of_exploration, of_replay, of_skipped
from .requirements import unmet
from .schedule import Schedule, digests, fingerprint
from .trace import Run

Save = Callable[[Prepared, Schedule], str]
"""Keeps a schedule, and says in which file."""


class Backend(Protocol):
    """Who runs a plan in simulation."""

    def explore(self, plan: Plan, settings: Settings, is_failure: Callable[[Run], bool]) -> Exploration:
        """Run ``plan`` under one schedule after the other; an exception, such as KeyboardInterrupt, ends all of it."""

    def rehearse(self, plan: Plan, schedule: Schedule, orders_output: bool) -> Rehearsal:
        """Run ``plan`` once more under ``schedule``. Raises Diverged."""

    def stop(self) -> None:
        """Have whatever is explored end soon, with what was found until then."""

    def close(self) -> None:
        """Return when nothing that it has started is left."""


MissingModules = Callable[[Sequence[str], Sequence[str]], Sequence[str]]


def explore(
    prepared: Sequence[Prepared],
    backend: Backend,
    given: Mapping[str, Any],
    save: Save,
    missing_modules: MissingModules,
    force: Force | None = None,
    start_method: str | None = None,
) -> Iterator[ScenarioReport]:
    """Explore everything, and report each as soon as it is explored.

    ``given`` are the settings of the command line (None for what was not given); a scenario's own stand in for those
    that were not. The schedules of what is not acceptable are saved, and forced on real processes by ``force`` if that
    is given. ``start_method`` is the one that the command line has put in the place of theirs.
    """
    for one in prepared:
        settings = settings_of(one.explore, given)
        reason = _refusal(one, settings, missing_modules)
        if reason:
            yield of_skipped(one.name, one.file, one.assignments, reason)
            continue
        blank = _blank(one, start_method)  # Of what is explored: files may change meanwhile.
        explored = _explored(one, backend, settings)
        verdict = judge_exploration(one.expectation, explored)
        schedules = {
            number: _filled(blank, explored, graded)
            for number, graded in enumerate(verdict.outcomes[:MAX_TOLD])
            if graded.grade != "acceptable"
        }
        saved = {number: save(one, schedule) for number, schedule in schedules.items()}
        confirmations = {
            number: ask(one, partial(backend.rehearse, one.plan, schedule, orders_output(one.expectation)), force)
            for number, schedule in schedules.items()
            if force is not None and not explored.interrupted
        }
        judged = with_realities(verdict, confirmations.items(), one.expectation.line)
        yield of_exploration(one.name, one.file, one.assignments, explored, judged, saved, confirmations)


def replay(
    one: Prepared, backend: Backend, schedule: Schedule, saved: str, force: Force | None = None
) -> ScenarioReport:
    """Have one run again, also in reality if ``force`` is given. Raises Diverged where it does not go as ``schedule``
    says."""
    started_s = time.monotonic()
    rehearsal = backend.rehearse(one.plan, schedule, orders_output(one.expectation))
    graded = grade(one.expectation, rehearsal.found, schedule.timing)
    confirmation = confirm(one, rehearsal, force) if force else None
    if confirmation:
        graded = with_reality(graded, confirmation, one.expectation.line)
    return of_replay(one.name, one.file, one.assignments, graded, time.monotonic() - started_s, saved, confirmation)


def here() -> Interpreter:
    """The engine's own interpreter, which is that of the simulation."""
    import multiprocessing
    import platform

    return Interpreter(
        platform.python_version(), sys.platform, sys.executable, tuple(multiprocessing.get_all_start_methods())
    )


def _refusal(one: Prepared, settings: Settings, missing_modules: MissingModules) -> str | None:
    """Why ``one`` is not explored at all, or None."""
    if one.plan.run_as == "thread":
        return "threads share every object: the simulation explores processes"
    return unmet(one, here(), missing_modules)


def _explored(one: Prepared, backend: Backend, settings: Settings) -> Exploration:
    reason = undecidable(one.expectation, settings.timing)
    if reason:
        return Exploration(
            found=(),
            schedules=0,
            steps=0,
            classes=None,
            exhausted=False,
            reasons=(reason,),
            strategy=settings.strategy,
            seed=settings.seed,
            timing=settings.timing,
            first_failure=None,
            refusal=None,
            duration_s=0.0,
        )

    def is_failure(run: Run) -> bool:
        return judge_simulated(one.expectation, run, settings.timing).verdict == "failed"

    settings = replace(settings, orders_output=orders_output(one.expectation), is_timed=is_timed(one.expectation))
    return backend.explore(one.plan, settings, is_failure)


def _blank(one: Prepared, start_method: str | None) -> Schedule:
    """What a schedule says of the plan that it is one of."""
    return Schedule(
        fingerprint=fingerprint(one.plan),
        file=one.file,
        name=one.name,
        variant=one.assignments,
        timing="any",
        seed=0,
        exact=(),
        steps=(),
        start_method=start_method,
        files=digests(one.plan),
    )


def _filled(blank: Schedule, explored: Exploration, graded: Graded) -> Schedule:
    return replace(
        blank,
        timing=explored.timing,
        seed=explored.seed,
        exact=graded.found.exact,
        steps=graded.found.schedule,
    )
