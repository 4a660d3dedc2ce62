"""What several searches of one plan found, together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.backends.simulation.merging import Part, merged
from engine.exploration import Exploration, Settings
from tests.exploring_support import ended, found

SETTINGS = Settings(strategy="auto", seed=7, timing="virtual")


def part(**more: Any) -> Part:
    """A search that found nothing, and left something to look for, but for what is given."""
    fields: dict[str, Any] = {
        "found": {},
        "schedules": 10,
        "runs": 12,
        "steps": 100,
        "classes": None,
        "exhausted": False,
        "reasons": (),
        "spent": None,
        "first_failure": None,
        "refusal": None,
        "differs": False,
        **more,
    }
    return Part(**fields)


def together(*parts: Part) -> Exploration:
    return merged(parts, SETTINGS, 0.5)


def test_what_was_done_is_added_up() -> None:
    whole = together(part(schedules=10, steps=100), part(schedules=20, steps=300))

    assert (whole.schedules, whole.steps) == (30, 400)
    assert (whole.strategy, whole.seed, whole.timing, whole.duration_s) == ("auto", 7, "virtual", 0.5)


def test_an_outcome_that_two_found_is_one_with_the_shorter_schedule() -> None:
    long, short, other = found(ended("a"), count=3, length=5), found(ended("a"), count=4, length=2), found(ended("b"))

    whole = together(part(found={"a": long, "b": other}), part(found={"a": short}))

    assert [(one.run.stdout, one.count, len(one.schedule)) for one in whole.found] == [("a", 7, 2), ("b", 1, 0)]


def test_of_equally_short_schedules_the_first_is_kept() -> None:
    first, second = found(ended("a"), length=2), found(ended("a"), length=2, preemptions=1)

    (one,) = together(part(found={"a": first}), part(found={"a": second})).found

    assert one.preemptions == 0


def test_the_first_failure_is_counted_through_all_before_it() -> None:
    assert together(part(schedules=10), part(first_failure=3), part(first_failure=1)).first_failure == 13
    assert together(part(), part()).first_failure is None


def test_it_is_exhausted_if_one_of_them_was() -> None:
    assert together(part(), part(exhausted=True)).exhausted
    assert not together(part(), part()).exhausted


def test_the_classes_are_those_of_a_first_search_that_came_to_its_end() -> None:
    assert together(part(exhausted=True, classes=4)).classes == 4
    assert together(part(classes=4)).classes is None
    assert together(part(), part(exhausted=True, classes=4)).classes is None


def test_each_reason_is_told_once_in_the_order_in_which_they_came() -> None:
    whole = together(part(reasons=("limit", "clock")), part(reasons=("clock", "more")))

    assert whole.reasons == ("limit", "clock", "more")


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        ("schedules", "the budget of 50 schedules is used up (--schedules)"),
        ("time", "3 s are over (--for)"),
        ("steps", "the budget of 5,000 steps is used up, 100 for each schedule (--schedules)"),
    ],
)
def test_it_is_said_which_budget_is_used_up_and_by_which_option_there_is_more(spent: str, said: str) -> None:
    settings = replace(SETTINGS, schedules=50, for_s=3.0)

    assert merged([part(spent=spent)], settings, 0.5).reasons == (said,)
    assert merged([part(spent=spent, exhausted=True)], settings, 0.5).reasons == ()


def test_that_the_first_of_several_searches_has_used_up_its_share_is_no_reason() -> None:
    assert together(part(spent="schedules"), part(), part()).reasons == ()
    assert together(part(), part(spent="schedules")).reasons == (
        "the budget of 10,000 schedules is used up (--schedules)",
    )


def test_where_a_schedule_has_led_elsewhere_nothing_is_exhausted() -> None:
    whole = together(part(exhausted=True), part(differs=True), part(differs=True))

    assert not whole.exhausted
    (reason,) = whole.reasons
    assert reason.startswith("the same schedule has led elsewhere the second time")


def test_the_first_refusal_is_that_of_the_exploration() -> None:
    loss = Part.of_loss(6, "nothing came")

    whole = together(part(), loss, part(refusal="os.fork"))

    assert whole.refusal == "nothing came"
    assert (whole.schedules, loss.runs) == (26, 6)
    assert not whole.exhausted


@pytest.mark.parametrize(
    ("searched", "keep_going", "goes_on"),
    [
        (part(), False, True),
        (part(exhausted=True), True, False),
        (part(refusal="os.fork"), True, False),
        (part(first_failure=1), False, False),
        (part(first_failure=1), True, True),
    ],
)
def test_there_is_more_to_look_for_unless_all_is_known(searched: Part, keep_going: bool, goes_on: bool) -> None:
    assert searched.goes_on(keep_going) is goes_on
