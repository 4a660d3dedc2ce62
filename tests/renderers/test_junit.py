"""A report as CI servers read it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from engine.errors import Position, Problem
from engine.renderers import junit
from engine.report import CheckReport, ScenarioReport
from engine.reporting import report

PASSED = ScenarioReport("a queue", "seeds/queue.yaml", {"start_method": "fork"}, "passed", duration=2.05)
CHECK = CheckReport("expect.stdout", "failed", 24, "a", "b\x1b[31m", "the text is another", "it was put")


def rendered(*scenarios: ScenarioReport) -> ET.Element:
    return ET.fromstring(junit.render(report("run", scenarios, 3.0)))


def test_there_is_a_suite_for_each_file_and_a_case_for_each_variant() -> None:
    other = replace(PASSED, file="seeds/pipe.yaml", name="a pipe", variant={})

    document = rendered(PASSED, replace(PASSED, variant={"start_method": "spawn"}), other)

    assert [(suite.get("name"), suite.get("tests")) for suite in document] == [
        ("seeds/queue.yaml", "2"),
        ("seeds/pipe.yaml", "1"),
    ]
    assert [(case.get("classname"), case.get("name"), case.get("time")) for case in document.iter("testcase")] == [
        ("seeds/queue.yaml", "a queue [start_method=fork]", "2.05"),
        ("seeds/queue.yaml", "a queue [start_method=spawn]", "2.05"),
        ("seeds/pipe.yaml", "a pipe", "2.05"),
    ]


def test_what_failed_is_a_failure_that_says_what_the_terminal_says() -> None:
    [failure] = rendered(replace(PASSED, verdict="failed", checks=[CHECK])).iter("failure")

    assert failure.get("message") == "expect.stdout: the text is another"
    assert failure.text is not None
    assert failure.text.splitlines()[1:3] == [
        "  seeds/queue.yaml:24: expect.stdout: the text is another",
        "    because it was put",
    ]


def test_what_is_undecided_is_an_error_and_what_was_skipped_says_why() -> None:
    undecided = replace(PASSED, verdict="unknown", checks=[replace(CHECK, verdict="unknown")])

    document = rendered(undecided, replace(PASSED, verdict="skipped", reason="needs Python >=4"))

    assert (document.get("errors"), document.get("failures"), document.get("skipped")) == ("1", "0", "1")
    assert [one.get("message") for one in document.iter("skipped")] == ["needs Python >=4"]


def test_output_is_kept_and_what_xml_has_no_place_for_is_spelled_out() -> None:
    document = rendered(replace(PASSED, stdout="<b>\x00\ufffe\udc80\n", stderr="oops\n", name="a \x07 bell"))

    assert [one.text for one in document.iter("system-out")] == ["<b>\\x00\\ufffe\\udc80\n"]
    assert [one.text for one in document.iter("system-err")] == ["oops\n"]
    assert [one.get("name") for one in document.iter("testcase")] == ["a \\x07 bell [start_method=fork]"]


def test_what_is_wrong_with_a_file_is_an_error() -> None:
    made = report("run", [], 0.1, [Problem(Position("queue.yaml", 3, 5), 'unknown key "targt"')])

    document = ET.fromstring(junit.render(made))

    assert [(case.get("name"), case[0].get("message")) for case in document.iter("testcase")] == [
        ("queue.yaml:3:5", 'unknown key "targt"')
    ]
