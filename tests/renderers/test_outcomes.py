"""All outcomes as a table, what was explored, and what replays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
import pytest

from engine.expectation import Expectation, Expected, ExpectedOutcome
from engine.exploration import Exploration, Found, judge_exploration
from engine.forcing import Confirmation
from engine.renderers import junit, terminal
from engine.renderers.outcomes import columns, explored_text, share
from engine.renderers.text import width
from engine.report import CheckReport, ScenarioReport
from engine.reporting import of_exploration, report
from engine.trace import Raised, Returned, WaitingFor
from tests.exploring_support import DEADLOCK, ended, exploration, found, step
from tests.support import process_run, run_of

PLAIN = Expectation((), (), 12, {"left": 9, "right": 10})


def when(number: int, grade: str, counter: int, because: str) -> ExpectedOutcome:
    path = f"expect.outcomes[{number}].when.shared.counter"
    expected = Expected(path, ("shared", "counter"), "value", counter, because, 13 + number)
    return ExpectedOutcome(because, grade, False, because, 13 + number, (expected,))


COUNTS = Expectation(
    (),
    (when(0, "acceptable", 2, "one after the other"), when(1, "interesting", 1, "both read 0 before either writes")),
    12,
    {"left": 9, "right": 10},
)


def made_of(explored: Exploration, expectation: Expectation = PLAIN, **saved: str) -> ScenarioReport:
    files = {int(number[1:]): path for number, path in saved.items()}
    verdict = judge_exploration(expectation, explored)
    return of_exploration("a scenario", "a.yaml", {}, explored, verdict, files)


def plainly(made: ScenarioReport) -> list[str]:
    return click.unstyle(terminal.scenario(made)).split("\n")


def counted(value: int, count: int) -> Any:
    return found(ended(shared={"counter": value}), count=count, length=6)


# As a whole


def test_a_failure_shows_what_failed_all_outcomes_the_interleaving_and_how_to_replay_it() -> None:
    explored = exploration(
        found(ended("left\nright\n"), step("left", "a.acquire", "True"), count=10),
        found(ended("right\nleft\n"), step("right", "b.acquire", "True"), count=6),
        DEADLOCK,
        first_failure=3,
    )

    assert plainly(made_of(explored, _0=".engine/lock_order-broken.schedule.json")) == [
        "failed   a scenario  a.yaml  0.02 s",
        "  18 schedules, all there are (dpor), 20 steps, 0.02 s",
        "  a.yaml:12: expect.ending: deadlock: left waits in b.acquire, right waits in a.acquire",
        "    expected completed",
        "    actual   deadlock",
        "",
        "      count  share  steps  grade       ending     printed",
        "  #1      2   11 %      2  forbidden   deadlock",
        '  #2     10   56 %      1  acceptable  completed  "left\\nright\\n"',
        '  #3      6   33 %      1  acceptable  completed  "right\\nleft\\n"',
        "",
        "  #1 forbidden, in 2 steps, 1 preemption:",
        "    step  line  left               right",
        "       1     8  a.acquire -> True",
        "       2     8  waits b.acquire    b.acquire -> True",
        "     end        waits b.acquire    waits a.acquire",
        "  replay #1: engine replay .engine/lock_order-broken.schedule.json",
        "",
    ]


def test_what_passes_shows_its_outcomes_by_name_and_how_to_replay_what_is_interesting() -> None:
    made = made_of(exploration(counted(2, 8), counted(1, 4)), COUNTS, _0="out dir/a.schedule.json")

    assert plainly(made) == [
        "passed   a scenario  a.yaml  0.02 s",
        "  12 schedules, all there are (dpor), 72 steps, 0.02 s",
        "",
        "      count  share  steps  grade        ending     counter  which is",
        "  #1      4   33 %      6  interesting  completed  1        both read 0 before either writes",
        "  #2      8   67 %      6  acceptable   completed  2        one after the other",
        "  replay #1: engine replay 'out dir/a.schedule.json'",
        "",
    ]


def test_what_is_interesting_is_shown_too() -> None:
    one = found(ended(shared={"counter": 1}), step("left", "counter.read", "0"), step("right", "counter.read", "0"))

    assert plainly(made_of(exploration(counted(2, 8), one), COUNTS, _0="a.schedule.json"))[6:] == [
        "",
        "  #1 interesting, in 2 steps, 0 preemptions: both read 0 before either writes",
        "    step  line  left               right",
        "       1     8  counter.read -> 0",
        "       2     8                     counter.read -> 0",
        "  replay #1: engine replay a.schedule.json",
        "",
    ]


@pytest.mark.parametrize(
    ("confirmation", "line"),
    [
        (Confirmation("confirmed"), "  reality: confirmed, real processes came to the same"),
        (Confirmation("differs", "counter held 2, and not 1"), "  reality: differs: counter held 2, and not 1"),
        (
            Confirmation("unknown", "it cannot be forced: own is for threads"),
            "  reality: unknown: it cannot be forced: own is for threads",
        ),
    ],
)
def test_what_reality_says_stands_below_the_picture(confirmation: Confirmation, line: str) -> None:
    explored = exploration(DEADLOCK)
    verdict = judge_exploration(PLAIN, explored)

    lines = plainly(of_exploration("a scenario", "a.yaml", {}, explored, verdict, {0: "it.json"}, {0: confirmation}))

    assert lines[lines.index("  replay: engine replay it.json") - 1] == line


def test_what_everybody_waits_in_is_said_once() -> None:
    stuck_run = stuck(left="b.acquire", right="a.acquire").run
    why = "deadlock: left waits in b.acquire, right waits in a.acquire"

    text = "\n".join(plainly(made_of(exploration(found(replace(stuck_run, why=why))))))

    assert text.count("left waits in b.acquire") == 1


def test_a_single_outcome_that_was_to_be_says_why_it_did_not_complete() -> None:
    deadlock = Expected("expect.ending", ("ending",), "ending", "deadlock", None, 12)
    one = found(replace(stuck(left="b.acquire").run, why="deadlock: left waits in b.acquire"))

    assert plainly(made_of(exploration(one), replace(PLAIN, expected=(deadlock,))))[2:] == [
        "  always: deadlock: left waits in b.acquire",
        "",
    ]


def test_a_single_outcome_needs_no_table() -> None:
    assert plainly(made_of(exploration(counted(2, 8))))[2:] == ["  always: completed, counter 2", ""]
    assert plainly(made_of(exploration(counted(2, 8), exhausted=False)))[2:] == [
        "  so far always: completed, counter 2",
        "",
    ]


def test_of_a_single_outcome_no_more_is_shown_of_each_thing_than_has_room() -> None:
    made = made_of(exploration(found(ended("x" * 1000, {"q": ["y" * 1000]}))))

    said = "".join(line.strip() for line in plainly(made)[2:])

    assert said == f"always: completed, q [{'y' * 116}..., printed {'x' * 117}..."


def test_what_must_occur_and_cannot_is_said_in_one_line() -> None:
    must = replace(COUNTS.outcomes[1], must_occur=True)
    made = made_of(exploration(counted(2, 8)), replace(COUNTS, outcomes=(COUNTS.outcomes[0], must)))

    assert plainly(made)[2:] == [
        '  a.yaml:14: expect.outcomes[1].must_occur: "both read 0 before either writes" came of no schedule, and these'
        " are all there are",
        "  always: completed, counter 2",
        "",
    ]


@pytest.mark.parametrize(
    ("printing", "orders_output", "said"),
    [
        (("left", "right"), True, "printed"),
        (("left", "right"), False, "printed (in any order)"),
        (("left",), False, "printed"),
    ],
)
def test_an_order_that_nobody_looked_at_is_not_said_to_be_always_so(
    printing: tuple[str, ...], orders_output: bool, said: str
) -> None:
    processes = [process_run(name, stdout="a" if name in printing else "") for name in ("left", "right")]
    one = replace(found(run_of(*processes, stdout="a" * len(printing))), orders_output=orders_output)

    assert plainly(made_of(exploration(one)))[2] == f"  always: completed, {said} {'a' * len(printing)}"


def test_what_is_unknown_says_why_and_shows_no_picture_of_what_is_right() -> None:
    explored = exploration(
        counted(2, 8),
        counted(1, 4),
        exhausted=False,
        reasons=("10,000 schedules were run and there are more", "time-outs read the clock"),
        strategy="auto",
        seed=7,
    )

    assert plainly(made_of(explored))[:5] == [
        "unknown  a scenario  a.yaml  0.02 s",
        "  12 schedules, not all: 10,000 schedules were run and there are more; time-outs read the clock",
        "    (auto, seed 7), 72 steps, 0.02 s",
        "",
        "      count  share  steps  grade       ending     counter",
    ]


def test_a_refusal_is_all_there_is_to_say() -> None:
    made = made_of(exploration(exhausted=False, refusal="jobs.py:12: a socket"))

    assert plainly(made) == ["unknown  a scenario  a.yaml  0.02 s", "  cannot be simulated: jobs.py:12: a socket", ""]


def test_what_must_occur_and_was_not_seen_is_no_news_beside_a_failure() -> None:
    must = ExpectedOutcome("it is lost", "interesting", True, None, 14, COUNTS.outcomes[1].expected)
    expectation = Expectation((), (COUNTS.outcomes[0], must), 12, COUNTS.lines)

    text = "\n".join(plainly(made_of(exploration(counted(7, 1), exhausted=False, first_failure=1), expectation)))

    assert "must_occur" not in text
    assert "it is none of them" in text


def test_a_case_of_junit_says_the_same() -> None:
    text = junit.render(report("explore", [made_of(exploration(DEADLOCK))], 1.0))

    assert 'message="expect.ending: deadlock: left waits in b.acquire, right waits in a.acquire"' in text
    assert "end        waits b.acquire    waits a.acquire" in text


# What was explored


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "1 schedule, all there are (dpor), 2 steps, 0.02 s"),
        ({"schedules": 10_000, "steps": 120_000}, "10,000 schedules, all there are (dpor), 120,000 steps, 0.02 s"),
        ({"classes": 1}, "1 schedule, all there are (dpor), 2 steps, 0.02 s"),
        ({"schedules": 70, "classes": 34}, "70 schedules, all there are (dpor), 34 different, 2 steps, 0.02 s"),
        ({"strategy": "pct", "seed": 3}, "1 schedule, all there are (pct, seed 3), 2 steps, 0.02 s"),
        ({"timing": "virtual"}, "1 schedule, all there are (dpor, virtual time), 2 steps, 0.02 s"),
        ({"exhausted": False}, "1 schedule, not all (dpor), 2 steps, 0.02 s"),
        ({"exhausted": False, "first_failure": 1}, "1 schedule, up to the first failure (dpor), 2 steps, 0.02 s"),
        ({"reasons": ("one", "two")}, "1 schedule, not all: one; two (dpor), 2 steps, 0.02 s"),
        ({"refusal": "a socket"}, "cannot be simulated: a socket; 1 schedule until then"),
    ],
)
def test_it_is_said_how_much_was_explored(changes: dict[str, Any], text: str) -> None:
    explored = exploration(found(ended(), length=2), **changes)
    made = made_of(explored).explored
    assert made is not None

    assert explored_text(made, explored.duration_s) == text


def test_what_was_not_checked_is_said() -> None:
    made = made_of(exploration(found(ended(), length=2)))
    why = "durations mean nothing in timing any (--timing virtual)"
    check = CheckReport("expect.duration", "skipped", 6, {"at_least": "2s"}, None, why, None)

    text = click.unstyle(terminal.scenario(replace(made, checks=[*made.checks, check])))

    assert f"{made.file}:6: expect.duration: not checked: {why}" in text


# The table


def test_only_what_differs_has_a_column() -> None:
    runs = [
        run_of(
            process_run("left", returned=Returned(value)),
            process_run("right", exitcode=code, raised=raised),
            shared={"same": 1, "other": [value]},
            stdout="same\n",
        )
        for value, code, raised in (
            (1, 0, None),
            (2, 1, Raised("ValueError", ("ValueError",), "no", None)),
            (2, -9, None),
        )
    ]
    made = made_of(exploration(*map(found, runs)))

    assert sorted((column.heading, *sorted(column.texts)) for column in columns(made.outcomes)) == [
        ("ending", "completed", "completed", "completed"),
        ("left returned", "1", "2", "2"),
        ("other", "[1]", "[2]", "[2]"),
        ("right exit code", "", "", "-9"),
        ("right raised", "", "", '"ValueError: no"'),
    ]


def test_errors_have_a_column_where_they_alone_tell_outcomes_apart() -> None:
    def columns_of(*runs: tuple[int, str]) -> list[tuple[str, ...]]:
        made = made_of(
            exploration(
                *(
                    found(run_of(process_run("left", returned=Returned(value), stderr=text), stderr=text))
                    for value, text in runs
                )
            )
        )
        return sorted((column.heading, *sorted(column.texts)) for column in columns(made.outcomes))

    ending = ("ending", "completed", "completed")
    assert columns_of((1, "one"), (1, "two")) == [ending, ("left stderr", "one", "two")]
    assert columns_of((1, "one"), (2, "two")) == [ending, ("left returned", "1", "2")]


def stuck(parent: str = "join", **waits: str) -> Found:
    """A deadlock in which each of these waits in that."""
    left = {name: WaitingFor(operation, 0.0, "a.yaml:8") for name, operation in {**waits, "parent": parent}.items()}
    runs = {name: process_run(name, exitcode=None, waiting_for=waiting) for name, waiting in left.items()}
    main = runs.pop("parent")
    return found(run_of(*(runs.values() or [process_run("left")]), ending="deadlock", parent=main))


def test_deadlocks_in_which_others_wait_say_who_waits_in_what() -> None:
    made = made_of(exploration(stuck(left="b.acquire", right="a.acquire"), stuck(left="q.get"), found(ended())))

    assert columns(made.outcomes)[1] == ("waits", ("left b.acquire, right a.acquire", "left q.get", ""))


def test_that_the_parent_joins_goes_without_saying_unless_nobody_else_waits() -> None:
    made = made_of(exploration(stuck("q.get", left="q.get"), stuck("join", left="q.get"), stuck("join")))

    assert columns(made.outcomes)[1] == ("waits", ("left q.get, parent q.get", "left q.get", "parent join"))


def test_who_waits_needs_no_column_beside_what_comes_to_its_end() -> None:
    made = made_of(exploration(stuck(left="b.acquire"), stuck(left="b.acquire"), found(ended())))

    assert "waits" not in [column.heading for column in columns(made.outcomes)]
    assert columns(made.outcomes[:1])[1] == ("waits", ("left b.acquire",))


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        ({"stdout": "it"}, {}, ("left printed", "it", "")),
        ({"faults": ("kill left",)}, {"faults": ("stop left",)}, ("struck left", "kill left", "stop left")),
        ({"exitcode": 0}, {"exitcode": None}, ("left exit code", "0", "")),
    ],
)
def test_what_else_tells_outcomes_apart_has_a_column_too(
    one: dict[str, Any], other: dict[str, Any], column: tuple[str, str, str]
) -> None:
    made = made_of(exploration(*(found(run_of(process_run("left", **seen))) for seen in (one, other))))

    assert columns(made.outcomes) == [("ending", ("completed", "completed")), (column[0], column[1:])]


def test_that_nothing_was_returned_is_shown_where_that_alone_tells_outcomes_apart() -> None:
    def runs(*returned: object) -> list[tuple[str, tuple[str, ...]]]:
        processes = (
            process_run("left", exitcode=-9, returned=None if one is ... else Returned(one)) for one in returned
        )
        return list(columns(made_of(exploration(*map(found, map(run_of, processes)))).outcomes))

    ending = ("ending", ("completed", "completed"))
    assert runs(None, ...) == [ending, ("left returned", ("null", ""))]
    assert runs(None, 1) == [ending, ("left returned", ("", "1"))]
    assert runs(None, ..., 1) == [("ending", ("completed",) * 3), ("left returned", ("null", "", "1"))]


@pytest.mark.parametrize(
    ("counts", "shares"), [((1, 1), ["50 %", "50 %"]), ((1, 999), ["<1 %", ">99 %"]), ((3,), ["100 %"])]
)
def test_shares_are_never_rounded_to_all_or_nothing(counts: tuple[int, ...], shares: list[str]) -> None:
    made = made_of(exploration(*(counted(number, count) for number, count in enumerate(counts)))).outcomes

    assert [share(one, made) for one in sorted(made, key=lambda one: one.count)] == shares


def test_a_table_is_never_wider_than_a_hundred_columns_nor_longer_than_a_screen() -> None:
    many = {f"primitive_{number}": "x" * 200 for number in range(20)}
    runs = [
        ended("日本" * 100 + str(number), {name: text + str(number) for name, text in many.items()})
        for number in range(30)
    ]

    made = plainly(made_of(exploration(*map(found, runs))))

    assert max(map(width, made)) <= 100
    assert "  ... and 10 more outcomes, of 10 schedules" in made
    assert "  ... and they differ in 17 more things: see --json" in made


def test_a_table_takes_the_room_there_is() -> None:
    many = {f"primitive_{number}": "x" * 200 for number in range(20)}
    runs = [ended(shared={name: text + str(number) for name, text in many.items()}) for number in range(2)]
    made = made_of(exploration(*map(found, runs)))

    widths = [max(map(width, click.unstyle(terminal.scenario(made, columns)).split("\n"))) for columns in (60, 99, 240)]

    assert widths == [60, 99, 240]


def test_words_are_whole_in_cells_and_in_headings_where_they_have_room() -> None:
    def one(word: str) -> Found:
        left = process_run("left", returned=Returned(f"{word} has more to say than one line of this has room for"))
        return found(run_of(left, process_run("right", returned=Returned(len(word)))))

    made = click.unstyle(terminal.scenario(made_of(exploration(one("it"), one("she"))), 80)).split("\n")

    assert made[3:10] == [
        "      count  share  steps  grade       ending     left returned         right",
        "                                                                        returned",
        "  #1      1   50 %      0  acceptable  completed  it has more to say    2",
        "                                                  than one line of",
        "                                                  this has room for",
        "  #2      1   50 %      0  acceptable  completed  she has more to say   3",
        "                                                  than one line of",
    ]


def test_what_was_read_of_all_that_completed_is_no_difference_if_it_is_the_same() -> None:
    runs = [stuck(left="q.get"), found(ended("a", {"q": []})), found(ended("b", {"q": []}))]

    assert [column.heading for column in columns(made_of(exploration(*runs)).outcomes)] == ["ending", "printed"]
    assert [column.heading for column in columns(made_of(exploration(*runs[:2])).outcomes)] == [
        "ending",
        "q",
        "printed",
    ]


def test_control_characters_are_spelled_out() -> None:
    made = made_of(exploration(found(ended("\x1b[31m\n")), found(ended("b"))), _0="\x1b.json")

    assert "\x1b" not in "\n".join(plainly(made))
