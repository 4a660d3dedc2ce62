"""Whatever stands in any text of a report, it is shown and never obeyed: by a terminal, a browser, an XML parser.

A report is made of nothing but evil texts, so a field that is added later is in it, too.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from xml.etree import ElementTree as ET

import click
import pytest

from engine.errors import Position, Problem
from engine.renderers import html, json, junit, terminal
from engine.report import Report, ScenarioReport

EVIL = (
    "\x1b[2J\x1b]0;title\x07\x9b31m\r\u202e\u2066\x00\ud800\ufffe\x7f\x85\u2028"
    "\nFORGED  1 passed\n<script>FORGED</script>\"'>]]>&amp;<![CDATA[{{ 7 * 7 }}{% FORGED %}"
)


def evil(kind: Any) -> Any:
    """A value of a field's type in which every text is evil."""
    origin, given = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: evil(hints[field.name]) for field in dataclasses.fields(kind)})  # type: ignore[operator]
    if origin is Literal:
        return "failed" if "failed" in given else given[0]
    if origin in (Union, types.UnionType):
        return evil(given[0])
    if origin and issubclass(origin, Mapping):
        value = evil(given[1])
        return {evil(given[0]): value, "stdout": value}
    if origin and issubclass(origin, Sequence):
        return [evil(given[0])] * 2
    return {str: EVIL, Any: [EVIL, {EVIL: EVIL}], int: 1, float: 0.5, bool: True}[kind]


REPORT: Report = evil(Report)


def without_problems() -> Report:
    return dataclasses.replace(REPORT, problems=())


def on_the_terminal() -> str:
    problem = Problem(Position(EVIL, 1, 5), EVIL, EVIL, EVIL)
    said = [*map(terminal.scenario, variants()), terminal.summary(REPORT), terminal.problem(problem)]
    return click.unstyle("\n".join(said))


def variants() -> list[ScenarioReport]:
    [scenario, _] = REPORT.scenarios
    check = scenario.checks[0]
    texts = dataclasses.replace(check, path="expect.stdout", expected=EVIL, actual=EVIL + EVIL)
    return [
        scenario,
        dataclasses.replace(scenario, verdict="skipped"),
        dataclasses.replace(scenario, checks=[texts, dataclasses.replace(check, actual=EVIL)]),
    ]


def test_a_report_is_evil_in_every_text() -> None:
    """As far as it is text: this test's own."""
    assert len(re.findall("FORGED  1 passed", json.render(REPORT))) > 50


def test_no_control_character_reaches_the_terminal() -> None:
    said = on_the_terminal()

    assert {one for one in said if one < " " or "\x7f" <= one <= "\x9f" or one in "\u202e\u2066\u2028\ud800"} == {"\n"}
    assert "\\x1b[2J" in said


def test_no_line_of_the_terminal_can_be_taken_for_the_engines_own() -> None:
    lines = on_the_terminal().split("\n")

    assert [line for line in lines if re.match("FORGED|<script", line)] == []
    assert any(line.strip().startswith("FORGED") for line in lines)


class Page(HTMLParser):
    """Which elements there are, and which attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


def parts(page: str) -> set[str]:
    reader = Page()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("made", [REPORT, without_problems()], ids=["with problems", "without"])
def test_a_page_has_no_element_and_no_attribute_that_a_scenario_wrote(made: Report) -> None:
    page = html.render(made)

    assert {"script", "forged"} & parts(page) == set()
    assert "{{ 7 * 7 }}" in page
    assert not set("\x1b\x07\x9b\r\u202e\x00") & set(page)
    page.encode()


def test_the_check_of_pages_finds_a_script() -> None:
    assert "script" in parts(f"<p>{EVIL}</p>")


def test_junit_is_xml_with_no_element_that_a_scenario_wrote() -> None:
    text = junit.render(REPORT)

    found = {element.tag for element in ET.fromstring(text.encode()).iter()}

    assert found <= {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "system-err"}
    assert not set("\x1b\x07\x9b\r\u202e\x00") & set(text)


def test_json_is_ascii() -> None:
    assert json.render(REPORT).isascii()
