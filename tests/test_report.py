"""A report is the data of a session, as it is saved."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from jsonschema import Draft202012Validator

from engine.errors import Position, Problem
from engine.expectation import ExpectedOutcome
from engine.exploration import ExplorationVerdict, Graded
from engine.plain import Opaque
from engine.report import (
    CheckReport,
    ExploredReport,
    ProblemReport,
    ProcessReport,
    Report,
    ScenarioReport,
    StepReport,
    Summary,
)
from engine.reporting import of_exploration, of_run, of_skipped, report
from engine.schemas import report_schema
from engine.trace import Raised, Returned
from engine.verdict import Check, Judgement, Verdict
from tests.exploring_support import DEADLOCK, exploration, found, step
from tests.support import process_run, run_of

RUN = run_of(
    process_run("first", stdout="a\n", returned=Returned((1, {2}))),
    process_run("second", exitcode=None, ended_s=None, stderr="b\n"),
    process_run("third", exitcode=1, raised=Raised("ValueError", ("ValueError",), "no", None)),
    ending="timeout",
    why="still running after 10 s",
    stdout="a\n",
    stderr="b\n",
    shared={"queue": [b"a", float("inf")], "other": Opaque("Point", "Point(x=1)", (1,))},
    leaks=("process 42",),
)
VERDICT = Verdict(
    "failed",
    (
        Check("expect.stdout", "passed", 7, "a", "a\n"),
        Check("expect.ending", "failed", 6, "completed", "timeout", "still running after 10 s", "it must end"),
    ),
    ExpectedOutcome("it ends", "acceptable", False, None, 8, ()),
)
OF_RUN = of_run("a queue", "queue.yaml", {"kind": (1, "x")}, RUN, VERDICT)


EXPLORED = exploration(DEADLOCK, found(RUN, step("first", "queue.put", arguments="1")), first_failure=2)
OF_EXPLORATION = of_exploration(
    "a queue",
    "queue.yaml",
    {"kind": (1, "x")},
    EXPLORED,
    ExplorationVerdict(
        "failed",
        VERDICT.checks,
        (
            Graded(EXPLORED.found[0], "forbidden", Verdict("failed", (), None)),
            Graded(EXPLORED.found[1], "acceptable", VERDICT),
        ),
    ),
    {0: ".engine/queue.schedule.json"},
)


def test_an_exploration_is_reported_with_its_outcomes_and_how_much_was_explored() -> None:
    assert OF_EXPLORATION.explored == ExploredReport(3, True, "dpor", 0, 2, 5, None, "any", (), None)
    assert [(one.when, one.grade, one.count, one.saved) for one in OF_EXPLORATION.outcomes] == [
        (None, "forbidden", 2, ".engine/queue.schedule.json"),
        ("it ends", "acceptable", 1, None),
    ]
    assert (OF_EXPLORATION.ending, OF_EXPLORATION.duration) == ("deadlock", 0.021)
    second = OF_EXPLORATION.outcomes[1]
    assert second.example.stdout == "a\n"
    assert second.steps == [
        StepReport(1, "first", "", "queue", "put", "1", None, None, "lock_order.yaml:8", {}),
    ]


def test_a_run_is_reported_with_all_that_was_seen() -> None:
    parent = ProcessReport(0, "", "", None, None, 0.1, 0.2, None)

    assert (
        ScenarioReport(
            name="a queue",
            file="queue.yaml",
            variant={"kind": [1, "x"]},
            verdict="failed",
            ending="timeout",
            why="still running after 10 s",
            duration=0.5,
            stdout="a\n",
            stderr="b\n",
            parent=parent,
            processes={
                "first": replace(parent, stdout="a\n", returns=[1, [2]], has_returned=True),
                "second": replace(parent, exitcode=None, ended=None, stderr="b\n"),
                "third": replace(parent, exitcode=1, raises="ValueError: no"),
            },
            shared={"queue": [[97], "inf"], "other": [1]},
            leaks=["process 42"],
            trace=[],
            checks=[
                CheckReport("expect.stdout", "passed", 7, "a", "a\n", None, None),
                CheckReport(
                    "expect.ending", "failed", 6, "completed", "timeout", "still running after 10 s", "it must end"
                ),
            ],
        )
        == OF_RUN
    )


def test_what_was_skipped_is_reported_with_the_reason() -> None:
    made = of_skipped("a queue", "queue.yaml", {}, "needs Python >=3.99, and this is 3.11.7")

    assert (made.verdict, made.reason, made.ending, made.checks) == (
        "skipped",
        "needs Python >=3.99, and this is 3.11.7",
        None,
        (),
    )


def of_verdict(verdict: Judgement) -> ScenarioReport:
    return ScenarioReport("a", "a.yaml", {}, verdict)


def test_the_summary_counts_each_verdict() -> None:
    verdicts: list[Judgement] = ["passed", "failed", "passed", "unknown", "skipped", "passed"]

    assert report("run", [of_verdict(one) for one in verdicts], 1.5).summary == Summary(3, 1, 1, 1, 1.5)


PROBLEM = Problem(Position("a.yaml", 3, 5), "unknown key", "did you mean another?", "  key: 1")


def test_problems_are_reported_with_their_places() -> None:
    made = report("validate", [], 0.1, [PROBLEM])

    assert made.problems == [ProblemReport("a.yaml", 3, 5, "unknown key", "did you mean another?")]
    assert made.summary == Summary(0, 0, 0, 0, 0.1)


REPORTS = [
    report("run", [OF_RUN, of_skipped("b", "b.yaml", {"kind": None}, "why not")], 2.5),
    report("run", [], 0.0, [PROBLEM, PROBLEM._replace(hint=None)]),
    report("run", [], 0.0, interrupted=True),
    report("explore", [OF_EXPLORATION, of_skipped("b", "b.yaml", {}, "why not")], 0.5),
]


@pytest.mark.parametrize("made", REPORTS)
def test_a_report_is_valid_by_its_schema(made: Report) -> None:
    written = json.loads(json.dumps(asdict(made), allow_nan=False))

    assert list(Draft202012Validator(report_schema()).iter_errors(written)) == []
    assert written["version"] == 1


@pytest.mark.parametrize(
    ("key", "value"), [("version", 2), ("summary", {}), ("scenarios", [{"name": "a"}]), ("surprise", 1)]
)
def test_what_is_no_report_is_not_valid_by_the_schema(key: str, value: object) -> None:
    schema = report_schema()
    Draft202012Validator.check_schema(schema)

    written = {**json.loads(json.dumps(asdict(REPORTS[0]))), key: value}

    assert list(Draft202012Validator(schema).iter_errors(written)) != []


def test_a_scenario_of_the_report_has_the_keys_of_the_format() -> None:
    written = json.loads(json.dumps(asdict(REPORTS[0])))

    assert written["command"] == "run"
    assert written["summary"] == {"passed": 0, "failed": 1, "unknown": 0, "skipped": 1, "duration": 2.5}
    scenario = written["scenarios"][0]
    assert {key: scenario[key] for key in ("name", "file", "variant", "verdict", "ending", "duration", "stdout")} == {
        "name": "a queue",
        "file": "queue.yaml",
        "variant": {"kind": [1, "x"]},
        "verdict": "failed",
        "ending": "timeout",
        "duration": 0.5,
        "stdout": "a\n",
    }
    assert scenario["processes"]["first"] == {
        "exitcode": 0,
        "stdout": "a\n",
        "stderr": "",
        "returns": [1, [2]],
        "raises": None,
        "started": 0.1,
        "ended": 0.2,
        "waiting_for": None,
        "stack": [],
        "lines": [],
        "faults": [],
        "cut": {},
        "has_returned": True,
    }
    assert scenario["checks"][0].items() >= {
        ("path", "expect.stdout"),
        ("verdict", "passed"),
        ("line", 7),
        ("expected", "a"),
        ("actual", "a\n"),
    }


def test_every_key_of_a_report_is_documented() -> None:
    schema = report_schema()
    shapes = [schema, *schema["$defs"].values()]

    assert [name for shape in shapes for name, key in shape["properties"].items() if "description" not in key] == []
