"""A report as a page: what is on it, and that nothing in it is obeyed."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from engine.errors import Position, Problem
from engine.expectation import Expectation
from engine.exploration import judge_exploration
from engine.renderers import html
from engine.report import CheckReport, ProcessReport, ScenarioReport, WaitingFor
from engine.reporting import of_exploration, report
from tests.exploring_support import DEADLOCK, ended, exploration, found, step

PROCESS = ProcessReport(0, "", "", [1, 2], None, 0.5, 1.0, None)
PASSED = ScenarioReport(
    "a queue",
    "seeds/queue.yaml",
    {"start_method": "fork"},
    "passed",
    ending="completed",
    duration=2.0,
    processes={"producer": PROCESS},
    shared={"queue": ["left"]},
)
CHECK = CheckReport("expect.stdout", "failed", 24, "a", "b", "the text is another", "it was put")


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(*scenarios: ScenarioReport) -> Page:
    return Page(html.render(report("run", scenarios, 3.0)))


def test_a_page_says_what_was_run_and_what_came_of_it() -> None:
    page = page_of(PASSED, replace(PASSED, verdict="failed", checks=[CHECK]))

    words = " ".join(page.text.split())
    assert "1 passed 1 failed 3.00 s" in words
    assert "passed a queue start_method=fork 2.00 s" in words
    assert "seeds/queue.yaml:24: expect.stdout: the text is another" in words
    assert "returned [1, 2]" in words
    assert "queue[left]" in words


def test_what_did_not_pass_is_open_and_the_rest_is_not() -> None:
    page = page_of(PASSED, replace(PASSED, verdict="failed", checks=[CHECK]))

    assert page.all("details") == [{}, {"open": None}]


def test_a_process_is_drawn_from_when_it_started_to_when_it_ended() -> None:
    endless = replace(PROCESS, ended=None)

    page = page_of(
        replace(PASSED, processes={"ends": PROCESS, "runs on": endless, "never began": replace(PROCESS, started=None)})
    )

    bars = [rect for rect in page.all("rect") if rect["class"] != "ground"]
    assert [(bar["class"], bar["x"], bar["width"]) for bar in bars] == [
        ("life", "25.0", "25.0"),
        ("open", "25.0", "75.0"),
    ]


def test_what_a_process_waited_for_is_told_with_its_stack() -> None:
    waits = WaitingFor("b.acquire", 0.123, "a.yaml:8", "taken by right")
    blocked = replace(PROCESS, exitcode=None, waiting_for=waits, stack=["/x/a.yaml:8 in left"])

    page = page_of(
        replace(
            PASSED,
            processes={"left": blocked},
            strangers={"process 7": PROCESS},
            parent=replace(PROCESS, stack=["/y:1"]),
        )
    )

    words = " ".join(page.text.split())
    assert "waits in b.acquire at a.yaml:8 since 0.12 s (taken by right)" in words
    assert "what it was doing/x/a.yaml:8 in left" in words
    assert "process 7 exit code 0" in words
    assert "the parent process exit code 0" in words


def test_what_a_scenario_says_is_shown_and_not_obeyed() -> None:
    evil = "<script>alert(1)</script>\"'\x1b[31m"

    page = page_of(
        replace(
            PASSED,
            name=evil,
            verdict="failed",
            stdout=evil,
            shared={evil: evil},
            processes={evil: replace(PROCESS, raises=evil)},
            checks=[replace(CHECK, because=evil, reason=evil)],
        )
    )

    assert page.all("script") == []
    assert "\x1b" not in page.text
    assert page.text.count("<script>alert(1)</script>") >= 6


def test_a_page_needs_nothing_from_elsewhere() -> None:
    page = page_of(PASSED)

    assert not [attributes for _, attributes in page.tags if {"src", "href"} & set(attributes)]


def test_what_is_wrong_with_the_files_is_on_the_page() -> None:
    page = Page(html.render(report("run", [], 0.1, [Problem(Position("a.yaml", 3, 5), "unknown key", "spell it")])))

    assert "a.yaml:3:5: unknown key" in page.text
    assert "hint: spell it" in page.text


EXPECTATION = Expectation((), (), 12, {"left": 9, "right": 10})
FOUND = exploration(found(ended("a\n"), step("left", "queue.put", arguments="'<b>'"), count=3), DEADLOCK)
EXPLORED = of_exploration(
    "two locks",
    "lock_order.yaml",
    {},
    FOUND,
    judge_exploration(EXPECTATION, FOUND),
    {0: ".engine/two.schedule.json"},
)


def test_an_exploration_is_shown_with_its_outcomes_and_pictures() -> None:
    page = page_of(EXPLORED)

    for text in (
        "5 schedules, all there are (dpor), 7 steps, 0.02 s",
        "in 2 steps, 1 preemption",
        "engine replay .engine/two.schedule.json",
        "waits b.acquire",
        "queue.put('<b>')",
        "lock_order.yaml:12: expect.ending: deadlock: left waits in b.acquire, right waits in a.acquire",
    ):
        assert text in page.text
    assert [one.get("class") for one in page.all("table")] == ["figures", "picture", "picture", "checks"]
    assert ["open" in one for one in page.all("details")] == [True, True, False]


def numbers_on(page: Page) -> list[str]:
    """Those of outcomes; colours have letters in them, or more digits."""
    return re.findall(r"#(\d{1,2})(?![0-9a-f])", page.text)


def test_rows_and_boxes_of_outcomes_have_the_same_numbers_where_there_are_several() -> None:
    assert numbers_on(page_of(EXPLORED)) == ["1", "2", "1", "2"]
    assert numbers_on(page_of(replace(EXPLORED, outcomes=EXPLORED.outcomes[:1]))) == ["1"]


def test_the_number_of_a_box_is_that_of_its_row_where_others_have_no_box() -> None:
    first, second = EXPLORED.outcomes

    page = page_of(replace(EXPLORED, outcomes=[replace(first, steps=[]), second]))

    assert numbers_on(page) == ["1", "2", "2"]


def test_of_a_long_run_it_is_said_where_steps_are_not_shown() -> None:
    long = exploration(found(ended(), *[step("left", "counter.read", str(number)) for number in range(600)]))
    made = of_exploration("a", "a.yaml", {}, long, judge_exploration(EXPECTATION, long), {})

    page = page_of(made)

    assert [one["colspan"] for one in page.all("td") if "colspan" in one] == ["3"]
    assert "... 100 steps" in page.text


def test_an_exploration_that_passes_says_nothing_of_failures() -> None:
    page = page_of(replace(EXPLORED, verdict="passed", checks=[]))

    assert page.all("pre") == []
