"""A report as JUnit XML, as CI servers read it: a suite for each file, a case for each variant.

What could not be decided is an error, in JUnit's words; what failed is a failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import click
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from .. import words
from ..report import Report, ScenarioReport
from . import terminal
from .text import visible


def render(report: Report) -> str:
    document = JUnitXml("engine")
    for file, scenarios in groupby(report.scenarios, key=lambda scenario: scenario.file):
        document.add_testsuite(_suite(file, list(scenarios)))
    if report.problems:
        suite = TestSuite("scenario files")
        for problem in report.problems:
            case = TestCase(_legal(f"{problem.file}:{problem.line}:{problem.column}"), _legal(problem.file))
            case.result = [Error(_legal(problem.message))]
            suite.add_testcase(case)
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: str = document.tostring().decode()  # type: ignore[no-untyped-call]
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n"


def _suite(file: str, scenarios: Sequence[ScenarioReport]) -> TestSuite:
    suite = TestSuite(_legal(file))
    for scenario in scenarios:
        suite.add_testcase(_case(scenario))
    return suite


def _case(scenario: ScenarioReport) -> TestCase:
    row = ", ".join(f"{name}={words.brief(value, 300)}" for name, value in scenario.variant.items())
    case = TestCase(_legal(scenario.name + (f" [{row}]" if row else "")), _legal(scenario.file), scenario.duration)
    if scenario.verdict == "skipped":
        case.result = [Skipped(_legal(scenario.reason or ""))]
    elif scenario.verdict != "passed":
        kind = Failure if scenario.verdict == "failed" else Error
        undecided = [check for check in scenario.checks if check.verdict in ("failed", "unknown")]
        result = kind(_legal("; ".join(f"{check.path}: {check.reason or 'is not as expected'}" for check in undecided)))
        result.text = _legal(click.unstyle(terminal.scenario(scenario)))
        case.result = [result]
    # Only where there is something: the parser writes an empty element otherwise.
    if scenario.stdout:
        case.system_out = _legal(scenario.stdout)
    if scenario.stderr:
        case.system_err = _legal(scenario.stderr)
    return case


def _legal(text: str) -> str:
    """``text`` without the characters that XML has no place for; they are spelled out, as in the terminal."""
    return visible(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
