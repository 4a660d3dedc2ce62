"""Judge runs against what was expected of them.

Pure: no clock, no process, no output. ``judge`` is the door; the rest is detail.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from . import plain, words
from .expectation import Expectation, Expected, ExpectedOutcome
from .matching import BECAUSE, match_text, match_value
from .scenario.durations import seconds
from .trace import ProcessRun, Raised, Run

Judgement = Literal["passed", "failed", "unknown", "skipped"]
Grade = Literal["forbidden", "unknown", "interesting", "acceptable"]
"""What an outcome is worth; ``unknown`` where too little was seen of it."""

Agreement = Literal["confirmed", "differs", "unknown"]
"""What reality says of a run in simulation; ``unknown`` where it cannot be asked."""


@dataclass(frozen=True)
class Check:
    """One expectation against one run; ``expected`` and ``actual`` are JSON-able, ``reason`` says why it does not
    hold."""

    path: str
    verdict: Judgement
    line: int
    expected: Any
    actual: Any
    reason: str | None = None
    because: str | None = None


@dataclass(frozen=True)
class Verdict:
    """All checks of a run, and what they come to. ``outcome`` is the one of the expected outcomes that the run was."""

    verdict: Judgement
    checks: tuple[Check, ...]
    outcome: ExpectedOutcome | None


def judge(expectation: Expectation, run: Run) -> Verdict:
    """What ``run`` is worth: failed if any check fails, else unknown if any could not be decided, else passed."""
    outcome, undecided = _outcome(expectation, run)
    said = (*expectation.expected, *(outcome.expected if outcome else ()))
    checks = [_check(expected, run) for expected in expectation.expected]
    if expectation.outcomes:
        checks.append(_outcome_check(expectation, outcome, undecided, run))
    checks += _unsaid(expectation, said, run)
    return Verdict(worst(checks), tuple(checks), outcome)


def worst(checks: Sequence[Check]) -> Judgement:
    """What ``checks`` come to."""
    order: tuple[Judgement, ...] = ("failed", "unknown")
    return next((verdict for verdict in order if any(check.verdict == verdict for check in checks)), "passed")


# What was written


def _check(expected: Expected, run: Run) -> Check:
    actual, reason, undecided = _compare(expected, run)
    verdict: Judgement = "unknown" if undecided else "failed" if reason else "passed"
    return Check(expected.path, verdict, expected.line, shown(expected.matcher), actual, reason, expected.because)


def shown(matcher: Any) -> Any:
    """``matcher`` as it is reported."""
    if isinstance(matcher, dict):
        return plain.jsonable({key: value for key, value in matcher.items() if key != BECAUSE})
    return plain.jsonable(matcher)


def _compare(expected: Expected, run: Run) -> tuple[Any, str | None, bool]:
    """What there was, why it is not as expected, and whether too little was seen to say."""
    matcher, aspect = expected.matcher, expected.subject[-1]
    if expected.kind == "ending":
        return run.ending, None if run.ending == matcher else run.why or f"the run {run.ending}", False
    if expected.kind == "leaks":
        forbidden = matcher == "forbidden" and bool(run.leaks)
        return list(run.leaks), f"left behind: {', '.join(run.leaks)}" if forbidden else None, False
    if expected.kind == "duration":
        return run.duration_s, _duration(matcher, run.duration_s), False
    if expected.subject[0] == "shared":
        return (*_shared(matcher, expected.subject[1], run), False)
    owner = _owner(expected, run)
    if expected.kind == "text":
        text = getattr(owner, aspect)
        writers = [owner] if isinstance(owner, ProcessRun) else [run.parent, *run.processes.values()]
        cut = sum(writer.cut.get(aspect, 0) for writer in writers)
        reason = match_text(matcher, text)
        if cut:
            reason = f"{reason or 'it may hold'}; its last {cut:,} bytes were not kept"
        return text, reason, cut > 0
    assert isinstance(owner, ProcessRun)
    if expected.kind == "raises":
        raised = owner.raised
        if owner is run.parent and raised is None:
            raised = next((process.raised for process in run.processes.values() if was_refused(process)), None)
        return str(raised) if raised else None, _raises(matcher, raised), False
    if aspect == "returns":
        return (*_returns(matcher, owner), False)
    reason = match_value(matcher, owner.exitcode)
    return owner.exitcode, _never_ended(owner, run) if owner.exitcode is None and reason else reason, False


def _owner(expected: Expected, run: Run) -> Run | ProcessRun:
    if expected.subject[0] == "processes":
        return run.processes[expected.subject[1]]
    if len(expected.subject) == 3:
        return run.calls[expected.subject[1]]
    return run.parent if expected.subject[0] == "parent" else run


def _duration(matcher: Any, duration_s: float) -> str | None:
    if "at_least" in matcher and duration_s < seconds(matcher["at_least"]):
        return f"it took only {duration_s:.3f} s"
    if "at_most" in matcher and duration_s > seconds(matcher["at_most"]):
        return f"it took {duration_s:.3f} s"
    return None


def _shared(matcher: Any, name: str, run: Run) -> tuple[Any, str | None]:
    if name not in run.shared:
        return None, "it was not read: the parent did not come that far, or its stderr says why"
    return plain.jsonable(run.shared[name]), match_value(matcher, run.shared[name])


def _returns(matcher: Any, process: ProcessRun) -> tuple[Any, str | None]:
    if process.returned is None:
        how = f"it raised {process.raised}" if process.raised else "it did not return"
        return None, how
    return plain.jsonable(process.returned.value), match_value(matcher, process.returned.value)


def _raises(matcher: Any, raised: Raised | None) -> str | None:
    if matcher is None or raised is None:
        return None if matcher is raised else "nothing was raised" if raised is None else f"it raised {raised}"
    wanted = matcher if isinstance(matcher, dict) else {"type": matcher}
    if "type" in wanted and wanted["type"] not in raised.types:
        return f"it raised {raised}"
    if "message" in wanted and (reason := match_text(wanted["message"], raised.message)):
        return f"its message is {words.brief(raised.message)}: {reason}"
    return None


def _never_ended(process: ProcessRun, run: Run) -> str:
    return "it was never started" if process.started_s is None else f"it had not ended when the run did ({run.ending})"


# Outcomes


def _outcome(expectation: Expectation, run: Run) -> tuple[ExpectedOutcome | None, bool]:
    """The first outcome that ``run`` fits, or None; and whether too little was seen to say."""
    for outcome in expectation.outcomes:
        compared = [_compare(expected, run) for expected in outcome.expected]
        if any(reason and not undecided for _, reason, undecided in compared):
            continue
        undecided = any(undecided for _, _, undecided in compared)
        return (None if undecided else outcome), undecided
    return None, False


def _outcome_check(expectation: Expectation, outcome: ExpectedOutcome | None, undecided: bool, run: Run) -> Check:
    labels = [one.label for one in expectation.outcomes if one.grade != "forbidden"]
    line = outcome.line if outcome else expectation.outcomes[0].line
    if undecided:
        return Check("expect.outcomes", "unknown", line, labels, None, "too much of what it printed was not kept")
    if outcome is None:
        reason = f"it is none of them; {_near_misses(expectation, run)}"
        return Check("expect.outcomes", "failed", line, labels, None, reason)
    if outcome.grade == "forbidden":
        return Check("expect.outcomes", "failed", line, labels, outcome.label, "it is forbidden", outcome.because)
    return Check("expect.outcomes", "passed", line, labels, outcome.label, None, outcome.because)


def _near_misses(expectation: Expectation, run: Run) -> str:
    """Why each outcome was not it: the first thing in which the run differs."""
    misses = []
    for outcome in expectation.outcomes:
        for expected in outcome.expected:
            reason = _compare(expected, run)[1]
            if reason:
                misses.append(f"not {words.brief(outcome.label)}, as {expected.path.partition('.when.')[2]}: {reason}")
                break
    return "; ".join(misses)


# What goes without saying


def _unsaid(expectation: Expectation, said: Sequence[Expected], run: Run) -> Iterator[Check]:
    """The defaults, for what nobody named: completed, every exit code 0, nothing left behind."""
    named = {expected.subject for expected in said if expected.kind != "raises" or expected.matcher is not None}
    if ("ending",) not in named:
        reason = None if run.ending == "completed" else run.why
        yield _default("expect.ending", "completed", run.ending, reason, expectation.line)
    for name, process in run.processes.items():
        subject = ("processes", name)
        if named.isdisjoint({(*subject, "exitcode"), (*subject, "raises")}):
            yield from _exit_check(name, process, expectation.lines[name], named, run)
    if run.ending == "completed" and named.isdisjoint(_PARENT_FAILURES):
        yield _default("expect.parent.exitcode", 0, run.parent.exitcode, _exit_reason(run.parent), expectation.line)
    if run.unstruck:
        reason = f"there was no occasion to {' or to '.join(run.unstruck)}"
        yield _default("faults", "every fault strikes", "not every one did", reason, expectation.line)
    # What a run that was cut short left running is not a leak of its making.
    if run.ending == "completed" and ("leaks",) not in named:
        reason = f"left behind: {', '.join(run.leaks)}" if run.leaks else None
        yield _default("expect.leaks", "forbidden", list(run.leaks), reason, expectation.line)


_PARENT_FAILURES = {
    ("parent", "exitcode"),
    ("parent", "raises"),
    ("parent", "before", "raises"),
    ("parent", "after", "raises"),
}


def _exit_check(name: str, process: ProcessRun, line: int, named: set[tuple[str, ...]], run: Run) -> Iterator[Check]:
    path = f"expect.processes.{name}.exitcode"
    if was_refused(process):
        # A primitive that one process cannot be given, the others cannot either: one refusal foretold is all foretold.
        others = {("processes", other, "raises") for other, one in run.processes.items() if was_refused(one)}
        if named.isdisjoint({*others, ("parent", "raises")}):
            assert process.raised is not None
            yield _default(path, 0, None, f"it could not be started: {process.raised}", line)
    elif process.exitcode is not None and not _was_ended_by_a_fault(process):
        yield _default(path, 0, process.exitcode, _exit_reason(process), line)
    elif process.started_s is None and run.ending == "completed" and named.isdisjoint(_PARENT_FAILURES):
        yield _default(path, 0, None, "it was never started", line)


def _was_ended_by_a_fault(process: ProcessRun) -> bool:
    actions = {fault.partition(" ")[0] for fault in process.faults}
    if "interrupt" in actions and process.raised and process.raised.type == "KeyboardInterrupt":
        return True
    return any(process.exitcode == -_FATAL[action] for action in actions & _FATAL.keys())


_FATAL = {"kill": signal.SIGKILL, "terminate": signal.SIGTERM, "interrupt": signal.SIGINT}


def was_refused(process: ProcessRun) -> bool:
    """Whether the parent could not even start it."""
    return process.started_s is None and process.raised is not None


def _exit_reason(process: ProcessRun) -> str | None:
    if process.exitcode == 0:
        return None
    return f"it raised {process.raised}" if process.raised else f"its exit code is {process.exitcode}"


def _default(path: str, expected: Any, actual: Any, reason: str | None, line: int) -> Check:
    return Check(path, "failed" if reason else "passed", line, expected, actual, reason)
