"""Which expectations may be brought up to date."""

from __future__ import annotations

from typing import Any

import pytest

from engine.report import CheckReport, ScenarioReport
from engine.scenario.rewrite import Change
from engine.updating import Update, updates
from engine.verdict import Judgement


def check(path: str, expected: Any, actual: Any, verdict: Judgement = "failed", line: int = 9) -> CheckReport:
    return CheckReport(path, verdict, line, expected, actual, None, None)


def updated(*runs: list[CheckReport]) -> Update | None:
    reports = [ScenarioReport("a queue", "queue.yaml", {}, "failed", checks=checks) for checks in runs]
    return updates(reports).get("queue.yaml")


def test_what_every_run_shows_is_written() -> None:
    checks = [check("expect.stdout", "a", "b\n"), check("expect.shared.queue", {"equals": [1]}, ["${x}"])]

    assert updated(checks, checks) == Update(
        (Change("expect.stdout", 9, "b"), Change("expect.shared.queue.equals", 9, ["$${x}"])), ()
    )


def test_replicas_that_agree_are_one() -> None:
    checks = [check(f"expect.processes.worker[{number}].returns", 1, 2) for number in (0, 1)]

    assert updated(checks) == Update((Change("expect.processes.worker[0].returns", 9, 2),), ())


def test_what_passes_is_left_alone() -> None:
    assert updated([check("expect.stdout", "a", "a\n", "passed")]) is None


@pytest.mark.parametrize(
    "second",
    [check("expect.stdout", "a", "c\n"), check("expect.stdout", "a", "a\n", "passed")],
    ids=["other", "passes"],
)
def test_what_is_not_the_same_in_every_run_is_not_written(second: CheckReport) -> None:
    assert updated([check("expect.stdout", "a", "b\n")], [second]) == Update(
        (), ("9: expect.stdout: it is not the same in every run",)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        check("expect.ending", "completed", "timeout"),
        check("expect.leaks", "forbidden", ["a process"]),
        check("expect.processes.p.raises", "ValueError", "KeyError: 1"),
        check("expect.stdout", {"contains": "a"}, "b"),
        check("expect.shared.counter", {"at_least": 2}, 1),
        check("expect.shared.numbers", [1, {"at_least": 2}], [1, 1]),
    ],
    ids=lambda wrong: wrong.path,
)
def test_where_something_else_is_wrong_nothing_is_written(wrong: CheckReport) -> None:
    update = updated([check("expect.stderr", "a", "b\n", line=3), wrong])

    assert update is not None
    assert update.changes == ()
    assert update.refusals == (f"9: {wrong.path}: only what is written as plain text or data can be updated",)


@pytest.mark.parametrize("actual", [[float("inf")], {"equals": 3}, [{"matches": "x"}]], ids=repr)
def test_what_would_be_read_as_something_else_is_not_written(actual: object) -> None:
    update = updated([check("expect.shared.queue", [1], actual)])

    assert update == Update((), ("9: expect.shared.queue: what came out cannot be written as plain data",))


def test_what_a_skipped_variant_expects_is_not_known() -> None:
    failed = ScenarioReport("a queue", "queue.yaml", {}, "failed", checks=[check("expect.stdout", "a", "b")])
    skipped = ScenarioReport("a queue", "queue.yaml", {}, "skipped", reason="needs Python >=4")

    assert updates([failed, skipped]) == {"queue.yaml": Update((), ("9: expect.stdout: not every variant was run",))}
    assert updates([skipped]) == {}
