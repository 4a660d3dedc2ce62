"""Have reality say whether it agrees with a run in simulation: force its schedule on real processes, and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from .errors import Diverged
from .exploration import ExplorationVerdict, Graded, orders_output
from .forcing import Confirmation, Rehearsal, compare, forced, obstacle
from .plan import Plan
from .preparation import Prepared
from .trace import Run
from .verdict import Check, Judgement, Verdict, worst

Force = Callable[[Plan], Run]
"""Carries out a plan, which has a score, on real processes."""


def confirm(one: Prepared, rehearsal: Rehearsal, force: Force) -> Confirmation:
    """What reality says of a run that was rehearsed."""
    reason = obstacle(one.plan, rehearsal)
    if reason is not None:
        return Confirmation("unknown", f"it cannot be forced: {reason}")
    run = force(forced(one.plan, rehearsal))
    return compare(rehearsal.found, run, orders_output(one.expectation))


def ask(one: Prepared, rehearse: Callable[[], Rehearsal], force: Force) -> Confirmation:
    """The same of a run that is still to be rehearsed."""
    try:
        rehearsal = rehearse()
    except Diverged as error:
        return Confirmation("unknown", f"it cannot be had again: {error}")
    return confirm(one, rehearsal, force)


def with_reality(graded: Graded, confirmation: Confirmation, line: int) -> Graded:
    """The outcome, with what reality says of it as a check of its own."""
    checks = (*graded.verdict.checks, _check("reality", confirmation, line))
    return replace(graded, verdict=Verdict(worst(checks), checks, graded.verdict.outcome))


def with_realities(
    verdict: ExplorationVerdict, confirmations: Iterable[tuple[int, Confirmation]], line: int
) -> ExplorationVerdict:
    """The same for an exploration; ``confirmations`` come with the numbers of their outcomes."""
    told = [_check(f"explore.confirm[{number}]", one, line) for number, one in confirmations]
    checks = (*verdict.checks, *told)
    return replace(verdict, verdict=worst(checks), checks=checks)


_JUDGED: dict[str, Judgement] = {"confirmed": "passed", "differs": "failed", "unknown": "unknown"}


def _check(path: str, confirmation: Confirmation, line: int) -> Check:
    verdict = _JUDGED[confirmation.agreement]
    return Check(path, verdict, line, "confirmed", confirmation.agreement, said(confirmation), None)


def said(confirmation: Confirmation) -> str | None:
    """Why it is not confirmed, in words."""
    if confirmation.agreement == "differs":
        return f"reality differs: {confirmation.reason}"
    return confirmation.reason
