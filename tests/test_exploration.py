"""What an exploration is worth: each verdict, and that each can fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.expectation import Expectation
from engine.exploration import (
    Exploration,
    ExplorationVerdict,
    Found,
    Settings,
    judge_exploration,
    judge_simulated,
    settings_of,
    undecidable,
)
from engine.trace import Run
from engine.verdict import Check
from tests.exploring_support import DEADLOCK, exploration, found, step
from tests.support import HEAD, process_run, run_of, variant_of

COUNTER = HEAD + "shared: {counter: {type: Value, typecode: i, value: 0}}\n"
OUTCOMES = """\
expect:
  outcomes:
    - {when: {shared: {counter: 2}}, because: one after the other}
    - {when: {shared: {counter: 1}}, grade: interesting, must_occur: true, because: one is lost}
    - {when: {shared: {counter: 7}}, grade: forbidden, because: nobody writes it}
"""


def counted(value: int, count: int = 1, length: int = 6, **more: Any) -> Found:
    return found(run_of(shared={"counter": value}, **more), count=count, length=length)


def expected(folder: Path, expect: str = OUTCOMES) -> Expectation:
    return variant_of(folder, COUNTER + expect).expectation


def judged(folder: Path, explored: Exploration, expect: str = OUTCOMES) -> ExplorationVerdict:
    return judge_exploration(expected(folder, expect), explored)


def complaints(verdict: ExplorationVerdict) -> list[str]:
    return [f"{one.verdict} {one.path}: {one.reason}" for one in verdict.checks if one.verdict != "passed"]


BOTH = (counted(2, 8), counted(1, 4))


# With outcomes


def test_all_that_is_possible_and_nothing_else_passes(tmp_path: Path) -> None:
    verdict = judged(tmp_path, exploration(*BOTH))

    assert (verdict.verdict, complaints(verdict)) == ("passed", [])
    assert [(one.grade, one.found.count) for one in verdict.outcomes] == [("interesting", 4), ("acceptable", 8)]
    assert [(one.path, one.line, one.actual) for one in verdict.checks[-2:]] == [
        ("expect.outcomes[1].must_occur", 9, True),
        ("explore", 6, "12 schedules"),
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (7, "it is forbidden"),
        (
            3,
            "it is none of them; not one after the other, as shared.counter: it is 3; not one is lost, "
            "as shared.counter: it is 3; not nobody writes it, as shared.counter: it is 3",
        ),
    ],
)
def test_one_outcome_that_is_forbidden_fails_all(tmp_path: Path, value: int, reason: str) -> None:
    verdict = judged(tmp_path, exploration(*BOTH, counted(value)))

    assert (verdict.verdict, complaints(verdict)) == ("failed", [f"failed expect.outcomes: {reason}"])
    assert verdict.outcomes[0].grade == "forbidden"


def test_a_name_that_has_quotes_of_its_own_is_given_no_others(tmp_path: Path) -> None:
    text = HEAD + "expect: {outcomes: [{when: {stdout: 'False'}, must_occur: true}]}\n"
    verdict = judge_exploration(variant_of(tmp_path, text).expectation, exploration(exhausted=True))

    assert complaints(verdict)[0] == (
        'failed expect.outcomes[0].must_occur: stdout: "False" came of no schedule, and these are all there are'
    )


def test_what_must_occur_and_cannot_fails(tmp_path: Path) -> None:
    verdict = judged(tmp_path, exploration(counted(2)))

    assert (verdict.verdict, complaints(verdict)) == (
        "failed",
        ['failed expect.outcomes[1].must_occur: "one is lost" came of no schedule, and these are all there are'],
    )


@pytest.mark.parametrize(
    "less", [{"exhausted": False}, {"reasons": ("time-outs read the clock",)}, {"refusal": "jobs.py:3: a socket"}]
)
def test_what_must_occur_and_was_not_seen_is_unknown_while_there_may_be_more(
    tmp_path: Path, less: dict[str, Any]
) -> None:
    verdict = judged(tmp_path, exploration(counted(2), **less))

    assert verdict.verdict == "unknown"
    assert (
        complaints(verdict)[0]
        == 'unknown expect.outcomes[1].must_occur: "one is lost" came of none of the schedules that were run'
    )


def test_what_stands_beside_outcomes_must_hold_in_every_run(tmp_path: Path) -> None:
    expect = OUTCOMES + "  stdout: ''\n"

    assert judged(tmp_path, exploration(*BOTH), expect).verdict == "passed"

    verdict = judged(tmp_path, exploration(*BOTH, counted(2, stdout="a\n")), expect)
    assert (verdict.verdict, complaints(verdict)) == ("failed", ["failed expect.stdout: the text is another"])
    assert verdict.outcomes[0].grade == "forbidden"


def test_what_goes_without_saying_must_hold_in_every_run_too(tmp_path: Path) -> None:
    verdict = judged(tmp_path, exploration(*BOTH, counted(2, leaks=("process 42",))))

    assert (verdict.verdict, complaints(verdict)) == ("failed", ["failed expect.leaks: left behind: process 42"])


# Without outcomes


def test_without_outcomes_every_run_must_be_as_expected(tmp_path: Path) -> None:
    expect = "expect: {shared: {counter: 2}}\n"

    assert judged(tmp_path, exploration(counted(2)), expect).verdict == "passed"

    verdict = judged(tmp_path, exploration(counted(2, 8), counted(1, 4)), expect)
    assert (verdict.verdict, complaints(verdict)) == ("failed", ["failed expect.shared.counter: it is 1"])
    assert [one.grade for one in verdict.outcomes] == ["forbidden", "acceptable"]


def test_a_deadlock_fails_unless_it_is_expected(tmp_path: Path) -> None:
    run = run_of(process_run(exitcode=None, ended_s=None), ending="deadlock", why="deadlock: worker waits in a.acquire")
    stuck = found(run, length=2)

    assert complaints(judged(tmp_path, exploration(counted(0), stuck), "")) == [
        "failed expect.ending: deadlock: worker waits in a.acquire"
    ]
    assert judged(tmp_path, exploration(stuck), "expect: {ending: deadlock}\n").verdict == "passed"
    assert judged(tmp_path, exploration(counted(0), stuck), "expect: {ending: deadlock}\n").verdict == "failed"


def test_a_check_that_fails_is_told_of_the_shortest_run_that_fails_it(tmp_path: Path) -> None:
    outcomes = [counted(3, 9, length=9), counted(4, 1, length=5), counted(5, 5, length=7)]

    verdict = judged(tmp_path, exploration(*outcomes), "expect: {shared: {counter: 2}}\n")

    assert complaints(verdict) == ["failed expect.shared.counter: it is 4"]


# What was not explored


@pytest.mark.parametrize(
    ("less", "reason"),
    [
        ({"exhausted": False}, "there may be more schedules"),
        (
            {"exhausted": False, "reasons": ("10,000 schedules were run and there are more", "the clock was read")},
            "10,000 schedules were run and there are more; the clock was read",
        ),
        ({"reasons": ("a polling loop met its limit",)}, "a polling loop met its limit"),
        ({"refusal": "jobs.py:3: a socket"}, "it cannot be simulated: jobs.py:3: a socket"),
        ({"exhausted": False, "refusal": "jobs.py:3: a socket"}, "it cannot be simulated: jobs.py:3: a socket"),
    ],
)
def test_what_was_not_explored_to_the_end_never_passes(tmp_path: Path, less: dict[str, Any], reason: str) -> None:
    verdict = judged(tmp_path, exploration(*BOTH, **less))

    assert (verdict.verdict, complaints(verdict)) == ("unknown", [f"unknown explore: {reason}"])


def test_that_nothing_ran_proves_nothing(tmp_path: Path) -> None:
    assert complaints(judged(tmp_path, exploration(), "")) == ["unknown explore: no schedule came to its end"]
    assert judged(tmp_path, exploration(), "").verdict == "unknown"


def test_a_failure_is_one_even_where_not_all_was_explored(tmp_path: Path) -> None:
    less = {"exhausted": False, "reasons": ("there are more",), "first_failure": 3}

    verdict = judged(tmp_path, exploration(counted(1), counted(7), **less))

    assert (verdict.verdict, complaints(verdict)) == ("failed", ["failed expect.outcomes: it is forbidden"])


SPINS = "worker was still spinning after 10,000 steps"


def step_limited(**more: Any) -> Run:
    return run_of(process_run(exitcode=None, ended_s=None), ending="step_limit", why=SPINS, **more)


def test_a_run_that_met_the_limit_of_its_steps_makes_all_of_it_unknown(tmp_path: Path) -> None:
    verdict = judged(tmp_path, exploration(*BOTH, found(step_limited(), length=10_000)))

    assert (verdict.verdict, complaints(verdict)) == ("unknown", [f"unknown expect.ending: {SPINS}"])
    assert [one.grade for one in verdict.outcomes] == ["unknown", "interesting", "acceptable"]


def test_a_run_that_met_the_limit_is_no_failure_whatever_it_did_so_far(tmp_path: Path) -> None:
    run = step_limited(stdout="wrong\n")

    assert judge_simulated(expected(tmp_path, "expect: {stdout: right}\n"), run, "any").verdict == "unknown"


def test_a_run_that_met_the_limit_hides_no_failure(tmp_path: Path) -> None:
    assert judged(tmp_path, exploration(counted(7), found(step_limited(), length=10_000))).verdict == "failed"


# Durations

HURRY = "expect: {duration: {at_least: 2s}}\n"


def test_durations_mean_nothing_in_timing_any_and_are_left_out(tmp_path: Path) -> None:
    verdict = judged(tmp_path, exploration(counted(0)), HURRY)

    assert verdict.verdict == "passed"
    assert [one for one in verdict.checks if one.verdict == "skipped"] == [
        Check(
            "expect.duration",
            "skipped",
            6,
            {"at_least": "2s"},
            None,
            "durations mean nothing in timing any (--timing virtual)",
        )
    ]


def test_durations_are_those_of_the_clock_in_timing_virtual(tmp_path: Path) -> None:
    assert judged(tmp_path, exploration(counted(0), timing="virtual"), HURRY).verdict == "failed"
    assert judged(tmp_path, exploration(counted(0, duration_s=2.0), timing="virtual"), HURRY).verdict == "passed"


def test_outcomes_that_durations_tell_apart_need_timing_virtual(tmp_path: Path) -> None:
    quick = "expect: {outcomes: [{when: {duration: {at_most: 1s}}}]}\n"

    assert undecidable(expected(tmp_path, quick), "any") == (
        "the outcome on line 6 names a duration, which needs --timing virtual"
    )
    assert undecidable(expected(tmp_path, quick), "virtual") is None
    assert undecidable(expected(tmp_path), "any") is None


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ("expect: {ending: timeout}\n", "line 6 expects a timeout, and a run in simulation has no time limit"),
        (
            "expect: {outcomes: [{when: {ending: timeout}, must_occur: true}]}\n",
            "line 6 expects a timeout, and a run in simulation has no time limit",
        ),
        ("expect: {outcomes: [{when: {ending: timeout}}]}\n", None),
        ("expect: {ending: deadlock}\n", None),
    ],
)
def test_a_timeout_that_must_come_cannot_be_looked_for(tmp_path: Path, expect: str, reason: str | None) -> None:
    assert undecidable(expected(tmp_path, expect), "virtual") == reason


# The rest


def test_the_worst_outcome_comes_first_and_of_equals_the_most_frequent(tmp_path: Path) -> None:
    outcomes = [counted(2, 1), counted(7, 1), counted(1, 2), counted(3, 5), found(step_limited(), length=9)]

    verdict = judged(tmp_path, exploration(*outcomes))

    assert [(one.grade, one.found.count) for one in verdict.outcomes] == [
        ("forbidden", 5),
        ("forbidden", 1),
        ("unknown", 1),
        ("interesting", 2),
        ("acceptable", 1),
    ]


def test_the_command_line_wins_over_the_scenario_and_that_over_what_goes_without_saying() -> None:
    said = {"strategy": "pct", "schedules": 5}

    assert settings_of({}, {"strategy": None}) == Settings()
    assert settings_of(said, {"strategy": None, "seed": 3}) == Settings(strategy="pct", schedules=5, seed=3)
    assert settings_of(said, {"strategy": "dfs"}) == Settings(strategy="dfs", schedules=5)


def test_the_deadlock_of_the_other_tests_fails(tmp_path: Path) -> None:
    text = "code: |\n  def work(): ...\nprocesses: {left: {target: work}, right: {target: work}}\n"

    assert judge_exploration(variant_of(tmp_path, text).expectation, exploration(DEADLOCK)).verdict == "failed"
    assert step("left", "a.acquire").operation == "acquire"
