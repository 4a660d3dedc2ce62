"""What is told of the steps of a simulated run."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.plan import Plan
from engine.stage.simulation.picture import MOST_STEPS, Recorder, labels_of
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

LOCKS = {"a": {"type": "Lock"}, "b": {"type": "Lock"}}
ORDER = a_plan(
    """
    def left(a, b):
        with a:
            with b: pass
    def right(a, b):
        with b:
            with a: pass
    """,
    {"left": [ref("a"), ref("b")], "right": [ref("a"), ref("b")]},
    shared=LOCKS,
)


def recorded(plan: Plan, *schedule: str) -> Recorder:
    recorder = Recorder(following(*schedule))
    with playing(terms_of(plan), recorder) as played:
        assert played.ending is not None, played.life.refusal
        return recorder


def one(body: str, **shared: dict[str, object]) -> list[dict[str, Any]]:
    """The steps of one process that does this to what is shared."""
    plan = a_plan(f"def one({', '.join(shared)}): {body}", {"one": [ref(name) for name in shared]}, shared=shared)
    return recorded(plan).steps


def test_a_step_says_who_does_what_to_what_and_where() -> None:
    first, *_ = recorded(ORDER, "left").steps

    assert first == {
        "number": 1,
        "process": "left",
        "thread": "",
        "primitive": "a",
        "operation": "acquire",
        "arguments": "",
        "result": "True",
        "error": None,
        "where": "/nowhere/scenario.yaml:3",
        "blocked": {},
    }


def test_a_method_of_a_proxy_is_called_where_the_scenario_does_so() -> None:
    steps = one("names.append(3)", names={"type": "Manager.list"})

    assert [step["where"] for step in steps if step["operation"] == "append"] == ["/nowhere/scenario.yaml:1"]


def test_after_each_step_those_are_told_who_cannot_go_on() -> None:
    steps = recorded(ORDER, "left right").steps

    assert [step["blocked"] for step in steps] == [{}, {"left": "b.acquire", "right": "a.acquire"}]


def test_who_is_blocked_is_told_by_what_is_so_after_the_step() -> None:
    steps = recorded(ORDER, "left*4 right*4").steps

    assert [step["blocked"] for step in steps] == [{}, {"right": "b.acquire"}, *[{}] * 6]


def test_who_polls_cannot_go_on_before_something_changes() -> None:
    plan = a_plan(
        """
        def left(x):
            while x.value == 0: pass
        def right(x): x.value = 1
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}},
    )

    polled, written, *_ = recorded(plan, "left*3 right").steps[-3:]

    assert (polled["process"], polled["blocked"]) == ("left", {"left": "x.read"})
    assert (written["process"], written["blocked"]) == ("right", {})


def test_an_error_is_told_with_its_text() -> None:
    (step,) = one("a.release()", a={"type": "Lock"})

    assert (step["result"], step["error"]) == (None, "ValueError: semaphore or lock released too many times")


def test_an_error_without_a_text_is_told_by_its_name() -> None:
    step = one("q.get(False)", q={"type": "Manager.Queue"})[-1]

    assert step["error"] == "Empty"


def test_what_one_place_in_memory_holds_is_told_as_it_is() -> None:
    steps = one("x.value", x={"type": "Value", "typecode": "i", "value": 7})

    assert [(step["operation"], step["result"]) for step in steps] == [("read", "7")]


def test_long_results_are_shortened() -> None:
    step = one("v.value", v={"type": "Manager.Value", "typecode": "u", "value": "x" * 100})[-1]

    assert step["result"] == f"'{'x' * 27}...{'x' * 28}'"


@pytest.mark.parametrize("made", ["object()", "repr(object())", "[repr(object())]", "'x' * 60 + repr(object())"])
def test_addresses_are_left_out_before_what_is_long_is_cut(made: str) -> None:
    plan = a_plan(
        f"""
        class WithANameThatIsLonger: ...
        def one(q):
            object = WithANameThatIsLonger
            q.put({made})
        """,
        {"one": [ref("q")]},
        shared={"q": {"type": "Manager.Queue"}},
    )

    (put,) = [step for step in recorded(plan).steps if step["operation"] == "put" and step["arguments"]]

    assert re.search("0x0>|message of", put["arguments"])


def test_what_a_feeder_does_is_its_own_and_nowhere() -> None:
    steps = one("q.put(1)", q={"type": "Queue"})

    told = {(step["operation"], step["thread"], step["where"]) for step in steps}
    assert {("put", "", "/nowhere/scenario.yaml:1"), ("feed", "feeder", "")} < told


@pytest.mark.parametrize(
    ("schedule", "preemptions"),
    [
        ("left*4 right*4", 0),
        ("left right", 1),
        ("left*3 right left right*3", 1),  # The right cannot go on then: to leave it is none.
        ("right left", 1),
    ],
)
def test_to_leave_who_could_go_on_is_a_preemption(schedule: str, preemptions: int) -> None:
    assert recorded(ORDER, schedule).preemptions == preemptions


def test_each_preemption_counts() -> None:
    plan = a_plan(
        "def left(x): x.value, x.value\ndef right(x): x.value, x.value",
        {"left": [ref("x")], "right": [ref("x")]},
        shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}},
    )

    assert recorded(plan, "left right left right").preemptions == 2


def test_of_a_long_run_the_beginning_and_the_end_are_told() -> None:
    plan = a_plan(
        f"def one(a):\n  for _ in range({MOST_STEPS}):\n    with a: pass",
        {"one": [ref("a")]},
        shared={"a": {"type": "Lock"}},
    )
    recorder = Recorder(following())

    with playing(terms_of(plan), recorder) as played:
        assert len(played.world.trace) == 2 * MOST_STEPS
    half = MOST_STEPS // 2
    assert [step["number"] for step in recorder.steps] == [*range(1, half + 1), *range(3 * half + 1, 4 * half + 1)]


def test_who_took_each_step_can_be_followed_again() -> None:
    with playing(terms_of(ORDER), Recorder(following("right left right"))) as played:
        labels = labels_of(played.world)

    assert labels == ["right", "left"]
