"""A report as text for people."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from engine.errors import Position, Problem
from engine.renderers import json, terminal
from engine.renderers.text import visible
from engine.report import CheckReport, EventReport, ProcessReport, ScenarioReport, WaitingFor
from engine.reporting import report
from engine.verdict import Judgement

PASSED = ScenarioReport("a queue", "seeds/queue.yaml", {}, "passed", duration=2.054)
PROCESS = ProcessReport(0, "", "", None, None, 0.1, 0.2, None)


def plainly(made: ScenarioReport) -> str:
    return click.unstyle(terminal.scenario(made))


def failed(check: CheckReport, **more: object) -> ScenarioReport:
    return replace(PASSED, verdict="failed", checks=[check], **more)  # type: ignore[arg-type]


def check(expected: object, actual: object, reason: str | None = None, because: str | None = None) -> CheckReport:
    return CheckReport("expect.stdout", "failed", 24, expected, actual, reason, because)


# Problems


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem(
                Position("seeds/queue.yaml", 3, 32),
                "'maxsize' must be 0 or more, got -1",
                "0 means unbounded",
                "  jobs: {type: Queue, maxsize: -1}",
            ),
            """\
seeds/queue.yaml:3:32: 'maxsize' must be 0 or more, got -1
    3 |   jobs: {type: Queue, maxsize: -1}
      |                                ^
  hint: 0 means unbounded""",
        ),
        (
            Problem(Position("queue.yaml", 12345, 1), "unknown key", None, "key: 1"),
            """\
queue.yaml:12345:1: unknown key
12345 | key: 1
      | ^""",
        ),
        (
            Problem(Position("queue.yaml", 1, 3), "a tab", None, "\t\tx"),
            """\
queue.yaml:1:3: a tab
    1 |   x
      |   ^""",
        ),
        (Problem(Position("queue.yaml", 1, 1), "it is empty", None, "  "), "queue.yaml:1:1: it is empty"),
        (Problem(Position("queue.yaml", 1, 1), "there is no such file"), "queue.yaml:1:1: there is no such file"),
    ],
)
def test_a_problem_shows_its_line_with_a_caret_under_the_place(problem: Problem, text: str) -> None:
    assert terminal.problem(problem) == text


def test_the_caret_finds_its_place_in_a_long_line() -> None:
    excerpt = "a" * 500 + "!" + "b" * 500

    _, shown, caret = terminal.problem(Problem(Position("a.yaml", 1, 501), "x", None, excerpt)).split("\n")

    assert len(shown) < 200
    assert shown[caret.index("^")] == "!"


def test_the_caret_finds_its_place_behind_characters_that_are_spelled_out() -> None:
    excerpt = "a: \u202e\x85 !"

    _, shown, caret = terminal.problem(Problem(Position("a.yaml", 1, 7), "x", None, excerpt)).split("\n")

    assert shown[caret.index("^")] == "!"


# Scenarios


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (PASSED, "passed   a queue  seeds/queue.yaml  2.05 s"),
        (
            replace(PASSED, variant={"start_method": "fork", "n": 1, "on": True, "none": None}),
            "passed   a queue  [start_method=fork, n=1, on=true, none=null]  seeds/queue.yaml  2.05 s",
        ),
        (
            replace(PASSED, variant={"long": "a sentence", "data": {"a": 1}, "list": [1], "end": "${pipe[0]}"}),
            "passed   a queue  seeds/queue.yaml  2.05 s",
        ),
        (
            replace(PASSED, verdict="skipped", reason="needs win32, and this is linux"),
            "skipped  a queue  seeds/queue.yaml  needs win32, and this is linux",
        ),
    ],
)
def test_what_passes_or_is_skipped_is_one_line(made: ScenarioReport, line: str) -> None:
    assert plainly(made) == line


def test_what_fails_shows_what_was_expected_what_there_was_and_why() -> None:
    made = failed(check({"contains": ["a b", ""]}, "c\n", "it does not contain it", "it must"))

    assert (
        plainly(made)
        == """\
failed   a queue  seeds/queue.yaml  2.05 s
  seeds/queue.yaml:24: expect.stdout: it does not contain it
    because it must
    expected {contains: [a b, ""]}
    actual   "c\\n"
"""
    )


def test_only_what_does_not_hold_is_shown() -> None:
    passed = CheckReport("expect.stderr", "passed", 25, "", "", None, None)
    unknown = CheckReport("expect.returns", "unknown", 26, True, None, "cut", None)
    made = replace(PASSED, verdict="unknown", checks=[passed, unknown])

    assert plainly(made).split("\n")[1:-1] == [
        "  seeds/queue.yaml:26: expect.returns: cut",
        "    expected true",
        "    actual   null",
    ]


def test_texts_of_several_lines_are_shown_line_by_line() -> None:
    made = failed(check("a\nb\nc\n", "a\nx\nc\n", "the text is another"))

    assert plainly(made).split("\n")[2:-1] == [
        "    - expected, + actual",
        "      a",
        "    - b",
        "    + x",
        "      c",
    ]


def test_the_story_tells_what_ended_the_run_and_what_became_of_each_process() -> None:
    made = failed(
        check("a", "b"),
        why="still running after 10 s",
        parent=replace(PROCESS, raises="OSError: no"),
        processes={
            "fine": PROCESS,
            "angry": replace(PROCESS, exitcode=1, raises="ValueError: 5", stderr="Traceback\n  boom\n"),
            "endless": replace(PROCESS, exitcode=None, ended=None, stderr="waiting"),
            "refused": replace(PROCESS, exitcode=None, started=None, raises="TypeError: no pickle"),
        },
    )

    assert plainly(made).split("\n")[5:] == [
        "  still running after 10 s",
        "  the parent process: raised OSError: no, exit code 0",
        "  angry: raised ValueError: 5, exit code 1",
        "    Traceback",
        "      boom",
        "  endless: did not end",
        "    waiting",
        "  refused: raised TypeError: no pickle, was not started",
        "",
    ]


def test_of_a_run_that_had_to_be_ended_each_process_shows_what_it_waits_for_and_its_own_calls() -> None:
    blocked = replace(PROCESS, exitcode=None, ended=None, stack=["/usr/lib/python3/x.py:1 in get"])
    made = failed(
        check("a", "b"),
        why="deadlock: all of it in one line",
        parent=replace(blocked, waiting_for=WaitingFor("join", 0.014, "")),
        processes={
            "ended": PROCESS,
            "left": replace(
                blocked,
                waiting_for=WaitingFor("b.acquire", 0.123, "a.yaml:8", "taken by right"),
                lines=["a.yaml:8 in inner", "a.yaml:3 in left"],
            ),
            "deep": replace(blocked, lines=[f"a.yaml:{line} in deep" for line in range(10)]),
        },
        strangers={"process 7": replace(blocked, waiting_for=WaitingFor("recv", 1.0, "a.yaml:9"))},
    )

    assert plainly(made).split("\n")[5:] == [
        "  deadlock: all of it in one line",
        "  left waits in b.acquire since 0.12 s (taken by right)",
        "    a.yaml:8 in inner",
        "    a.yaml:3 in left",
        "  deep runs",
        *(f"    a.yaml:{line} in deep" for line in range(8)),
        "    ... 2 more lines",
        "  process 7 waits in recv since 1.00 s",
        "  the parent process waits in join since 0.01 s",
        "",
    ]


@pytest.mark.parametrize(
    ("cut", "line"), [(1, "  1 earlier operation was not kept"), (25, "  25 earlier operations were not kept")]
)
def test_operations_that_were_too_many_are_counted(cut: int, line: str) -> None:
    event = EventReport("worker", "queue", "put", "1", 0.001, 0.002, "None", None)

    assert plainly(replace(PASSED, trace=[event], events_cut=cut)).split("\n")[1:] == [
        line,
        "      1.000 ms  worker  queue.put(1)  -> None  1000 µs",
    ]


def test_of_a_long_standard_error_the_end_is_shown() -> None:
    stderr = "".join(f"line {number}\n" for number in range(28))
    made = failed(check("a", "b"), processes={"worker": replace(PROCESS, stderr=stderr)})

    assert plainly(made).split("\n")[5:-1] == [
        "  worker: exit code 0",
        "    ... 8 more lines",
        *(f"    line {number}" for number in range(8, 28)),
    ]


def test_a_long_value_is_cut_and_says_by_how_much() -> None:
    assert f"    + {'x' * 298}... [702 more characters]\n" in plainly(failed(check("a", "x" * 1000)))
    assert f"    actual   {'x' * 300}... [700 more characters]\n" in plainly(failed(check(None, "x" * 1000)))


@pytest.mark.parametrize("verdict", ["passed", "failed", "unknown", "skipped"])
def test_each_verdict_has_its_colour(verdict: Judgement) -> None:
    colours: dict[str, str] = {"passed": "32", "failed": "31", "unknown": "33", "skipped": "36"}

    assert terminal.scenario(replace(PASSED, verdict=verdict)).startswith(f"\x1b[{colours[verdict]}m\x1b[1m{verdict}")


# What comes from a scenario is shown, never obeyed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\rb\x08c", "a\\rb\\x08c"),
        ("\x9b1m\u202eabc\u2066", "\\x9b1m\\u202eabc\\u2066"),
        ("\udc80", "\\udc80"),
        ("a\nb\tc é 😀", "a\nb\tc é 😀"),
    ],
    ids=ascii,
)
def test_control_characters_are_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_nothing_that_a_scenario_says_reaches_the_terminal_as_a_command() -> None:
    evil = "\x1b]0;evil\x07"
    made = ScenarioReport(
        name=evil,
        file=evil,
        variant={evil: evil},
        verdict="failed",
        why=evil,
        checks=[
            CheckReport(f"expect.processes.{evil}.stdout", "failed", 1, evil, evil, evil, evil),
            CheckReport("expect.stdout", "failed", 1, f"{evil}\na", f"{evil}\nb", None, None),
            CheckReport("expect.shared", "failed", 1, {evil: [evil]}, [evil], None, None),
        ],
        processes={evil: replace(PROCESS, raises=evil, stderr=evil)},
        strangers={evil: replace(PROCESS, waiting_for=WaitingFor(evil, 1.0, evil, evil), stack=[evil], lines=[evil])},
    )
    skipped = replace(PASSED, verdict="skipped", reason=evil)

    assert "\x1b]" not in terminal.scenario(made) + terminal.scenario(skipped)
    assert "\x07" not in terminal.scenario(made) + terminal.scenario(skipped)
    assert "\x1b" not in terminal.problem(Problem(Position(evil, 1, 1), evil, evil, evil))


# The summary


def of_verdicts(*verdicts: Judgement) -> str:
    return click.unstyle(terminal.summary(report("run", [replace(PASSED, verdict=one) for one in verdicts], 2.306)))


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        ([], "0 passed, 0 failed in 2.31 s"),
        (["passed", "passed"], "2 passed, 0 failed in 2.31 s"),
        (["skipped", "unknown", "failed"], "0 passed, 1 failed, 1 unknown, 1 skipped in 2.31 s"),
    ],
)
def test_the_summary_counts_what_there_was(verdicts: list[Judgement], text: str) -> None:
    assert of_verdicts(*verdicts) == text


def test_the_summary_says_that_it_was_interrupted() -> None:
    made = report("run", [], 1.0, interrupted=True)

    assert click.unstyle(terminal.summary(made)) == "0 passed, 0 failed in 1.00 s (interrupted)"


def test_a_report_as_json_is_one_text_that_ends_with_a_line_break() -> None:
    text = json.render(report("run", [], 1.5))

    assert text.startswith('{\n  "version": 1,\n  "command": "run",\n')
    assert text.endswith("}\n")
