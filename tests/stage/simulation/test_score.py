"""What the steps of a simulated run ask of real processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest

from engine.plan import Fault, Plan, Score, Turn
from engine.stage.simulation.score import Scribe, obstacles, score_of
from engine.stage.simulation.service import ByLabel
from engine.stage.simulation.world import QUEUES
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

LOCKS = {"a": {"type": "Lock"}, "b": {"type": "Lock"}}


def scored(plan: Plan, *schedule: str, **terms: Any) -> Score:
    scribe = Scribe(following(*schedule))
    with playing(terms_of(plan, **terms), scribe) as played:
        assert played.ending is not None, played.life.refusal
        return score_of(scribe, played.life)


def one(body: str, *exact: str, **shared: dict[str, object]) -> tuple[Turn, ...]:
    """The turns of one process that does this to what is shared."""
    source = f"def one({', '.join(shared)}): {body}"
    return scored(a_plan(source, {"one": [ref(name) for name in shared]}, shared=shared), exact=frozenset(exact)).turns


def test_each_step_is_a_turn_of_who_takes_it() -> None:
    plan = a_plan(
        "def left(a):\n  with a: pass\ndef right(a): a.acquire()",
        {"left": [ref("a")], "right": [ref("a")]},
        shared={"a": {"type": "Lock"}},
    )

    assert scored(plan, "left*2 right", seed=7) == Score(
        (
            Turn(1, "left", "", "a", "acquire"),
            Turn(2, "left", "", "a", "release"),
            Turn(3, "right", "", "a", "acquire"),
        ),
        ("left", "right"),
        7,
    )


def test_an_operation_of_several_steps_begins_once_and_goes_on() -> None:
    turns = [turn for turn in one("q.put(1); q.get(); q.empty()", QUEUES, q={"type": "Queue"}) if not turn.thread]

    assert [(turn.what, turn.begins, turn.goes_on) for turn in turns] == [
        ("q.put", True, False),
        ("q.get", True, True),
        ("q.receive", False, True),
        ("q.release", False, False),
        ("q.empty", True, False),
    ]


@pytest.mark.parametrize(("item", "operations"), [("1", ["feed"]), ("[1]", ["pickle", "feed"])])
def test_a_feeder_makes_bytes_of_an_item_that_can_change(item: str, operations: list[str]) -> None:
    turns = [turn for turn in one(f"q.put({item}); q.get()", q={"type": "Queue"}) if turn.thread == "q"]

    assert [turn.operation for turn in turns] == operations
    assert [turn.goes_on for turn in turns] == [name == "pickle" for name in operations]


def test_what_a_process_does_to_a_queue_at_its_end_is_no_turn() -> None:
    assert {turn.operation for turn in one("q.put(1)", q={"type": "Queue"})} == {"put", "feed"}


def test_what_the_parent_waits_for_is_no_turn_and_neither_is_its_end() -> None:
    plan = a_plan(
        "def one(): ...\ndef two(): ...\ndef after(): ...",
        ["one", "two"],
        options={"two": {"start_after": ("one",)}},
        after=[],
    )

    assert scored(plan).turns == (Turn(1, "one", "", "", "exit"), Turn(3, "two", "", "", "exit"))


@pytest.mark.parametrize(
    ("body", "is_late"),
    [
        ("a.acquire(timeout=1)", False),
        ("a.acquire(); a.acquire(timeout=1)", True),
        ("a.acquire(); a.acquire(False)", True),
    ],
)
def test_a_time_out_that_fires_is_late(body: str, is_late: bool) -> None:
    assert one(body, a={"type": "Lock"})[-1].is_late is is_late


def test_a_time_out_that_fires_at_its_time_is_late_too() -> None:
    plan = a_plan(
        "def one(a):\n  a.acquire()\n  a.acquire(True, 1)", {"one": [ref("a")]}, shared={"a": {"type": "Lock"}}
    )

    assert [turn.is_late for turn in scored(plan, is_virtual=True).turns] == [False, True]


def test_what_is_written_has_its_size_in_bytes() -> None:
    plan = a_plan("def one(): print('é€', flush=True)", ["one"])

    assert scored(plan, orders_output=True).turns == (Turn(1, "one", "", "", "stdout", size=6),)


@pytest.mark.parametrize(
    ("body", "operation"),
    [("d['k'] = 1", "write"), ("'k' in d", "contains"), ("len(d)", "len"), ("d.get('k')", "get")],
)
def test_operations_on_proxies_are_called_as_real_processes_call_them(body: str, operation: str) -> None:
    assert one(body, d={"type": "Manager.dict"}) == (Turn(1, "one", "", "d", operation),)


def struck(labels: Sequence[str], *faults: Fault, body: str = "x.acquire()", type: str = "Lock") -> list[str]:
    """What is done when ``labels`` take their steps, and then everybody in turn."""
    shared = {"x": {"type": type}}
    plan = a_plan(f"def one(x): {body}", {"one": [ref("x")]}, shared=shared, faults=faults)
    scribe = Scribe(ByLabel(list(labels)))
    with playing(terms_of(plan), scribe) as played:
        assert played.ending is not None, played.life.refusal
        turns = score_of(scribe, played.life).turns
    assert {turn.process for turn in turns} == {"one"}
    return [turn.what for turn in turns]


ANYWHERE, AT_3_S = "kill one anywhere", "kill one at 3 s"


@pytest.mark.parametrize(
    ("labels", "fault", "done"),
    [
        ([ANYWHERE], Fault("kill", "one", nth=0), ["kill"]),
        (["one", ANYWHERE], Fault("kill", "one", nth=0), ["x.acquire", "kill"]),
        (["one", "one", ANYWHERE], Fault("kill", "one", nth=0), ["x.acquire", "pause", "kill"]),
        (["one", AT_3_S], Fault("kill", "one", 3.0), ["x.acquire", "kill"]),
        ([], Fault("kill", "one", None, "before", ("x", "acquire")), ["kill"]),
        ([], Fault("terminate", "one", None, "after", ("x", "acquire")), ["x.acquire", "terminate"]),
        (["one", "one", "one", ANYWHERE], Fault("kill", "one", nth=0), ["x.acquire", "pause", "exit"]),
    ],
)
def test_that_somebody_is_ended_is_a_turn_of_his_own(labels: list[str], fault: Fault, done: list[str]) -> None:
    assert struck(labels, fault) == done


def test_to_be_stopped_and_resumed_is_no_turn() -> None:
    faults = Fault("stop", "one", None, "before", ("x", "acquire")), Fault("resume", "one", 1.0)

    assert struck([], *faults) == ["x.acquire", "pause", "exit"]


def test_what_is_asked_of_a_manager_is_one_turn() -> None:
    assert struck([], Fault("kill", "one", None, "after", ("x", "acquire")), type="Manager.Lock") == [
        "x.acquire",
        "kill",
    ]


STOP, RESUME = Fault("stop", "one", 0.1), Fault("resume", "one", 0.2)


def test_a_stop_has_a_turn_if_nothing_follows_it() -> None:
    stops, resumes = [str(STOP)] * 2, [str(RESUME)] * 3

    assert struck(stops, STOP) == ["stop"]
    assert struck([*stops, *resumes], STOP, RESUME) == ["x.acquire", "pause", "exit"]
    assert struck(["one"] * 3 + stops, STOP) == ["x.acquire", "pause", "exit"]


def test_an_interrupt_has_a_turn_that_says_where_it_comes() -> None:
    interrupt = Fault("interrupt", "one", 0.1)
    plan = a_plan(
        "def one(a, b): a.acquire(), b.acquire()", {"one": [ref("a"), ref("b")]}, shared=LOCKS, faults=(interrupt,)
    )

    def turn(*order: str) -> Turn | None:
        with playing(terms_of(plan), scribe := Scribe(ByLabel(list(order)))) as played:
            return next((one for one in score_of(scribe, played.life).turns if one.is_interrupt), None)

    assert turn("one", str(interrupt)) == Turn(2, "one", "", "", "interrupt", begins=False)
    assert turn("one", "one", str(interrupt)) == Turn(3, "one", "", "", "interrupt", following="acquire")


@pytest.mark.parametrize(
    ("moment", "done"), [("before", ["interrupt", "exit"]), ("after", ["x.acquire", "interrupt", "exit"])]
)
def test_an_interrupt_at_an_operation_has_a_turn_too(moment: Literal["before", "after"], done: list[str]) -> None:
    assert struck([], Fault("interrupt", "one", moment=moment, operation=("x", "acquire"))) == done


def test_who_looks_at_clocks_or_process_ids_cannot_be_followed() -> None:
    scribe = Scribe(following())
    with playing(terms_of(a_plan("def one(): ...", ["one"])), scribe) as played:
        nothing = list(obstacles(played.life))
        played.life.reads_clock = played.life.reads_pids = True

        assert nothing == []
        assert list(obstacles(played.life)) == ["a target reads the clock", "a target looks at process ids"]


def test_who_is_asleep_at_the_end_is_named() -> None:
    scribe = Scribe(following())
    with playing(terms_of(a_plan("def one(): ...\ndef two(): ...", ["one", "two"])), scribe) as played:
        played.life.processes["two"].is_asleep = True

        assert score_of(scribe, played.life).asleep == ("two",)
