"""Which runs can be forced on real processes, and whether these came to the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.forcing import ENDLESS_S, FREE_S, Confirmation, Rehearsal, compare, forced, obstacle
from engine.plan import Fault, Plan, Score, SharedPlan, Turn
from engine.trace import Event, Raised, Returned, Run, Strayed
from tests.exploring_support import ended, found, step
from tests.processes_support import a_plan
from tests.support import process_run, run_of

PLAN = a_plan(
    "def left(): ...\ndef right(): ...\n",
    ["left", "right"],
    shared={
        "jobs": {"type": "Queue"},
        "news": {"type": "Manager.Condition"},
        "names": {"type": "Manager.list"},
        "block": {"type": "SharedMemory", "size": 1},
        "pipe": {"type": "Pipe"},
        "own": {"type": "queue.Queue"},
    },
)


def turn(primitive: str, operation: str, **more: Any) -> Turn:
    return Turn(1, "left", more.pop("thread", ""), primitive, operation, **more)


def rehearsal(*turns: Turn, run: Run | None = None, obstacles: tuple[str, ...] = ()) -> Rehearsal:
    return Rehearsal(found(run or ended()), Score(turns, ("left", "right")), obstacles)


@pytest.mark.parametrize(
    "possible",
    [
        turn("jobs", "get", goes_on=True),
        turn("jobs", "receive", begins=False),
        turn("jobs", "feed", thread="jobs"),
        turn("pipe[0]", "recv"),
        turn("", "exit"),
        turn("", "stdout", size=3),
        turn("", "interrupt", following="get"),
        turn("", "stop"),
        turn("block", "read"),
        turn("news", "wait", goes_on=True, following="_sleep"),
    ],
)
def test_what_waits_for_its_turn_can_be_forced(possible: Turn) -> None:
    assert obstacle(PLAN, rehearsal(possible)) is None


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([turn("jobs", "write_on", begins=False)], "jobs.write_on goes on inside a call of a Queue"),
        (
            [turn("jobs", "receive", begins=False, goes_on=True, following="write_on")],
            "jobs.receive goes on inside a call of a Queue",
        ),
        ([turn("news", "_retake", begins=False)], "news._retake goes on inside a call of a Manager.Condition"),
        ([turn("names", "read", goes_on=True)], "names.read goes on inside a call of a Manager.list"),
        ([turn("jobs", "look_up")], "no call of Python's goes through jobs.look_up"),
        ([turn("made here", "put")], "made here.put is on something that is not in shared"),
        ([turn("own", "get")], "own is for threads"),
        ([turn("news", "notify", thread="news")], "left has ended when news.notify is done for it"),
        ([turn("", "join")], "left has processes of its own (join)"),
        ([turn("", "signal")], "left has processes of its own (signal)"),
        ([Turn(1, "left:1", "", "", "exit")], "left:1 is a process that a target starts for itself"),
    ],
)
def test_what_cannot_is_told_by_name(turns: list[Turn], reason: str) -> None:
    assert obstacle(PLAN, rehearsal(*turns)) == reason


@pytest.mark.parametrize(
    ("plan", "what", "reason"),
    [
        (PLAN, rehearsal(obstacles=("a target reads the clock",)), "a target reads the clock"),
        (PLAN, rehearsal(run=run_of(ending="step_limit")), "it goes on"),
        (PLAN._replace(run_as="thread"), rehearsal(), "threads cannot be held back"),
    ],
)
def test_what_differs_in_any_order_is_told(plan: Plan, what: Rehearsal, reason: str) -> None:
    assert obstacle(plan, what) == reason


STRUCK = turn("", "kill")


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ([], None),
        ([turn("jobs", "put")], None),
        ([turn("jobs", "get", goes_on=True, following="receive")], None),
        ([turn("jobs", "feed", thread="jobs", goes_on=True, following="let_go")], None),
        (
            [turn("jobs", "receive", begins=False, goes_on=True, following="receive")],
            "left is ended in the middle of jobs.receive",
        ),
        (
            [turn("jobs", "feed", thread="jobs", goes_on=True, following="write_on"), turn("lock", "acquire")],
            "left is ended in the middle of jobs.feed",
        ),
    ],
)
def test_who_is_ended_can_be_held_up_before_that_or_is_named(before: list[Turn], reason: str | None) -> None:
    plan = PLAN._replace(
        shared=(*PLAN.shared, SharedPlan("lock", "Lock", {})), faults=(Fault("kill", "left", None, nth=0),)
    )

    assert obstacle(plan, rehearsal(*before, STRUCK)) == reason


@pytest.mark.parametrize(
    ("following", "reason"), [("let_go", None), ("write_on", "left is ended in the middle of jobs.feed")]
)
def test_a_thread_of_who_ends_by_himself_is_held_up_where_it_can_be(following: str, reason: str | None) -> None:
    fed = turn("jobs", "feed", thread="jobs", goes_on=True, following=following)

    assert obstacle(PLAN, rehearsal(fed, turn("", "exit"))) == reason


def test_a_call_is_held_up_only_once_at_the_same_place() -> None:
    begun = turn("jobs", "receive", begins=False, goes_on=True, following="receive")
    written = Turn(1, "right", "", "jobs", "let_go", begins=False)

    assert obstacle(PLAN, rehearsal(begun, written, begun)) == "jobs.receive goes on inside a call of a Queue"


def test_a_forced_plan_has_its_score_and_neither_delays_nor_faults() -> None:
    delayed = PLAN._replace(
        start_together=True,
        processes=tuple(one._replace(delay_s=9.0) for one in PLAN.processes),
        faults=(Fault("kill", "left", 0.5),),
    )
    what = rehearsal(turn("jobs", "get"))

    plan = forced(delayed, what)

    assert (plan.score, plan.is_traced, plan.start_together, plan.timeout_s) == (what.score, True, False, FREE_S)
    assert plan.faults == ()
    assert [one.delay_s for one in plan.processes] == [0.0, 0.0]
    assert forced(PLAN, rehearsal(run=run_of(ending="timeout"))).timeout_s == ENDLESS_S


# Comparing

SIMULATED = run_of(
    process_run("left", returned=Returned(1), stdout="a\n"),
    process_run("right", raised=Raised("ValueError", ("ValueError",), "no", None), exitcode=1),
    stdout="a\n",
    shared={"counter": 1},
)


def changed(**changes: Any) -> Run:
    return replace(SIMULATED, **changes)


def with_process(name: str, **changes: Any) -> Run:
    one = replace(SIMULATED.processes[name], **changes)
    return changed(processes={**SIMULATED.processes, name: one})


def test_what_came_to_the_same_is_confirmed() -> None:
    assert compare(found(SIMULATED), SIMULATED, True) == Confirmation("confirmed")


@pytest.mark.parametrize(
    ("real", "difference"),
    [
        (
            changed(ending="deadlock", why="deadlock: left waits"),
            "it ended in deadlock (deadlock: left waits), and not in completed",
        ),
        (changed(stdout="b\n"), "it printed 'b\\n', and not 'a\\n'"),
        (changed(shared={"counter": 2}), "counter held 2, and not 1"),
        (changed(shared={}), "counter held None, and not 1"),
        (with_process("left", returned=Returned(2)), "left returned 2, and not 1"),
        (with_process("left", returned=None), "left returned nothing, and not 1"),
        (with_process("right", raised=None), "right raised nothing, and not ValueError: no"),
        (with_process("left", stdout=""), "left printed '', and not 'a\\n'"),
        (with_process("left", stderr="oh\n"), "left complained 'oh\\n', and not ''"),
        (with_process("left", exitcode=3), "left has the exit code 3, and not 0"),
    ],
)
def test_the_first_difference_is_told(real: Run, difference: str) -> None:
    assert compare(found(SIMULATED), real, True) == Confirmation("differs", difference)


def test_the_order_of_output_counts_only_where_somebody_looks() -> None:
    assert compare(found(SIMULATED), changed(stdout="other order"), False) == Confirmation("confirmed")


def raising(message: str) -> Run:
    return with_process("right", raised=Raised("ValueError", ("ValueError",), message, None))


@pytest.mark.parametrize(
    "at",
    [
        raising,
        lambda text: with_process("left", returned=Returned(text)),
        lambda text: with_process("left", stdout=text),
        lambda text: with_process("left", stderr=text),
        lambda text: changed(stdout=text),
        lambda text: changed(shared={"jobs": [text, 1]}),
    ],
)
@pytest.mark.parametrize(
    ("simulated", "real"),
    [
        ("<Queue at 0x7f00aabbccd0>", "<Queue at 0x7fa7aabbccd0>"),
        ("  [Previous line repeated 970 more times]", "  [Previous line repeated 973 more times]"),
    ],
)
def test_what_is_another_in_every_run_is_not_compared(simulated: str, real: str, at: Callable[[str], Run]) -> None:
    assert compare(found(at(simulated)), at(real), True) == Confirmation("confirmed")
    assert compare(found(at(simulated)), at(real.replace("7", "seven")), True).agreement == "differs"


def test_of_tracebacks_it_is_compared_whether_there_is_one() -> None:
    traceback = 'Process right:\nTraceback (most recent call last):\n  File "x", line 1\nValueError: no\n'
    other = "Process right:\nKeyboardInterrupt\n"
    simulated = found(with_process("right", stderr=traceback))

    assert compare(simulated, with_process("right", stderr=other), True) == Confirmation("confirmed")
    assert compare(simulated, with_process("right"), True).agreement == "differs"


def test_the_step_is_told_at_which_something_else_came() -> None:
    simulated = found(SIMULATED, step("left", "counter.read", "0"), step("right", "counter.read", "0"))
    real = changed(
        shared={"counter": 2},
        trace=(
            Event("left", "counter", "read", "", 0.1, 0.2, "0", None),
            Event("right", "counter", "read", "", 0.3, 0.4, "1", None),
        ),
    )

    reason = "at step 2 right did counter.read and got 1, not 0; so counter held 2, and not 1"
    assert compare(simulated, real, True) == Confirmation("differs", reason)

    first, second = simulated.steps
    with_a_gap = replace(simulated, steps=(first, replace(second, number=9)))
    assert compare(with_a_gap, real, True) == Confirmation("differs", "counter held 2, and not 1")


@pytest.mark.parametrize(("is_certain", "agreement"), [(True, "differs"), (False, "unknown")])
def test_a_run_that_strayed_says_no_more_than_that(is_certain: bool, agreement: Any) -> None:
    strayed = changed(strayed=Strayed("at step 1 left does not come to an end of a.acquire", is_certain))

    found_out = compare(found(SIMULATED), strayed, True)

    assert found_out == Confirmation(agreement, "at step 1 left does not come to an end of a.acquire")
