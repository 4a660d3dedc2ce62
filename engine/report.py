"""The data of a session, as it is saved: what ``--json`` writes and every renderer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .verdict import Agreement, Grade, Judgement

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
    has_returned: bool = False
    """Whether its target returned, also where that was null and the process was killed before it had ended."""


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

    number: int
    """Which step of its schedule it is, counted from 1."""
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
    """What happens in it, step by step; only of the first few outcomes, and of long runs the first and the last."""
    saved: str | None = None
    """The file in which the schedule is, for `engine replay`."""
    reality: RealityReport | None = None
    """What real processes came to under this schedule, if they were asked (`--confirm`, `--real`)."""
    orders_output: bool = True
    """Whether the texts of all processes together are in order of arrival; if not, nothing that is expected looks at
    that order, which may be another in other schedules, and they have one process after the other."""


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
