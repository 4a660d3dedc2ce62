"""The data of a session, as it is saved: what ``--json`` writes and every renderer reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from . import plain
from .errors import Problem
from .trace import ProcessRun, Run
from .verdict import Agreement, Check, Grade, Judgement, Verdict

if TYPE_CHECKING:
    from .exploration import Exploration, ExplorationVerdict, Graded
    from .forcing import Confirmation

VERSION: Literal[1] = 1


class _Documented:
    """Records whose fields are documented by the text below them, also in the JSON Schema."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True)
class WaitingFor(_Documented):
    """What a process was blocked on when the run ended."""

    operation: str
    """The primitive and its operation: `queue.get`."""
    since: float
    """Seconds from the start of the run; when it was first seen so, unless operations were written down."""
    where: str
    """File and line of the call; empty where no line of the scenario's called it."""
    who: str = ""
    """What is known of who else has it: `taken by left`, `nobody else was given it`."""


@dataclass(frozen=True)
class ProcessReport(_Documented):
    """One process of a run."""

    exitcode: int | None
    """As `multiprocessing` has it; null where it did not end by itself or was never started."""
    stdout: str
    """What it wrote to standard output."""
    stderr: str
    """What it wrote to standard error."""
    returns: Any
    """What its target returned, as plain data; also null where it did not return."""
    raises: str | None
    """The exception that its target did not catch: its type, and its message."""
    started: float | None
    """Seconds from the start of the run."""
    ended: float | None
    """Seconds from the start of the run; null where it did not end by itself."""
    waiting_for: WaitingFor | None
    """What it was blocked on when the run ended, where that is known."""
    stack: Sequence[str] = ()
    """What it was doing when the run had to be ended: its calls, innermost first."""
    lines: Sequence[str] = ()
    """The scenario's own among these calls, shortened: `queue.yaml:15 in consumer`."""
    faults: Sequence[str] = ()
    """What was done to it: `kill worker before lock.release`."""
    cut: Mapping[str, int] = field(default_factory=dict)
    """How many bytes of its `stdout` and `stderr` were too many to be kept; those came last."""


@dataclass(frozen=True)
class CheckReport(_Documented):
    """One expectation, and whether it held."""

    path: str
    """Where it is in the scenario: `expect.stdout`."""
    verdict: Judgement
    """Whether it held."""
    line: int
    """The line of the file, counted from 1; for what goes without saying, that of `expect` or of the process."""
    expected: Any
    """The expectation as it is written."""
    actual: Any
    """What there was."""
    reason: str | None
    """Why it does not hold."""
    because: str | None
    """Why it should hold, in its author's words."""


@dataclass(frozen=True)
class EventReport(_Documented):
    """One operation of one process."""

    process: str
    """The process; `parent` for the parent process."""
    primitive: str
    """The primitive, or an end of it: `pipe[0]`."""
    operation: str
    """The operation: `put`."""
    arguments: str
    """What it was given, shortened."""
    called: float
    """When it began, in seconds from the start of the run."""
    returned: float | None
    """When it ended; null where it never did."""
    result: str | None
    """What it returned, shortened."""
    error: str | None
    """What it raised."""


@dataclass(frozen=True)
class StepReport(_Documented):
    """One step of a run in simulation."""

    process: str
    """The process; `parent` for the parent process."""
    thread: str
    """What of it took the step, if not its own line: `feeder`."""
    primitive: str
    """The primitive; empty for what concerns none, such as the end of a process."""
    operation: str
    """The operation: `put`."""
    arguments: str
    """What it was given, shortened."""
    result: str | None
    """What it returned, shortened; null where the operation goes on."""
    error: str | None
    """What it raised."""
    where: str
    """The line that called it: `queue.yaml:15`."""
    blocked: Mapping[str, str]
    """Who cannot go on after this step, and in what: `b.acquire`."""


@dataclass(frozen=True)
class ExampleReport(_Documented):
    """All that one run came to."""

    ending: str
    """How it ended."""
    why: str | None
    """What ended it, if it did not complete."""
    duration: float
    """Seconds that it took: of the simulation's clock, in timing `virtual`."""
    stdout: str
    """What all processes wrote to standard output, in order of arrival."""
    stderr: str
    """What all processes wrote to standard error, in order of arrival."""
    parent: ProcessReport
    """The parent process."""
    processes: Mapping[str, ProcessReport]
    """The processes, by name."""
    shared: Mapping[str, Any]
    """What each primitive held at the end, by name."""
    leaks: Sequence[str]
    """What was left behind."""


@dataclass(frozen=True)
class RealityReport(_Documented):
    """What real processes came to that were made to follow a schedule."""

    agreement: Agreement
    """`confirmed`: to the same; `differs`; `unknown`: they cannot be made to."""
    reason: str | None
    """Where they differ, or why they cannot."""


@dataclass(frozen=True)
class OutcomeReport(_Documented):
    """One of the ways in which a scenario went."""

    when: str | None
    """Which of the expected outcomes it is, in its author's words; null where it is none, or none is named."""
    grade: Grade
    """`acceptable`, `interesting`, `forbidden`; `unknown` where too little was seen to say."""
    count: int
    """How many schedules led to it."""
    example: ExampleReport
    """One run that came to it."""
    schedule: str
    """The shortest schedule that leads to it: `left*3 right left:jobs`."""
    length: int
    """How many steps it has."""
    preemptions: int
    """How often it leaves a process that could go on."""
    steps: Sequence[StepReport] = ()
    """What happens in it, step by step; only of the first few outcomes, and of those the last steps."""
    saved: str | None = None
    """The file in which the schedule is, for `engine replay`."""
    reality: RealityReport | None = None
    """What real processes came to under this schedule, if they were asked (`--confirm`, `--real`)."""


@dataclass(frozen=True)
class ExploredReport(_Documented):
    """How much was explored."""

    schedules: int
    """How many schedules were run."""
    exhausted: bool
    """Whether every schedule that can make a difference is among them."""
    strategy: str
    """How they were chosen."""
    seed: int
    """What random choices were drawn from."""
    first_failure: int | None
    """The number of schedules run when the first that does not pass was met, it included."""
    steps: int
    """How many steps all of them took."""
    classes: int | None
    """How many of them differ in more than the order of what commutes; null where that is not known."""
    timing: str
    """Whether durations ordered what happened: `any` (they did not) or `virtual`."""
    reasons: Sequence[str]
    """Why it is not exhausted."""
    refusal: str | None
    """What cannot be simulated."""


@dataclass(frozen=True)
class ScenarioReport(_Documented):
    """One variant of a scenario. Of an exploration, all that one run comes to is that of the first of `outcomes`."""

    name: str
    """The scenario's name."""
    file: str
    """Its file, as the command line led to it."""
    variant: Mapping[str, Any]
    """The values of its row of the matrix."""
    verdict: Judgement
    """What it comes to."""
    reason: str | None = None
    """Why it was skipped."""
    seed: int | None = None
    """What the points at which faults struck were drawn from: `--seed` has them again."""
    ending: str | None = None
    """How the run ended; null where there was none."""
    why: str | None = None
    """What ended it, if it did not complete."""
    duration: float = 0.0
    """Seconds that the run took."""
    stdout: str = ""
    """What all processes wrote to standard output, in order of arrival."""
    stderr: str = ""
    """What all processes wrote to standard error, in order of arrival."""
    parent: ProcessReport | None = None
    """The parent process."""
    processes: Mapping[str, ProcessReport] = field(default_factory=dict)
    """The processes, by name."""
    strangers: Mapping[str, ProcessReport] = field(default_factory=dict)
    """Processes that targets started for themselves and that were there when the run had to be ended, by name."""
    shared: Mapping[str, Any] = field(default_factory=dict)
    """What each primitive held at the end, by name."""
    leaks: Sequence[str] = ()
    """What was left behind, and removed."""
    trace: Sequence[EventReport] = ()
    """Every operation, in the order in which they were called; only of a run that was traced."""
    events_cut: int = 0
    """How many earlier operations there were, too many to be kept."""
    checks: Sequence[CheckReport] = ()
    """Each thing that was expected."""
    outcomes: Sequence[OutcomeReport] = ()
    """The ways in which it went, the worst first; only where a scenario was explored or replayed."""
    explored: ExploredReport | None = None
    """How much was explored."""


@dataclass(frozen=True)
class ProblemReport(_Documented):
    """Something that is wrong with a file."""

    file: str
    """The file."""
    line: int
    """The line, counted from 1."""
    column: int
    """The column, counted from 1."""
    message: str
    """What is wrong."""
    hint: str | None
    """What may help."""


@dataclass(frozen=True)
class Summary(_Documented):
    """How many of each verdict."""

    passed: int
    """How many passed."""
    failed: int
    """How many failed."""
    unknown: int
    """How many could not be decided."""
    skipped: int
    """How many were not run."""
    duration: float
    """Seconds that everything took."""


@dataclass(frozen=True)
class Report(_Documented):
    """What one command did."""

    version: Literal[1]
    """The version of this format."""
    command: str
    """The command: `run`, `validate`."""
    summary: Summary
    """The verdicts, counted."""
    scenarios: Sequence[ScenarioReport]
    """Each variant of each scenario, in the order of the files."""
    problems: Sequence[ProblemReport] = ()
    """What is wrong with the files; where there is anything, nothing was run."""
    interrupted: bool = False
    """Whether the command was interrupted before it had run everything."""


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
_MAX_STEPS = 500


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
            exhausted=exploration.exhausted,
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


def report_schema() -> dict[str, Any]:
    """The JSON Schema of what ``--json`` writes."""
    return _schema(Report)


def schedule_schema() -> dict[str, Any]:
    """The JSON Schema of the schedules that are saved."""
    from .schedule import Schedule

    return _schema(Schedule)


def _schema(of: type) -> dict[str, Any]:
    from pydantic import TypeAdapter  # Only the schema needs it; writing a report does not.

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TypeAdapter(of).json_schema()}


def jsonable(made: Report) -> dict[str, Any]:
    return asdict(made)


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
        steps=[StepReport(**vars(step)) for step in found.steps[-_MAX_STEPS:]] if number < MAX_TOLD else [],
        saved=saved,
        reality=RealityReport(confirmation.agreement, confirmation.reason) if confirmation else None,
    )


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
    )
