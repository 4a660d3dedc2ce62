"""A process is late before what it does to what it shares, by draws that are the same every time."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from engine.stage import delays, watching
from engine.stage.delays import LONGEST_S, Delays


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    watching.hold = None
    Delays(0, "left").end()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(delays, "sleep", slept.append)
    return slept


def late(thing: Any, *operations: str) -> Any:
    delays.prepare()
    watching.watch(thing, "it", operations)
    return thing


def test_what_is_watched_is_late_before_each_operation(slept: list[float]) -> None:
    value = late(multiprocessing.RawValue("i", 5), "read", "write")
    Delays(0, "left").begin()

    value.value += 1

    assert len(slept) == 2
    assert all(0 <= one <= LONGEST_S for one in slept)


def test_others_can_come_between_the_parts_of_an_operation(slept: list[float]) -> None:
    condition = late(multiprocessing.Condition(), "acquire", "release", "notify")
    Delays(0, "left").begin()

    with condition:
        before = len(slept)
        condition.notify()

    assert len(slept) > before + 1


def drawn(slept: list[float], delayed: Delays) -> list[float]:
    slept.clear()
    delayed.begin()
    for _ in range(5):
        delays.delay()
    return list(slept)


def test_equal_seeds_make_a_process_late_by_as_much(slept: list[float]) -> None:
    first = drawn(slept, Delays(0, "left"))

    assert drawn(slept, Delays(0, "left")) == first
    assert drawn(slept, Delays(1, "left")) != first
    assert drawn(slept, Delays(0, "right")) != first


def test_nobody_is_late_before_or_after(slept: list[float]) -> None:
    lock = late(multiprocessing.Lock(), "acquire", "release")

    with lock:
        Delays(0, "left").begin()
        Delays(0, "left").end()

    assert slept == []


def test_a_process_is_prepared_by_what_it_is_sent() -> None:
    sent = pickle.dumps(Delays(3, "left"))
    watching.hold = None

    assert pickle.loads(sent) == Delays(3, "left")
    assert isinstance(watching.hold, delays.Delaying)


@pytest.mark.parametrize("kind", ["Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Queue"])
def test_what_is_late_works_as_before(slept: list[float], kind: str) -> None:
    thing = late(getattr(multiprocessing, kind)(), "acquire", "release", "set", "put", "get")
    Delays(0, "left").begin()

    if kind == "Event":
        thing.set()
        assert thing.is_set()
    elif kind == "Queue":
        thing.put(1)
        assert thing.get() == 1
    else:
        assert thing.acquire()
        thing.release()
    assert slept
