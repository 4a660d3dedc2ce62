"""Who is watched notices nothing, and all that is done to it is told."""

from __future__ import annotations

import ctypes
import multiprocessing
import pickle
import queue
import threading
from multiprocessing import shared_memory
from typing import Any

from engine.stage import watching
from tests.stage.conftest import Told


def watched(thing: Any, *operations: str) -> Any:
    watching.watch(thing, "it", operations)
    return thing


def test_with_acquires_and_releases(told: Told) -> None:
    lock = watched(multiprocessing.Lock(), "acquire", "release")

    with lock:
        assert not lock.acquire(block=False)

    assert told() == [("it.acquire", "", "True"), ("it.acquire", "block=False", "False"), ("it.release", "", "None")]


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


def test_what_an_operation_asks_its_user_is_told(told: Told) -> None:
    condition = multiprocessing.Condition()
    jobs: queue.Queue[int] = queue.Queue()
    watching.watch(condition, "it", ("acquire", "release", "wait_for"))
    watching.watch(jobs, "jobs", ("put", "get"))
    jobs.put(1)

    with condition:
        assert condition.wait_for(lambda: jobs.get() == 1)

    assert [label for label, _, _ in told()] == ["jobs.put", "it.acquire", "it.wait_for", "jobs.get", "it.release"]


def test_memory_without_a_lock_is_told_and_stays_what_it_is(told: Told) -> None:
    number = watched(multiprocessing.RawValue("i", 3), "read", "write")
    items = watched(multiprocessing.RawArray("i", [1, 2]), "read", "write")

    number.value += items[1]

    assert isinstance(number, ctypes.c_int)
    assert [label for label, _, _ in told()] == ["it.read", "it.read", "it.write"]


def test_what_is_under_the_lock_of_a_value_is_told_once(told: Told) -> None:
    value = watched(multiprocessing.Value("i", 3), "read", "write", "acquire", "release")

    value.value = 4
    value.get_obj().value = 5

    assert value.get_obj().value == 5
    assert [label for label, _, _ in told()] == ["it.write", "it.write", "it.read"]
