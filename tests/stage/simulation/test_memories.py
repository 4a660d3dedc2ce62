"""Shared memory, under every schedule."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from engine.models.model import conflict
from engine.stage.simulation.here import here
from engine.stage.simulation.objects.array import Array, RawArray
from engine.stage.simulation.objects.condition import Condition
from engine.stage.simulation.objects.lock import Lock, RLock
from engine.stage.simulation.objects.shareable_list import ShareableList
from engine.stage.simulation.objects.shared_memory import SharedMemory
from engine.stage.simulation.objects.value import RawValue, Value
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.world import World
from tests.simulation_support import killer, outcomes, results


def add_twice(value: Any) -> None:
    value.value += 1
    value.value += 1


def add(value: Any) -> None:
    with value.get_lock():
        value.value += 1


class Classes(DepthFirst):
    """Tells apart the schedules in which some pair of conflicting steps is in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[Any] = set()

    def end(self, world: World, is_whole: bool) -> None:
        super().end(world, is_whole)
        names: list[tuple[int, int]] = []
        for taken in world.trace:
            names.append((taken.strand.number, sum(one == taken.strand.number for one, _ in names)))
        self.found.add(
            frozenset(
                (names[early], names[late])
                for late, one in enumerate(world.trace)
                for early, other in enumerate(world.trace[:late])
                if one.strand is not other.strand and conflict(one.step.touches, other.step.touches)
            )
        )


@pytest.mark.parametrize(
    ("targets", "schedules", "classes"),
    [((add_twice, add_twice), 70, 34), (((lambda value: add_once(value)),) * 3, 90, 36)],
)
def test_reads_commute_and_nothing_else_does(targets: Any, schedules: int, classes: int) -> None:
    scheduler = Classes()

    found = outcomes(lambda world: Value(world, "v", "v", "i"), *targets, scheduler=scheduler)

    assert (found.total(), len(scheduler.found)) == (schedules, classes)


def add_once(value: Any) -> None:
    value.value += 1


def test_updates_are_lost_without_the_lock_and_not_with_it() -> None:
    bare = outcomes(lambda world: Value(world, "v", "v", "i"), add_once, add_once)
    locked = outcomes(lambda world: Value(world, "v", "v", "i"), add, add)

    assert {outcome[-1] for outcome in bare} == {(("v", (1,)),), (("v", (2,)),)}
    assert {outcome[-1] for outcome in locked} == {(("v", (2,)),)}


@pytest.mark.parametrize("kind", [Lock, RLock])
def test_a_value_waits_for_the_lock_that_it_was_given(kind: Any) -> None:
    def build(world: World) -> Any:
        lock = kind(world, "l", "l")
        return lock, Value(world, "v", "v", "i", 0, lock)

    def write_both(shared: Any) -> None:
        lock, value = shared
        with lock:
            value.get_obj().value = 1
            value.get_obj().value = 2

    found = outcomes(build, write_both, lambda shared: (shared[1].value, shared[1].get_lock() is shared[0]))

    assert results(found) == {(None, (0, True)), (None, (2, True))}


def test_the_holder_of_a_plain_lock_waits_for_itself_to_read_what_is_under_it() -> None:
    def build(world: World) -> Any:
        lock = Lock(world, "l", "l")
        return lock, Value(world, "v", "v", "i", 0, lock)

    def read(shared: Any) -> object:
        with shared[0]:
            return shared[1].value

    assert results(outcomes(build, read)) == {(...,)}


def test_values_and_conditions_may_share_one_lock() -> None:
    def build(world: World) -> Any:
        lock = RLock(world, "l", "l")
        return Value(world, "v", "v", "i", 0, lock), Condition(world, "c", "c", lock)

    def await_one(shared: Any) -> object:
        value, condition = shared
        with condition:
            return condition.wait_for(lambda: value.value == 1), value.final()

    def make_it_one(shared: Any) -> None:
        value, condition = shared
        with value:
            value.value = 1
            condition.notify_all()

    assert results(outcomes(build, await_one, make_it_one)) == {((True, 1), None)}


def test_a_process_that_is_killed_as_it_reads_leaves_the_lock_taken() -> None:
    found = outcomes(
        lambda world: Value(world, "v", "v", "i"),
        lambda value: value.value,
        lambda value: value.value,
        killer(1),
        is_fine=True,
    )

    assert results(found) == {(0, 0, None), (..., 0, None), (..., ..., None)}


def test_what_has_no_lock_has_no_method_of_one() -> None:
    found = outcomes(
        lambda world: (RawValue(world, "v", "v", "i"), Array(world, "a", "a", "i", 2, lock=False)),
        lambda shared: [hasattr(one, "get_lock") for one in shared],
    )

    assert results(found) == {((False, False),)}


def test_a_slice_is_read_at_once_and_a_loop_item_by_item() -> None:
    def write(array: Any) -> None:
        array[:] = [1, 1]

    at_once = outcomes(lambda world: Array(world, "a", "a", "i", 2), lambda array: array[:], write)
    in_a_loop = outcomes(lambda world: RawArray(world, "a", "a", "i", 2), list, write)

    assert results(at_once) == {((0, 0), None), ((1, 1), None)}
    assert results(in_a_loop) == {((0, 0), None), ((0, 1), None), ((1, 1), None)}


def test_a_slice_of_a_buffer_is_read_when_it_is_looked_at() -> None:
    def read(block: Any) -> object:
        part = block.buf[1:3]
        return part[0], bytes(part)

    def write(block: Any) -> None:
        block.buf[:] = b"abc"

    found = outcomes(lambda world: SharedMemory(world, "m", "m", 3), read, write)

    assert results(found) == {
        ((0, b"\0\0"), None),
        ((0, b"bc"), None),
        ((ord("b"), b"bc"), None),
    }


def test_a_block_is_not_closed_while_a_slice_of_it_is_kept() -> None:
    def close(block: Any) -> object:
        part = block.buf[:2]
        try:
            block.close()
        except BufferError as error:
            refusal = str(error)
        is_gone = block.buf is None
        part[0] = 1
        del part
        block.close()
        return refusal, is_gone, block.buf is None

    found = outcomes(lambda world: SharedMemory(world, "m", "m", 3), close)

    assert results(found) == {(("cannot close exported pointers exist", True, True),)}


def test_to_release_the_buffer_of_a_block_is_refused_and_that_of_a_slice_is_not() -> None:
    def use(block: Any) -> object:
        with block.buf[0:2] as part:
            part[0] = 1
        with block.buf as whole, pytest.raises(NotSimulated, match="release"):
            whole.release()
        return None

    with pytest.raises(NotSimulated, match="release"):
        outcomes(lambda world: SharedMemory(world, "m", "m", 3), use)


def test_each_process_closes_a_block_for_itself_and_one_unlinks_it() -> None:
    def close(block: Any) -> object:
        view = block.buf
        block.close()
        return block.buf is None and view[0]

    def unlink(block: Any) -> object:
        block.unlink()
        return block.buf[0], block.attached()

    found = outcomes(lambda world: SharedMemory(world, "m", "m", 3), close, unlink)

    assert results(found) == {
        (
            "ValueError: operation forbidden on released memoryview object",
            "FileNotFoundError: [Errno 2] No such file or directory: '/engine-simulate-0-3'",
        )
    }


@pytest.mark.parametrize("bypass", [memoryview, lambda buffer: buffer.cast("i"), lambda buffer: buffer.obj])
def test_what_bypasses_items_and_slices_is_refused(bypass: Any) -> None:
    def look(block: Any) -> object:
        try:
            return bypass(block.buf)
        except NotSimulated as refusal:
            return refusal.what[:12]

    (found,) = results(outcomes(lambda world: SharedMemory(world, "m", "m", 4), look))

    if bypass is memoryview and sys.version_info < (3, 12):
        assert found == ("TypeError: memoryview: a bytes-like object is required, not 'memoryview'",)
    else:
        assert found in {("memory that ",), ("SharedMemory",), ("the memory b",)}


def test_items_of_a_shareable_list_are_written_one_by_one() -> None:
    def write(listed: Any) -> None:
        listed[0] = "no"
        listed[1] = None

    found = outcomes(lambda world: ShareableList(world, "s", "s", ["yes", 1]), list, write)

    assert results(found) == {(("yes", 1), None), (("yes", None), None), (("no", 1), None), (("no", None), None)}


def test_the_final_value_is_that_of_the_memory_whatever_lock_it_is_under() -> None:
    told: list[object] = []

    def build(world: World) -> Any:
        lock = Lock(world, "l", "l")
        return (
            Value(world, "v", "v", "i", 7, lock),
            Array(world, "a", "a", "c", None, [b"a"], lock),
            ShareableList(world, "s", "s", ["x", 2.5]),
            SharedMemory(world, "m", "m", None, [1, 2]),
            lock,
        )

    def look(shared: Any) -> None:
        here.strand, running = None, here.strand
        told.extend(one.final() for one in shared)
        here.strand = running

    outcomes(build, look)

    assert told == [7, [b"a"], ["x", 2.5], [1, 2], {"locked": False}]
