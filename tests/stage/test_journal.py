"""What operations are told, and that who is watched notices nothing."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import threading
from collections.abc import Callable, Iterator
from multiprocessing import shared_memory
from typing import Any

import pytest

from engine.plan import Fault
from engine.stage import journal, slots
from tests.processes_support import python

Told = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture
def told() -> Iterator[Told]:
    """What this process's operations were told to be: label, arguments, result."""
    fd = slots.new_file()
    journal.begin(journal.Journal(fd, (), lambda *_, **__: None))
    yield lambda: [(slot.label, slot.arguments, slot.result) for slot in slots.read(fd)]
    journal.begin(None)
    os.close(fd)


def watched(thing: Any, *operations: str) -> Any:
    journal.watch(thing, "it", operations)
    return thing


def test_an_operation_is_told_with_what_it_was_given_and_what_came(told: Told) -> None:
    jobs = watched(queue.Queue(), "put", "get")

    jobs.put("a")
    jobs.get(timeout=5)
    with pytest.raises(queue.Empty):
        jobs.get_nowait()

    assert told() == [("it.put", "'a'", "None"), ("it.get", "timeout=5", "'a'"), ("it.get", "block=False", "Empty()")]


def test_with_acquires_and_releases(told: Told) -> None:
    lock = watched(multiprocessing.Lock(), "acquire", "release")

    with lock:
        assert not lock.acquire(block=False)

    assert told() == [("it.acquire", "", "True"), ("it.acquire", "block=False", "False"), ("it.release", "", "None")]


def test_what_an_operation_does_within_is_not_told(told: Told) -> None:
    lock = multiprocessing.RLock()
    condition = multiprocessing.Condition(lock)
    journal.watch(lock, "lock", ("acquire", "release"))
    journal.watch(condition, "it", ("acquire", "release", "wait_for", "wait", "notify"))

    with condition:
        assert condition.wait_for(lambda: True)

    assert [label for label, _, _ in told()] == ["it.acquire", "it.wait_for", "it.release"]


def test_reading_and_writing_a_value_are_two_operations(told: Told) -> None:
    value = watched(multiprocessing.Value("i", 5), "read", "write", "acquire", "release")

    value.value += 1
    with value.get_lock():
        pass

    assert told() == [
        ("it.read", "", "5"),
        ("it.write", "6", "None"),
        ("it.acquire", "", "True"),
        ("it.release", "", "None"),
    ]


def test_the_ends_of_a_pipe_are_told_apart(told: Told) -> None:
    ends = watched(multiprocessing.Pipe(), "send", "recv")

    ends[0].send(1)
    assert ends[1].recv() == 1

    assert [label for label, _, _ in told()] == ["it[0].send", "it[1].recv"]


def test_a_watched_thing_is_of_its_own_class_and_looks_like_it() -> None:
    plain, lock = multiprocessing.Lock(), watched(multiprocessing.Lock(), "acquire", "release")

    assert isinstance(lock, type(plain))
    assert (type(lock).__name__, type(lock).__module__) == (type(plain).__name__, type(plain).__module__)
    assert repr(lock) == repr(plain)


def test_what_is_written_in_c_is_left_as_it_is(told: Told) -> None:
    lock = watched(threading.Lock(), "acquire", "release")

    with lock:
        assert type(lock) is type(threading.Lock())
    assert told() == []


def test_what_was_pickled_is_watched_again_where_it_arrives(told: Told) -> None:
    block = shared_memory.ShareableList([1, 2])
    try:
        copy = pickle.loads(pickle.dumps(watched(block, "read", "write")))
        copy[1] = 7

        assert block[1] == 7
        assert [label for label, _, _ in told()] == ["it.write", "it.read"]
    finally:
        copy.shm.close()
        block.shm.close()
        block.shm.unlink()


def test_a_forked_process_does_not_write_into_its_parents_journal(told: Told) -> None:
    jobs = watched(queue.Queue(), "put", "get")

    if (child := os.fork()) == 0:
        jobs.put(1)
        os._exit(0)
    os.waitpid(child, 0)

    assert told() == []


def test_what_an_operation_asks_its_user_is_told(told: Told) -> None:
    condition = multiprocessing.Condition()
    jobs: queue.Queue[int] = queue.Queue()
    journal.watch(condition, "it", ("acquire", "release", "wait_for"))
    journal.watch(jobs, "jobs", ("put", "get"))
    jobs.put(1)

    with condition:
        assert condition.wait_for(lambda: jobs.get() == 1)

    assert [label for label, _, _ in told()] == ["jobs.put", "it.acquire", "it.wait_for", "jobs.get", "it.release"]


def test_a_name_may_be_long_and_the_operation_is_kept(told: Told) -> None:
    jobs: queue.Queue[int] = queue.Queue()
    journal.watch(jobs, "n" * 100, ("put",))

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


FAULTY = """
import os, queue, signal, sys
from engine.plan import Fault
from engine.stage import journal
jobs = queue.Queue()
journal.watch(jobs, "jobs", ("put", "get"))
said = []
fault = Fault(*eval(sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: print("terminated", jobs.queue))
def say(event, fault, where):
    print(event, fault + where)
journal.begin(journal.Journal(None, [fault], say))
for number in range(3):
    jobs.put(number)
"""


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        (("terminate", "p", None, "before", ("jobs", "put"), 2), "before jobs.put, time 2\nterminated deque([0])"),
        (("terminate", "p", None, "after", ("jobs", "put"), 2), "after jobs.put, time 2\nterminated deque([0, 1])"),
        (("terminate", "p", None, None, None, 1), "at point 1, before jobs.put\nterminated deque([])"),
        (("terminate", "p", None, None, None, 6), "at point 6, after jobs.put\nterminated deque([0, 1, 2])"),
    ],
)
def test_a_fault_strikes_at_its_operation_and_only_once(fault: tuple[Any, ...], happened: str) -> None:
    assert python(FAULTY, repr(fault)) == f"fault terminate p {happened}\n"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("terminate", "p", None, "before", ("jobs", "put"), 4),
        Fault("terminate", "p", None, "before", ("jobs", "get"), 1),
        Fault("terminate", "p", 0.0),
    ],
)
def test_a_fault_that_is_due_elsewhere_does_not_strike(fault: Fault) -> None:
    assert python(FAULTY, repr(tuple(fault))) == ""
