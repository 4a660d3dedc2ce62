"""What came out, as a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import plain
from .errors import Problem
from .report import (
    VERSION,
    CheckReport,
    EventReport,
    ExampleReport,
    ExploredReport,
    OutcomeReport,
    ProblemReport,
    ProcessReport,
    RealityReport,
    Report,
    ScenarioReport,
    StepReport,
    Summary,
    WaitingFor,
)
from .trace import ProcessRun, Run, SimulatedStep
from .verdict import Check, Verdict

if TYPE_CHECKING:
    from .exploration import Exploration, ExplorationVerdict, Graded
    from .forcing import Confirmation


def report(
    command: str,
    scenarios: Sequence[ScenarioReport],
    duration_s: float,
    problems: Sequence[Problem] = (),
    interrupted: bool = False,
) -> Report:
    counts = Counter(scenario.verdict for scenario in scenarios)
    return Report(
        version=VERSION,
        command=command,
        summary=Summary(
            passed=counts["passed"],
            failed=counts["failed"],
            unknown=counts["unknown"],
            skipped=counts["skipped"],
            duration=duration_s,
        ),
        scenarios=scenarios,
        problems=[
            ProblemReport(one.position.file, one.position.line, one.position.column, one.message, one.hint)
            for one in problems
        ],
        interrupted=interrupted,
    )


def of_run(
    name: str, file: str, variant: Mapping[str, Any], run: Run, verdict: Verdict, seed: int | None = None
) -> ScenarioReport:
    return ScenarioReport(
        name=name,
        file=file,
        variant=_variant(variant),
        verdict=verdict.verdict,
        seed=seed,
        **vars(_example(run)),
        strangers={name: _process(process) for name, process in run.strangers.items()},
        trace=[
            EventReport(
                process=event.process,
                primitive=event.primitive,
                operation=event.operation,
                arguments=event.arguments,
                called=event.called_s,
                returned=event.returned_s,
                result=event.result,
                error=event.error,
            )
            for event in run.trace
        ],
        events_cut=run.events_cut,
        checks=[_check(check) for check in verdict.checks],
    )


MAX_TOLD = 20
"""Of how many outcomes the steps are told, and the schedules saved."""
_FIRST_STEPS, _LAST_STEPS = 100, 400
"""Of a longer run these are told."""


def of_exploration(
    name: str,
    file: str,
    variant: Mapping[str, Any],
    exploration: Exploration,
    verdict: ExplorationVerdict,
    saved: Mapping[int, str],
    confirmations: Mapping[int, Confirmation] = MappingProxyType({}),
) -> ScenarioReport:
    """``saved`` has the files of those outcomes, by number, whose schedules were saved; ``confirmations`` what reality
    says of some of them."""
    outcomes = [
        _outcome(one, number, saved.get(number), confirmations.get(number))
        for number, one in enumerate(verdict.outcomes)
    ]
    return ScenarioReport(
        name=name,
        file=file,
        variant=_variant(variant),
        verdict=verdict.verdict,
        **{**(vars(outcomes[0].example) if outcomes else {}), "duration": exploration.duration_s},
        checks=[_check(check) for check in verdict.checks],
        outcomes=outcomes,
        explored=ExploredReport(
            schedules=exploration.schedules,
            exhausted=exploration.exhausted and not exploration.reasons,
            strategy=exploration.strategy,
            seed=exploration.seed,
            first_failure=exploration.first_failure,
            steps=exploration.steps,
            classes=exploration.classes,
            timing=exploration.timing,
            reasons=exploration.reasons,
            refusal=exploration.refusal,
        ),
    )


def of_replay(
    name: str,
    file: str,
    variant: Mapping[str, Any],
    graded: Graded,
    duration_s: float,
    saved: str,
    confirmation: Confirmation | None = None,
) -> ScenarioReport:
    """One run that was had again from the schedule in the file ``saved``."""
    outcome = _outcome(graded, 0, saved, confirmation)
    return ScenarioReport(
        name=name,
        file=file,
        variant=_variant(variant),
        verdict=graded.verdict.verdict,
        **{**vars(outcome.example), "duration": duration_s},
        checks=[_check(check) for check in graded.verdict.checks],
        outcomes=[outcome],
    )


def of_skipped(name: str, file: str, variant: Mapping[str, Any], reason: str) -> ScenarioReport:
    return ScenarioReport(name=name, file=file, variant=_variant(variant), verdict="skipped", reason=reason)


def _variant(assignments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain.jsonable(value) for name, value in assignments.items()}


def _check(check: Check) -> CheckReport:
    return CheckReport(check.path, check.verdict, check.line, check.expected, check.actual, check.reason, check.because)


def _example(run: Run) -> ExampleReport:
    return ExampleReport(
        ending=run.ending,
        why=run.why,
        duration=run.duration_s,
        stdout=run.stdout,
        stderr=run.stderr,
        parent=_process(run.parent),
        processes={name: _process(process) for name, process in run.processes.items()},
        shared={name: plain.jsonable(value) for name, value in run.shared.items()},
        leaks=list(run.leaks),
    )


def _outcome(graded: Graded, number: int, saved: str | None, confirmation: Confirmation | None) -> OutcomeReport:
    from .schedule import text  # `engine run` has no schedules.

    found = graded.found
    return OutcomeReport(
        when=graded.outcome.label if graded.outcome else None,
        grade=graded.grade,
        count=found.count,
        example=_example(found.run),
        schedule=text(found.schedule),
        length=len(found.schedule),
        preemptions=found.preemptions,
        steps=_steps(found.steps) if number < MAX_TOLD else [],
        saved=saved,
        reality=RealityReport(confirmation.agreement, confirmation.reason) if confirmation else None,
        orders_output=found.orders_output,
    )


def _steps(steps: Sequence[SimulatedStep]) -> list[StepReport]:
    if len(steps) > _FIRST_STEPS + _LAST_STEPS:
        steps = [*steps[:_FIRST_STEPS], *steps[-_LAST_STEPS:]]
    return [StepReport(**vars(step)) for step in steps]


def _process(process: ProcessRun) -> ProcessReport:
    raised, waiting = process.raised, process.waiting_for
    return ProcessReport(
        exitcode=process.exitcode,
        stdout=process.stdout,
        stderr=process.stderr,
        returns=plain.jsonable(process.returned.value) if process.returned else None,
        raises=str(raised) if raised else None,
        started=process.started_s,
        ended=process.ended_s,
        waiting_for=WaitingFor(waiting.operation, waiting.since_s, waiting.where, waiting.who) if waiting else None,
        stack=process.stack,
        lines=process.lines,
        faults=process.faults,
        cut={stream: count for stream, count in process.cut.items() if count},
        has_returned=process.returned is not None,
    )
