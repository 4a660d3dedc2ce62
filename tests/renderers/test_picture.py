"""An interleaving as a picture: who did what, and who had to wait."""

from __future__ import annotations

from typing import Any

import click

from engine.exploration import Found, Graded
from engine.renderers.picture import Cell, Row, lines, picture
from engine.renderers.text import width
from engine.report import OutcomeReport
from engine.reporting import of_replay
from engine.trace import SimulatedStep
from engine.verdict import Verdict
from tests.exploring_support import DEADLOCK, ended, found, step
from tests.support import process_run, run_of


def outcome_of(one: Found) -> OutcomeReport:
    graded = Graded(one, "forbidden", Verdict("failed", (), None))
    return of_replay("a", "a.yaml", {}, graded, 0.1, "a.schedule.json").outcomes[0]


def drawn(*steps: SimulatedStep, **more: Any) -> list[str]:
    return [click.unstyle(line) for line in lines(outcome_of(found(ended(**more), *steps)))]


def test_a_deadlock_is_seen_at_a_glance() -> None:
    assert [click.unstyle(line) for line in lines(outcome_of(DEADLOCK))] == [
        "    step  line  left               right",
        "       1     8  a.acquire -> True",
        "       2     8  waits b.acquire    b.acquire -> True",
        "     end        waits b.acquire    waits a.acquire",
    ]


def test_who_waits_is_marked_until_it_can_go_on() -> None:
    waiting = {"right": "a.acquire"}

    assert drawn(
        step("left", "a.acquire", "True", blocked=waiting),
        step("left", "counter.read", "0", blocked=waiting),
        step("left", "counter.write", "None", arguments="1", blocked=waiting),
        step("left", "a.release", "None"),
        step("right", "a.acquire", "True"),
    ) == [
        "    step  line  left               right",
        "       1     8  a.acquire -> True  waits a.acquire",
        "       2     8  counter.read -> 0  |",
        "       3     8  counter.write(1)   |",
        "       4     8  a.release",
        "       5     8                     a.acquire -> True",
    ]


def test_who_waits_in_something_else_by_now_says_so() -> None:
    made = picture(
        outcome_of(
            found(
                ended(),
                step("left", "a.acquire", blocked={"right": "a.acquire"}),
                step("left", "b.acquire", blocked={"right": "b.acquire"}),
            )
        )
    )

    assert [row.cells[1] for row in made.rows] == [
        Cell("waits", "waits a.acquire"),
        Cell("waits", "waits b.acquire"),
        Cell("stuck", "waits b.acquire"),
    ]


def test_what_one_waited_in_after_its_own_step_is_shown_even_if_the_next_step_frees_it() -> None:
    made = picture(
        outcome_of(
            found(
                ended(),
                step("left", "a.release", blocked={"left": "queue.get"}),
                step("right", "queue.put"),
                step("left", "queue.get", "1"),
            )
        )
    )

    assert [row.cells[0].text for row in made.rows] == ["a.release", "waits queue.get", "queue.get -> 1"]


def test_a_moment_at_which_nothing_happens_has_a_row_only_if_somebody_begins_to_wait_there() -> None:
    assert drawn(
        step("left", "a.acquire", "True"),
        step("left", "return"),
        step("left", "b.acquire", "True"),
        step("left", "return", blocked={"right": "b.acquire"}),
        step("left", "pause", blocked={"right": "b.acquire"}),
        step("gun", "interrupt", blocked={"right": "b.acquire"}),
    ) == [
        "    step  line  left               right            gun",
        "       1     8  a.acquire -> True",
        "       3     8  b.acquire -> True",
        "       4     8  return             waits b.acquire",
        "       6     8                     |                interrupt",
        "     end                           waits b.acquire",
        "    nothing happens at 2, 5: moments at which a fault could strike",
    ]


def test_a_step_says_who_did_it_what_came_and_what_was_raised() -> None:
    texts = [
        row.cells[0]
        for row in picture(
            outcome_of(
                found(
                    ended(),
                    step("left", "jobs.put", "None", arguments="1"),
                    step("left", "jobs.send", thread="feeder"),
                    step("left", "jobs.get_nowait", error="Empty"),
                    step("left", "kill"),
                )
            )
        ).rows
    ]

    assert texts == [
        Cell("step", "jobs.put(1)"),
        Cell("step", "feeder: jobs.send"),
        Cell("error", "jobs.get_nowait raises Empty"),
        Cell("step", "kill"),
    ]


def test_a_feeder_does_not_end_the_waiting_of_its_process() -> None:
    waiting = {"left": "results.get"}
    made = picture(
        outcome_of(
            found(
                ended(),
                step("right", "a.acquire", blocked=waiting),
                step("left", "jobs.send", thread="feeder", blocked=waiting),
                step("right", "a.release", blocked=waiting),
            )
        )
    )

    assert [row.cells[0].text for row in made.rows] == [
        "waits results.get",
        "feeder: jobs.send",
        "|",
        "waits results.get",
    ]


def test_only_those_who_take_part_have_a_column() -> None:
    run = run_of(*(process_run(f"p{number}") for number in range(9)))
    steps = [step("p3", "a.acquire"), step("p5", "a.release")]

    made = [click.unstyle(line) for line in lines(outcome_of(found(run, *steps)))]

    assert made == [
        "    step  line  p3         p5",
        "       1     8  a.acquire",
        "       2     8             a.release",
        "    no step of p0, p1, p2, p4, p6 and 2 more",
    ]


def test_the_parent_has_a_column_if_it_does_anything() -> None:
    assert picture(outcome_of(found(ended(), step("left", "a.acquire", blocked={"parent": "join"})))).processes == (
        "left",
    )
    assert picture(outcome_of(found(ended(), step("parent", "start", arguments="left")))).processes == ("parent",)


def test_where_lines_are_of_several_files_each_is_named() -> None:
    steps = [
        step("left", "a.acquire"),
        step("right", "a.acquire", where="lib/targets.py:112"),
        step("left", "end", where=""),
    ]

    assert drawn(*steps) == [
        "    step               line  left       right",
        "       1  lock_order.yaml:8  a.acquire",
        "       2     targets.py:112             a.acquire",
        "       3                     end",
    ]


LONG = "x" * 300


def test_a_picture_is_never_wider_than_a_hundred_columns() -> None:
    for count in range(1, 12):
        names = [f"process[{number}]" for number in range(count)]
        steps = [step(name, "queue.put", LONG, arguments=LONG, blocked={"process[0]": LONG}) for name in names]

        made = drawn(*steps, names=names)

        assert max(map(width, made)) <= 100
        assert all(any(name in line for line in made) for name in names)


def test_a_picture_takes_the_room_there_is() -> None:
    outcome = outcome_of(found(ended(), step("left", "queue.put", LONG, blocked={"right": LONG})))

    assert [max(map(width, map(click.unstyle, lines(outcome, columns)))) for columns in (60, 99, 240)] == [60, 99, 240]


def test_what_has_no_room_on_one_line_has_two() -> None:
    waiting = {"right": "jobs.receive", "third": "a.acquire"}
    steps = [
        step("left", "jobs.acquire", "the longest of results", blocked={"third": "a.acquire"}),
        step("left", "jobs.release", blocked=waiting),
    ]

    outcome = outcome_of(found(ended(names=("left", "right", "third")), *steps))

    assert [click.unstyle(line) for line in lines(outcome, 60)] == [
        "    step  line  left           right          third",
        "       1     8  jobs.acquire                  waits",
        "                -> the lon...                 a.acquire",
        "       2     8  jobs.release   waits          |",
        "                               jobs.receive   |",
        "     end                       waits          waits",
        "                               jobs.receive   a.acquire",
    ]


def test_many_processes_are_shown_one_below_the_other() -> None:
    names = [f"racer[{number}]" for number in range(10)]
    steps = [
        step(name, "counter.read", "0", blocked={"racer[0]": "lock.acquire"} if at else {})
        for at, name in enumerate(names)
    ]

    made = drawn(*steps, names=names)

    assert made[:5] == [
        "    step  line  who       what",
        "       1     8  racer[0]  counter.read -> 0",
        "       2     8  racer[1]  counter.read -> 0",
        "                racer[0]  waits lock.acquire",
        "       3     8  racer[2]  counter.read -> 0",
    ]
    assert made[-1] == "     end        racer[0]  waits lock.acquire"


def test_of_a_long_run_the_beginning_and_the_end_are_shown() -> None:
    steps = [step("left", "counter.read", str(number)) for number in range(1, 201)]

    made = drawn(*steps, names=["left"])

    assert len(made) == 102
    assert made[30:33] == [
        "      30     8  counter.read -> 30",
        "    ... 100 steps",
        "     131     8  counter.read -> 131",
    ]
    assert (made[1], made[-1]) == ("       1     8  counter.read -> 1", "     200     8  counter.read -> 200")


def test_steps_keep_their_numbers_where_some_between_them_are_not_told() -> None:
    steps = [step("left", "counter.read", str(number)) for number in range(1, 601)]

    rows = picture(outcome_of(found(ended(), *steps))).rows

    assert [row.number for row in rows] == [*range(1, 101), *range(201, 601)]
    assert {row.number: row.skipped for row in rows if row.skipped} == {201: 100}


def test_steps_that_are_all_alike_are_one_row_that_says_how_many() -> None:
    waiting = {"right": "a.acquire"}
    alike = [step("left", "counter.read", "0", blocked=waiting) for _ in range(59)]

    assert drawn(
        step("left", "counter.read", "0", blocked=waiting),
        *alike,
        step("left", "counter.read", "1", blocked=waiting),
        step("left", "counter.read", "1", where="lock_order.yaml:9"),
        step("right", "a.acquire", "True"),
        step("right", "a.acquire", "True"),
    ) == [
        "     step  line  left                         right",
        "        1     8  counter.read -> 0            waits a.acquire",
        "     2-60     8  counter.read -> 0, 59 times  |",
        "       61     8  counter.read -> 1            |",
        "       62     9  counter.read -> 1",
        "    63-64     8                               a.acquire -> True, 2 times",
    ]


def test_what_is_alike_on_both_sides_of_steps_that_are_not_told_is_two_rows() -> None:
    steps = [step("left", "counter.read", "0") for _ in range(600)]

    assert [line.strip() for line in drawn(*steps, names=["left"])][1:] == [
        "1-100     8  counter.read -> 0, 100 times",
        "... 100 steps",
        "201-600     8  counter.read -> 0, 400 times",
    ]


def test_control_characters_are_spelled_out() -> None:
    assert drawn(step("left", "queue.put", arguments="'\x1b[31m\n'"))[1] == "       1     8  queue.put('\\x1b[31m\\n')"


def test_no_step_is_no_row() -> None:
    assert picture(outcome_of(found(ended()))).rows == ()
    assert isinstance(picture(outcome_of(DEADLOCK)).rows[0], Row)
