"""Judge what an exploration found: all the ways in which a plan can go, against what was expected.

Pure: no clock, no process, no output. ``judge_exploration`` is the door; the rest is detail. It says passed only of
what was explored to the end: that nothing failed so far proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .expectation import Expectation, Expected, ExpectedOutcome
from .schedule import Timing
from .trace import Run, SimulatedStep
from .verdict import Check, Grade, Judgement, Verdict, judge, shown, worst

GRADES: tuple[Grade, ...] = ("forbidden", "unknown", "interesting", "acceptable")
"""From what is wrong to what is right."""


@dataclass(frozen=True)
class Settings:
    """How to explore.

    At most ``schedules`` runs and ``for_s`` seconds (None for no limit) of at most ``steps`` steps each, on ``jobs``
    cores; to the end, or (unless ``keep_going``) to the first that fails. ``orders_output`` says whether anybody looks
    at the order in which different processes print: if not, there are fewer schedules to tell apart. ``is_timed`` says
    whether anybody looks at how long a run takes: if so, that tells outcomes apart.
    """

    strategy: str = "auto"
    schedules: int = 10_000
    for_s: float | None = None
    steps: int = 10_000
    seed: int = 0
    timing: Timing = "any"
    keep_going: bool = False
    jobs: int = 1
    orders_output: bool = True
    is_timed: bool = False


@dataclass(frozen=True)
class Found:
    """One of the outcomes: ``run`` is an example of it, ``count`` how many schedules led there, ``schedule`` the
    shortest of these (labels, as in :mod:`engine.schedule`), ``steps`` what it did, ``preemptions`` how often it left
    a process that could have gone on. ``exact`` are the kinds of primitives whose inner steps are steps of it
    (``queues``, ``memory``, ``pipes``, ``kills``): in others nobody looks. Unless ``orders_output``, the texts of
    ``run`` have one process after the other: schedules in which they print in other orders were not told apart."""

    run: Run
    count: int
    schedule: tuple[str, ...]
    steps: tuple[SimulatedStep, ...]
    preemptions: int
    exact: tuple[str, ...] = ()
    orders_output: bool = True


@dataclass(frozen=True)
class Exploration:
    """Many runs of one plan.

    ``schedules`` and ``steps`` count all that were run, ``classes`` those that differ in more than the order of what
    commutes, where that is known. ``reasons`` say why it is not ``exhausted``. ``first_failure`` is the number of
    schedules run when the first that failed was met, it included. ``refusal`` names what cannot be simulated.
    ``interrupted`` says that somebody asked for it to end.
    """

    found: tuple[Found, ...]
    schedules: int
    steps: int
    classes: int | None
    exhausted: bool
    reasons: tuple[str, ...]
    strategy: str
    seed: int
    timing: Timing
    first_failure: int | None
    refusal: str | None
    duration_s: float
    interrupted: bool = False


@dataclass(frozen=True)
class Graded:
    """One of the outcomes found, and what it is worth; ``outcome`` is the one of the expected outcomes that it is."""

    found: Found
    grade: Grade
    verdict: Verdict

    @property
    def outcome(self) -> ExpectedOutcome | None:
        return self.verdict.outcome


@dataclass(frozen=True)
class ExplorationVerdict:
    """What an exploration comes to. ``outcomes`` has the worst first, and of equals the most frequent."""

    verdict: Judgement
    checks: tuple[Check, ...]
    outcomes: tuple[Graded, ...]


def judge_exploration(expectation: Expectation, exploration: Exploration) -> ExplorationVerdict:
    """What ``exploration`` is worth: failed if any run fails, passed if all do not and there are no others."""
    graded = tuple(sorted((grade(expectation, found, exploration.timing) for found in exploration.found), key=_order))
    has_failure = any(one.grade == "forbidden" for one in graded)
    checks = [
        *_merged(graded),
        *_occurrences(expectation, graded, exploration),
        *([] if has_failure else _completeness(expectation, exploration)),
    ]
    return ExplorationVerdict(worst(checks), tuple(checks), graded)


def grade(expectation: Expectation, found: Found, timing: Timing) -> Graded:
    """What one of the outcomes is worth."""
    verdict = judge_simulated(expectation, found.run, timing)
    said: dict[Judgement, Grade] = {"failed": "forbidden", "unknown": "unknown"}
    is_interesting = verdict.outcome is not None and verdict.outcome.grade == "interesting"
    return Graded(found, said.get(verdict.verdict) or ("interesting" if is_interesting else "acceptable"), verdict)


def judge_simulated(expectation: Expectation, run: Run, timing: Timing) -> Verdict:
    """What one run in simulation is worth.

    How long it took says nothing in timing ``any``, where a sleep may end at any moment. One that met the limit of its
    steps is unknown, whatever it did so far.
    """
    untimed = () if timing == "virtual" else tuple(one for one in expectation.expected if one.kind == "duration")
    looked_at = tuple(one for one in expectation.expected if one not in untimed)
    verdict = judge(replace(expectation, expected=looked_at), run)
    left_out = [
        Check(one.path, "skipped", one.line, shown(one.matcher), None, _UNTIMED, one.because) for one in untimed
    ]
    if run.ending == "step_limit":
        reason = run.why or "a run met the limit of its steps"
        unfinished = Check("expect.ending", "unknown", expectation.line, "an end", run.ending, reason)
        return Verdict("unknown", (unfinished, *left_out), None)
    return replace(verdict, checks=(*verdict.checks, *left_out))


_UNTIMED = "durations mean nothing in timing any (--timing virtual)"


def orders_output(expectation: Expectation) -> bool:
    """Whether it matters in which order different processes print."""
    return any(one.subject[0] in ("stdout", "stderr") for one in _everything(expectation))


def is_timed(expectation: Expectation) -> bool:
    """Whether it matters how long a run takes."""
    return any(one.kind == "duration" for one in _everything(expectation))


def _everything(expectation: Expectation) -> tuple[Expected, ...]:
    return *expectation.expected, *(one for outcome in expectation.outcomes for one in outcome.expected)


def undecidable(expectation: Expectation, timing: Timing) -> str | None:
    """Why no exploration can tell whether ``expectation`` holds, or None: it is about time, and there is none."""
    must_occur = [one for outcome in expectation.outcomes if outcome.must_occur for one in outcome.expected]
    for one in (*expectation.expected, *must_occur):
        if one.kind == "ending" and one.matcher == "timeout":
            return f"line {one.line} expects a timeout, and a run in simulation has no time limit"
    for outcome in expectation.outcomes if timing == "any" else ():
        for one in outcome.expected:
            if one.kind == "duration":
                return f"the outcome on line {outcome.line} names a duration, which needs --timing virtual"
    return None


def _order(one: Graded) -> tuple[int, int, int]:
    return GRADES.index(one.grade), -one.found.count, len(one.found.schedule)


def _merged(graded: Sequence[Graded]) -> Iterator[Check]:
    """Each thing that was checked once: as it was where it held least, in the shortest of those runs."""
    merged: dict[tuple[str, int], Check] = {}
    for one in sorted(graded, key=lambda one: len(one.found.schedule)):
        for check in one.verdict.checks:
            kept = merged.setdefault((check.path, check.line), check)
            if _WORST_FIRST.index(check.verdict) < _WORST_FIRST.index(kept.verdict):
                merged[check.path, check.line] = check
    yield from merged.values()


_WORST_FIRST: tuple[Judgement, ...] = ("failed", "unknown", "skipped", "passed")


def _occurrences(expectation: Expectation, graded: Sequence[Graded], exploration: Exploration) -> Iterator[Check]:
    """Whether each outcome that must occur was seen; that it was not says something only when all was seen."""
    for number, outcome in enumerate(expectation.outcomes):
        if not outcome.must_occur:
            continue
        count = sum(one.found.count for one in graded if one.outcome == outcome)
        verdict, reason = _occurrence(count, exploration)
        path = f"expect.outcomes[{number}].must_occur"
        yield Check(path, verdict, outcome.line, True, count > 0, reason and f"{_quoted(outcome)} {reason}")


def _occurrence(count: int, exploration: Exploration) -> tuple[Judgement, str | None]:
    if count:
        return "passed", None
    if exploration.exhausted and not exploration.reasons and not exploration.refusal:
        return "failed", "came of no schedule, and these are all there are"
    return "unknown", "came of none of the schedules that were run"


def _quoted(outcome: ExpectedOutcome) -> str:
    return outcome.label if '"' in outcome.label else f'"{outcome.label}"'


def _completeness(expectation: Expectation, exploration: Exploration) -> Iterator[Check]:
    """That there is nothing else that could have come."""
    reason = _incompleteness(exploration)
    actual = f"{exploration.schedules:,} schedules"
    yield Check("explore", "unknown" if reason else "passed", expectation.line, "every schedule", actual, reason)


def _incompleteness(exploration: Exploration) -> str | None:
    if exploration.refusal:
        return f"it cannot be simulated: {exploration.refusal}"
    if exploration.reasons or not exploration.exhausted:
        return "; ".join(exploration.reasons) or "there may be more schedules"
    return None if exploration.found else "no schedule came to its end"


def settings_of(said: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
    """The settings of a scenario that ``said`` some of them itself; what was ``given`` on the command line wins."""
    return Settings(**{**said, **{name: value for name, value in given.items() if value is not None}})
