"""What operations are told."""

from __future__ import annotations

import multiprocessing
import os
import queue
from typing import Any

import pytest

from engine.stage import watching
from tests.stage.conftest import Told


def watched(thing: Any, *operations: str) -> Any:
    watching.watch(thing, "it", operations)
    return thing


def test_an_operation_is_told_with_what_it_was_given_and_what_came(told: Told) -> None:
    jobs = watched(queue.Queue(), "put", "get")

    jobs.put("a")
    jobs.get(timeout=5)
    with pytest.raises(queue.Empty):
        jobs.get_nowait()

    assert told() == [("it.put", "'a'", "None"), ("it.get", "timeout=5", "'a'"), ("it.get", "block=False", "Empty()")]


def test_what_an_operation_does_within_is_not_told(told: Told) -> None:
    lock = multiprocessing.RLock()
    condition = multiprocessing.Condition(lock)
    watching.watch(lock, "lock", ("acquire", "release"))
    watching.watch(condition, "it", ("acquire", "release", "wait_for", "wait", "notify"))

    with condition:
        assert condition.wait_for(lambda: True)

    assert [label for label, _, _ in told()] == ["it.acquire", "it.wait_for", "it.release"]


def test_a_forked_process_does_not_write_into_its_parents_journal(told: Told) -> None:
    jobs = watched(queue.Queue(), "put", "get")

    if (child := os.fork()) == 0:
        jobs.put(1)
        os._exit(0)
    os.waitpid(child, 0)

    assert told() == []


def test_a_name_may_be_long_and_the_operation_is_kept(told: Told) -> None:
    jobs: queue.Queue[int] = queue.Queue()
    watching.watch(jobs, "n" * 100, ("put",))

    jobs.put(1)

    assert told()[0][0] == "n" * 56 + ".put"


def test_a_number_that_cannot_be_written_is_put_all_the_same(told: Told) -> None:
    watched(queue.Queue(), "put").put(10**5000)

    assert told() == [("it.put", "<int>", "None")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (1.5, "1.5"),
        ("é" * 200, "'" + "é" * 43),
        (b"ab", "b'ab'"),
        ([1] * 100, "[1, 1, 1, 1, 1, 1, ...]"),
    ],
    ids=["bool", "float", "long text", "bytes", "long list"],
)
def test_values_are_told_briefly(told: Told, value: object, text: str) -> None:
    watched(queue.Queue(), "put").put(value)

    assert told()[0][1].startswith(text)


def test_a_repr_that_raises_does_no_harm(told: Told) -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    class Broken:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError

    watched(queue.Queue(), "put").put(Rude())
    watched(queue.Queue(), "put").put(Broken())

    assert len(told()) == 2
