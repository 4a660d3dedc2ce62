"""What stands for the types of ``shared``, and what of it a process is given."""

from __future__ import annotations

import threading
from typing import Any

import greenlet
import pytest

from engine.stage.simulation.build import build, endpoints, is_same_everywhere, own, twin
from engine.stage.simulation.here import here
from engine.stage.simulation.objects.copies import Lock as OfThreads
from engine.stage.simulation.objects.lock import Lock
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.system import new_names
from engine.stage.simulation.world import World


@pytest.fixture
def world() -> World:
    here.hub = greenlet.getcurrent()
    here.world = World(new_names(), 100)
    return here.world


def test_a_primitive_has_the_defaults_of_its_type(world: World) -> None:
    semaphore = build(world, "Semaphore", "s", {})
    three = build(world, "Semaphore", "t", {"value": 3})

    assert [world.states[one.cell] for one in (semaphore, three)] == [1, 3]
    assert [world.labels[one.cell] for one in (semaphore, three)] == ["s", "t"]


def test_it_raises_what_its_constructor_raises(world: World) -> None:
    with pytest.raises(TypeError, match="integer"):
        build(world, "RawValue", "v", {"typecode": "i", "value": "many"})


@pytest.mark.parametrize("kind", ["Custom", "File", "Socketpair"])
def test_a_type_without_a_model_is_named(world: World, kind: str) -> None:
    with pytest.raises(NotSimulated) as caught:
        build(world, kind, "x", {})

    assert caught.value.what == f"the type {kind}"


@pytest.mark.parametrize(
    ("value", "is_same"),
    [
        (1, True),
        ([1, ("a", None, {"b": b"c"})], True),
        (object(), False),
        ([threading.Lock()], False),
        ({"a": {1, 2}}, False),
        (True, True),
        (type("Number", (int,), {})(1), False),
    ],
)
def test_fresh_plain_data_are_the_same_everywhere(value: Any, is_same: bool) -> None:
    assert is_same_everywhere(value) is is_same


def test_a_primitive_is_the_same_everywhere_unless_each_process_has_its_own(world: World) -> None:
    assert is_same_everywhere([Lock(world, "a", "a")])
    assert not is_same_everywhere([OfThreads(world, "b", "b")])


def test_what_a_process_is_given_is_its_own_object_for_the_same_thing(world: World) -> None:
    lock = Lock(world, "lock", "lock")
    given: Any = own([lock, {"again": lock}, (1,)], {})

    mine = given[0]
    mine.mark = 1

    assert given == [mine, {"again": mine}, (1,)]
    assert (type(mine), mine.cell) == (Lock, lock.cell)
    assert not hasattr(lock, "mark")


def test_who_has_been_given_something_is_given_the_same_again(world: World) -> None:
    lock = Lock(world, "lock", "lock")
    twins: dict[int, Any] = {}

    assert own(lock, twins) is own(lock, twins)
    assert own(lock, {}) is not own(lock, twins)


@pytest.mark.parametrize(("kind", "more"), [("Value", {"typecode": "i"}), ("Array", {"typecode": "i", "values": [1]})])
def test_the_lock_of_a_memory_is_the_one_that_a_process_is_given_too(
    world: World, kind: str, more: dict[str, Any]
) -> None:
    lock = build(world, "RLock", "l", {})
    memory = build(world, kind, "v", {"lock": lock, **more})

    for given in ([memory, lock], [lock, memory]):
        found = {type(one).__name__: one for one in own(given, {})}
        own_lock = found.pop("RLock")
        (own_memory,) = found.values()
        assert own_memory.get_lock() is own_lock
        assert own_lock is not lock


def test_a_twin_has_what_the_original_has_so_far(world: World) -> None:
    lock = Lock(world, "lock", "lock")
    before = twin(lock)
    lock.mark = 1  # type: ignore[attr-defined]

    assert (hasattr(before, "mark"), twin(lock).mark) == (False, 1)


def test_the_ends_of_pipes_are_found_wherever_they_are(world: World) -> None:
    one, other = build(world, "Pipe", "pipe", {})

    assert endpoints([1, [(one,)], {"key": other}, Lock(world, "a", "a")]) == (one.end, other.end)
