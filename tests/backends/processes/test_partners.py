"""What is said of who else was given something, and what is not."""

from __future__ import annotations

import pytest

from engine.backends.processes.calls import Wait
from engine.backends.processes.kernel import Thread
from engine.backends.processes.partners import PARENT_PROCESS, Partners, listed
from engine.plan import Plan
from tests.processes_support import a_plan, ref

READS = Wait(Thread(1, 1, "S", 0, None), "read", ("pipe:[12]",))
WRITES = READS._replace(kind="write")
SHARED: dict[str, dict[str, object]] = {
    "queue": {"type": "Queue"},
    "pipe": {"type": "Pipe"},
    "lock": {"type": "Lock"},
    "condition": {"type": "Condition", "lock": ref("lock")},
}


def plan(**uses: list[object]) -> Plan:
    before, after = uses.pop("before", None), uses.pop("after", None)
    return a_plan("", uses, shared=SHARED, before=before, after=after)


QUEUE, ENDS = ref("queue"), (ref("pipe", 0), ref("pipe", 1))


@pytest.mark.parametrize(
    ("given", "over", "said"),
    [
        ({"me": [QUEUE]}, [], "nobody else was given it"),
        ({"me": [QUEUE], "you": []}, [], "nobody else was given it"),
        ({"me": [QUEUE], "you": [[{"deep": QUEUE}]]}, [], "you was given it, too"),
        ({"me": [QUEUE], "you": [QUEUE]}, ["you"], "nobody else who was given it is left: you has ended"),
        ({"me": [QUEUE], "a": [QUEUE], "b": [QUEUE]}, ["a"], "b was given it, too"),
        (
            {"me": [QUEUE], "a": [QUEUE], "b": [QUEUE]},
            ["a", "b"],
            "nobody else who was given it is left: a and b have ended",
        ),
        ({"me": [QUEUE], "a": [QUEUE], "b": [QUEUE]}, [], "a and b were given it, too"),
        ({"me": [QUEUE], "after": [QUEUE]}, [], f"{PARENT_PROCESS} was given it, too"),
        ({"me": [QUEUE], "before": [QUEUE]}, [], f"{PARENT_PROCESS} was given it, too"),
    ],
)
def test_who_else_was_given_a_queue_is_told_with_what_became_of_them(
    given: dict[str, list[object]], over: list[str], said: str
) -> None:
    assert Partners(plan(**given), over).said("me", READS, "queue") == said


@pytest.mark.parametrize(
    ("wait", "label", "yours", "said"),
    [
        (READS, "pipe[0]", ENDS[1], "you was given its other end"),
        (READS, "pipe[0]", ENDS[0], "nobody else was given its other end"),
        (READS, "pipe[1]", ref("pipe"), "you was given its other end"),
        # Of a one-way pipe, which the kernel knows as one thing.
        (READS, "pipe", ENDS[1], "you was given its other end"),
        (READS, "pipe", ENDS[0], "nobody else was given its other end"),
        (WRITES, "pipe", ENDS[0], "you was given its other end"),
        (WRITES, "pipe", ENDS[1], "nobody else was given its other end"),
    ],
)
def test_of_a_pipe_it_is_the_other_end_that_counts(wait: Wait, label: str, yours: object, said: str) -> None:
    assert Partners(plan(me=[ENDS[0]], you=[yours]), []).said("me", wait, label) == said


def test_who_was_given_what_is_built_of_it_was_given_it() -> None:
    partners = Partners(plan(me=[ref("lock")], you=[ref("condition")]), [])

    assert partners.said("me", READS, "lock") == "you was given it, too"
    assert partners.said("you", READS, "condition") == "me was given it, too"


def test_nothing_is_said_of_a_process_that_the_plan_does_not_know() -> None:
    assert Partners(plan(me=[QUEUE]), []).said("process 17", READS, "queue") == ""


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_names_are_listed_and_many_are_counted(names: list[str], text: str) -> None:
    assert listed(names) == text
