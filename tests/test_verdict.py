"""Expectations against a run: what passes, what fails, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.plain import Opaque
from engine.trace import ProcessRun, Raised, Returned, Run
from engine.verdict import Check, Verdict, judge
from tests.support import HEAD, process_run, run_of, variant_of

VALUE_ERROR = Raised(
    "ValueError",
    ("ValueError", "builtins.ValueError", "Exception", "builtins.Exception", "BaseException", "builtins.BaseException"),
    "not 5",
    "scenario.yaml:2",
)
TWO = HEAD + "  other: {target: work}\nshared: {queue: Queue}\n"


def judged(folder: Path, expect: str, run: Run, head: str = HEAD) -> Verdict:
    """The verdict on ``run``, of a scenario with this ``expect``."""
    written = f"expect: {expect}\n" if expect else ""
    return judge(variant_of(folder, f"{head}{written}").expectation, run)


def complaints(verdict: Verdict) -> list[str]:
    return [f"{check.path}: {check.reason}" for check in verdict.checks if check.verdict != "passed"]


def raising(**seen: Any) -> ProcessRun:
    return process_run(exitcode=1, raised=VALUE_ERROR, **seen)


def returning(value: object) -> Run:
    return run_of(process_run(returned=Returned(value)))


# What goes without saying


def test_a_run_in_which_all_went_well_passes_and_says_what_was_checked(tmp_path: Path) -> None:
    assert judged(tmp_path, "", run_of()) == Verdict(
        verdict="passed",
        checks=(
            Check("expect.ending", "passed", 1, "completed", "completed"),
            Check("expect.processes.worker.exitcode", "passed", 4, 0, 0),
            Check("expect.parent.exitcode", "passed", 1, 0, 0),
            Check("expect.leaks", "passed", 1, "forbidden", []),
        ),
        outcome=None,
    )


DEADLOCK = run_of(
    process_run(exitcode=None, ended_s=None), ending="deadlock", why="deadlock: 'worker' waits for 'lock'"
)
REFUSED = run_of(process_run(exitcode=None, started_s=None, ended_s=None, raised=VALUE_ERROR))


@pytest.mark.parametrize(
    ("run", "complaint"),
    [
        (run_of(process_run(exitcode=3)), "expect.processes.worker.exitcode: its exit code is 3"),
        (run_of(process_run(exitcode=-9)), "expect.processes.worker.exitcode: its exit code is -9"),
        (run_of(raising()), "expect.processes.worker.exitcode: it raised ValueError: not 5"),
        (REFUSED, "expect.processes.worker.exitcode: it could not be started: ValueError: not 5"),
        (DEADLOCK, "expect.ending: deadlock: 'worker' waits for 'lock'"),
        (
            run_of(parent=process_run("parent", exitcode=1, raised=VALUE_ERROR)),
            "expect.parent.exitcode: it raised ValueError: not 5",
        ),
        (run_of(leaks=("process 42", "/dev/shm/x")), "expect.leaks: left behind: process 42, /dev/shm/x"),
    ],
)
def test_what_nobody_expects_fails(tmp_path: Path, run: Run, complaint: str) -> None:
    verdict = judged(tmp_path, "", run)

    assert (verdict.verdict, complaints(verdict)) == ("failed", [complaint])


@pytest.mark.parametrize(
    ("expect", "run"),
    [
        ("{processes: {worker: {exitcode: 3}}}", run_of(process_run(exitcode=3))),
        ("{processes: {worker: {raises: ValueError}}}", run_of(raising())),
        ("{ending: deadlock}", DEADLOCK),
        ("{leaks: allowed}", run_of(leaks=("process 42",))),
        ("{parent: {exitcode: 1}}", run_of(parent=process_run("parent", exitcode=1))),
        ("{processes: {worker: {raises: ValueError}}}", REFUSED),
        ("{parent: {raises: ValueError}}", REFUSED),
    ],
)
def test_what_is_named_is_expected_and_fails_where_it_does_not_happen(tmp_path: Path, expect: str, run: Run) -> None:
    assert judged(tmp_path, expect, run).verdict == "passed"
    if "leaks" not in expect:
        assert judged(tmp_path, expect, run_of()).verdict == "failed"


def test_naming_that_nothing_is_raised_does_not_expect_a_failure(tmp_path: Path) -> None:
    expect = "{processes: {worker: {raises: null}}}"

    assert judged(tmp_path, expect, run_of()).verdict == "passed"
    assert complaints(judged(tmp_path, expect, run_of(process_run(exitcode=3)))) == [
        "expect.processes.worker.exitcode: its exit code is 3"
    ]
    assert complaints(judged(tmp_path, expect, run_of(raising()))) == [
        "expect.processes.worker.raises: it raised ValueError: not 5",
        "expect.processes.worker.exitcode: it raised ValueError: not 5",
    ]


def test_naming_one_process_leaves_the_others_to_the_defaults(tmp_path: Path) -> None:
    run = run_of(process_run(exitcode=3), process_run("other", exitcode=4))

    verdict = judged(tmp_path, "{processes: {worker: {exitcode: 3}}}", run, TWO)

    assert complaints(verdict) == ["expect.processes.other.exitcode: its exit code is 4"]
    assert [check.line for check in verdict.checks if check.verdict == "failed"] == [5]


def test_one_refusal_that_is_foretold_is_all_foretold(tmp_path: Path) -> None:
    refused: dict[str, Any] = {"exitcode": None, "started_s": None, "ended_s": None, "raised": VALUE_ERROR}
    run = run_of(process_run(**refused), process_run("other", **refused))

    assert judged(tmp_path, "{processes: {worker: {raises: ValueError}}}", run, TWO).verdict == "passed"
    assert judged(tmp_path, "", run, TWO).verdict == "failed"


def test_of_a_run_that_was_cut_short_missing_exit_codes_and_leaks_are_not_checked(tmp_path: Path) -> None:
    run = run_of(
        process_run(exitcode=None, ended_s=None),
        ending="timeout",
        why="still running after 10 s",
        parent=process_run("parent", exitcode=None),
        leaks=("process 42",),
    )

    assert judged(tmp_path, "{ending: timeout}", run).verdict == "passed"
    assert complaints(judged(tmp_path, "", run)) == ["expect.ending: still running after 10 s"]


# What is written


@pytest.mark.parametrize(
    ("expect", "run"),
    [
        ("{ending: completed}", run_of()),
        ("{stdout: a}", run_of(stdout="a\n")),
        ("{stderr: {contains: b}}", run_of(stderr="abc")),
        ("{processes: {worker: {stdout: 1.50}}}", run_of(process_run(stdout="1.50\n"))),
        ("{processes: {worker: {stderr: ''}}}", run_of()),
        ("{processes: {worker: {exitcode: {one_of: [0, 1]}}}}", run_of()),
        ("{processes: {worker: {returns: null}}}", returning(None)),
        ("{processes: {worker: {returns: [1, [2]]}}}", returning((1, (2,)))),
        ("{processes: {worker: {returns: {at_least: 1}}}}", returning(1.5)),
        ("{processes: {worker: {returns: '<Sulking>'}}}", returning(Opaque("Sulking", "<Sulking>"))),
        ("{processes: {worker: {raises: ValueError}}}", run_of(raising())),
        ("{processes: {worker: {raises: builtins.ValueError}}}", run_of(raising())),
        ("{processes: {worker: {raises: Exception}}}", run_of(raising())),
        ("{processes: {worker: {raises: {type: ValueError, message: not 5}}}}", run_of(raising())),
        ("{processes: {worker: {raises: {message: {contains: 5}}}}}", run_of(raising())),
        ("{parent: {stdout: a}}", run_of(parent=process_run("parent", stdout="a"))),
        ("{parent: {returns: 1}}", run_of(parent=process_run("parent", returned=Returned(1)))),
        ("{parent: {before: {returns: 1}}}", run_of(calls={"before": process_run("before", returned=Returned(1))})),
        ("{parent: {after: {raises: ValueError}}}", run_of(calls={"after": raising(name="after")})),
        ("{duration: {at_least: 500ms, at_most: 0.5}}", run_of(duration_s=0.5)),
        ("{leaks: forbidden}", run_of()),
        ("{leaks: allowed}", run_of()),
    ],
)
def test_an_expectation_holds(tmp_path: Path, expect: str, run: Run) -> None:
    verdict = judged(tmp_path, expect, run)

    assert (verdict.verdict, complaints(verdict)) == ("passed", [])


@pytest.mark.parametrize(
    ("expect", "run", "complaint"),
    [
        ("{ending: deadlock}", run_of(), "expect.ending: the run completed"),
        ("{stdout: a}", run_of(stdout="b\n"), "expect.stdout: the text is another"),
        ("{stderr: {contains: d}}", run_of(stderr="abc"), "expect.stderr: it does not contain d"),
        (
            "{processes: {worker: {stdout: 1.5}}}",
            run_of(process_run(stdout="1.50\n")),
            "expect.processes.worker.stdout: the text is another",
        ),
        ("{processes: {worker: {exitcode: 3}}}", run_of(), "expect.processes.worker.exitcode: it is 0"),
        (
            "{processes: {worker: {exitcode: 0}}}",
            DEADLOCK,
            "expect.processes.worker.exitcode: it had not ended when the run did (deadlock)",
        ),
        ("{processes: {worker: {exitcode: 0}}}", REFUSED, "expect.processes.worker.exitcode: it was never started"),
        ("{processes: {worker: {returns: 1}}}", returning(2), "expect.processes.worker.returns: it is 2"),
        ("{processes: {worker: {returns: null}}}", run_of(), "expect.processes.worker.returns: it did not return"),
        (
            "{processes: {worker: {returns: 1}}}",
            run_of(raising()),
            "expect.processes.worker.returns: it raised ValueError: not 5",
        ),
        ("{processes: {worker: {raises: ValueError}}}", run_of(), "expect.processes.worker.raises: nothing was raised"),
        (
            "{processes: {worker: {raises: OSError}}}",
            run_of(raising()),
            "expect.processes.worker.raises: it raised ValueError: not 5",
        ),
        (
            "{processes: {worker: {raises: {type: ValueError, message: not 6}}}}",
            run_of(raising()),
            "expect.processes.worker.raises: its message is not 5: the text is another",
        ),
        ("{parent: {raises: OSError}}", run_of(), "expect.parent.raises: nothing was raised"),
        (
            "{parent: {before: {returns: 1}}}",
            run_of(calls={"before": process_run("before", returned=Returned(2))}),
            "expect.parent.before.returns: it is 2",
        ),
        ("{duration: {at_least: 1s}}", run_of(duration_s=0.5), "expect.duration: it took only 0.500 s"),
        ("{duration: {at_most: 400ms}}", run_of(duration_s=0.5), "expect.duration: it took 0.500 s"),
        ("{leaks: forbidden}", run_of(leaks=("process 42",)), "expect.leaks: left behind: process 42"),
    ],
)
def test_an_expectation_does_not_hold_and_the_reason_says_why(
    tmp_path: Path, expect: str, run: Run, complaint: str
) -> None:
    verdict = judged(tmp_path, expect, run)

    assert verdict.verdict == "failed"
    assert complaint in complaints(verdict)


@pytest.mark.parametrize(
    ("shared", "held", "complaint"),
    [
        ("[1, 2]", {"queue": [1, 2]}, None),
        ("{contains: 1}", {"queue": [1, 2]}, None),
        ("[]", {"queue": [1]}, "expect.shared.queue: it has 1 items, not 0"),
        ("[]", {}, "expect.shared.queue: it was not read: the parent did not come that far, or its stderr says why"),
    ],
)
def test_what_a_primitive_holds_at_the_end_is_compared(
    tmp_path: Path, shared: str, held: dict[str, object], complaint: str | None
) -> None:
    verdict = judged(
        tmp_path, f"{{shared: {{queue: {shared}}}}}", run_of(shared=held), f"{HEAD}shared: {{queue: Queue}}\n"
    )

    assert complaints(verdict) == ([complaint] if complaint else [])


def test_a_check_shows_the_line_what_was_expected_what_there_was_and_why(tmp_path: Path) -> None:
    expect = "\n  stdout: {contains: b, because: it must}\n  processes: {worker: {returns: {one_of: [2]}}}"

    verdict = judged(tmp_path, expect, run_of(process_run(returned=Returned((1,))), stdout="a\n"))

    assert verdict.checks[:2] == (
        Check("expect.stdout", "failed", 6, {"contains": "b"}, "a\n", "it does not contain b", "it must"),
        Check("expect.processes.worker.returns", "failed", 7, {"one_of": [2]}, [1], "it is none of [2]", None),
    )


@pytest.mark.parametrize(
    ("expect", "run"),
    [
        ("{stdout: a}", run_of(process_run(cut={"stdout": 1234}), stdout="a\n")),
        ("{stdout: b}", run_of(parent=process_run("parent", cut={"stdout": 1234}), stdout="a\n")),
        ("{processes: {worker: {stdout: a}}}", run_of(process_run(cut={"stdout": 1234}, stdout="a\n"))),
    ],
)
def test_a_text_that_was_not_kept_whole_decides_nothing(tmp_path: Path, expect: str, run: Run) -> None:
    verdict = judged(tmp_path, expect, run)

    assert verdict.verdict == "unknown"
    (reason,) = (check.reason for check in verdict.checks if check.verdict == "unknown")
    assert reason is not None
    assert reason.endswith("its last 1,234 bytes were not kept")
    assert not reason.startswith("None")


def test_a_failed_check_weighs_more_than_an_undecided_one(tmp_path: Path) -> None:
    run = run_of(process_run(cut={"stdout": 1}, exitcode=3), stdout="a")

    assert judged(tmp_path, "{stdout: a}", run).verdict == "failed"


# Outcomes

OUTCOMES = """
  outcomes:
    - {when: {stdout: a}, because: a comes first}
    - {when: {stdout: {contains: b}}, grade: interesting}
    - {when: {stdout: c}, grade: forbidden, because: c must never come}
    - {when: {ending: deadlock}}
    - {when: {processes: {worker: {exitcode: 3}}}}
    - {when: {processes: {worker: {raises: ValueError}}}}
"""


@pytest.mark.parametrize(
    ("run", "verdict", "label"),
    [
        (run_of(stdout="a\n"), "passed", "a comes first"),
        (run_of(stdout="ab\n"), "passed", "stdout: {contains: b}"),
        (run_of(stdout="c\n"), "failed", "c must never come"),
        (DEADLOCK, "passed", "ending: deadlock"),
        (run_of(process_run(exitcode=3)), "passed", "processes: {worker: {exitcode: 3}}"),
        (run_of(raising()), "passed", "processes: {worker: {raises: ValueError}}"),
        (run_of(stdout="d\n"), "failed", None),
    ],
)
def test_the_first_outcome_that_fits_names_a_run(tmp_path: Path, run: Run, verdict: str, label: str | None) -> None:
    made = judged(tmp_path, OUTCOMES, run)

    assert (made.verdict, made.outcome.label if made.outcome else None) == (verdict, label)


@pytest.mark.parametrize(
    "run",
    [
        run_of(process_run(exitcode=3), stdout="a\n"),
        run_of(raising(), stdout="a\n"),
        run_of(process_run(exitcode=None, ended_s=None), ending="timeout", why="too long", stdout="a\n"),
        run_of(stdout="a\n", leaks=("process 42",)),
    ],
)
def test_the_defaults_hold_in_an_outcome_that_does_not_name_them(tmp_path: Path, run: Run) -> None:
    made = judged(tmp_path, OUTCOMES, run)

    assert made.outcome is not None
    assert (made.verdict, made.outcome.label, len(complaints(made))) == ("failed", "a comes first", 1)


def test_a_run_that_is_none_of_the_outcomes_is_told_why_not(tmp_path: Path) -> None:
    expect = "{outcomes: [{when: {stdout: a, stderr: b}, because: first}, {when: {ending: deadlock}}]}"

    verdict = judged(tmp_path, expect, run_of(stdout="a\n"))

    labels = ["first", "ending: deadlock"]
    reason = (
        "it is none of them; not first, as stderr: the text is another; "
        'not "ending: deadlock", as ending: the run completed'
    )
    assert verdict.checks[0] == Check("expect.outcomes", "failed", 5, labels, None, reason)


def test_what_stands_beside_outcomes_must_hold_in_every_run(tmp_path: Path) -> None:
    expect = "{stderr: '', outcomes: [{when: {stdout: a}}]}"

    assert judged(tmp_path, expect, run_of(stdout="a")).verdict == "passed"
    assert complaints(judged(tmp_path, expect, run_of(stdout="a", stderr="b"))) == [
        "expect.stderr: the text is another"
    ]


def test_an_outcome_that_names_nothing_fits_every_run(tmp_path: Path) -> None:
    assert judged(tmp_path, "{outcomes: [{when: {}}]}", run_of(stdout="a")).verdict == "passed"


def test_an_outcome_cannot_be_told_from_a_text_that_was_not_kept_whole(tmp_path: Path) -> None:
    run = run_of(process_run(cut={"stdout": 5}), stdout="a")

    assert judged(tmp_path, "{outcomes: [{when: {stdout: ab}}]}", run).verdict == "unknown"


def test_what_was_dropped_of_another_stream_does_not_matter(tmp_path: Path) -> None:
    run = run_of(process_run(cut={"stderr": 5}), stdout="a")

    assert judged(tmp_path, "{stdout: a}", run).verdict == "passed"


def test_a_process_that_was_never_started_has_not_done_what_was_expected(tmp_path: Path) -> None:
    run = run_of(process_run(exitcode=None, started_s=None))

    (check,) = (check for check in judged(tmp_path, "{}", run).checks if check.verdict == "failed")

    assert (check.path, check.reason) == ("expect.processes.worker.exitcode", "it was never started")


# Faults


@pytest.mark.parametrize(
    ("fault", "exitcode", "raised", "verdict"),
    [
        ("kill worker before lock.release", -9, None, "passed"),
        ("terminate worker at 1 s", -15, None, "passed"),
        ("interrupt worker at 1 s", -2, None, "passed"),
        ("interrupt worker at 1 s", 1, "KeyboardInterrupt", "passed"),
        ("interrupt worker at 1 s", 1, "ValueError", "failed"),
        ("kill worker at 1 s", -11, None, "failed"),
        ("stop worker at 1 s", -9, None, "failed"),
        ("kill worker at 1 s", 0, None, "passed"),
    ],
)
def test_a_process_that_a_fault_killed_needs_no_exit_code(
    tmp_path: Path, fault: str, exitcode: int, raised: str | None, verdict: str
) -> None:
    error = Raised(raised, (raised,), "", None) if raised else None
    process = process_run(exitcode=exitcode, raised=error, faults=(fault,))

    assert judged(tmp_path, "", run_of(process)).verdict == verdict


def test_a_fault_without_an_occasion_fails(tmp_path: Path) -> None:
    run = replace(run_of(), unstruck=("kill worker at 9 s", "stop worker at 10 s"))

    assert complaints(judged(tmp_path, "", run)) == [
        "faults: there was no occasion to kill worker at 9 s or to stop worker at 10 s"
    ]
