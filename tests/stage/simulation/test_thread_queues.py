"""The queues of the ``queue`` module in simulated processes."""

from __future__ import annotations

import pickle
import queue
from functools import partial
from typing import Any

import pytest

from engine.stage.simulation.copier import Copier
from engine.stage.simulation.objects import thread_queues
from engine.stage.simulation.system import new_names
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes

KINDS = ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")


def build(kind: str, world: World) -> Any:
    return getattr(thread_queues, kind)(world, "q", "q")


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_has_what_was_there_and_goes_its_own_way(kind: str) -> None:
    one = build(kind, World(new_names(), 10))
    for item in (2, 1, 3):
        one.put(item)

    copy = Copier().copied(one)
    copy.put(0)

    assert isinstance(copy, getattr(queue, kind))
    assert one.final() == {"LifoQueue": [3, 1, 2], "PriorityQueue": [1, 2, 3]}.get(kind, [2, 1, 3])
    assert copy.final() == {"LifoQueue": [0, 3, 1, 2], "PriorityQueue": [0, 1, 2, 3]}.get(kind, [2, 1, 3, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_it_cannot_be_pickled(kind: str) -> None:
    kept = "_queue.SimpleQueue" if kind == "SimpleQueue" else "_thread.lock"

    with pytest.raises(TypeError, match=f"cannot pickle '{kept}' object"):
        pickle.dumps(build(kind, World(new_names(), 10)))


@pytest.mark.parametrize("kind", KINDS)
def test_who_waits_for_an_item_waits_for_ever_or_until_the_time_is_over(kind: str) -> None:
    def put_and_get_all(queue: Any) -> Any:
        queue.put(1)
        return [queue.get(), queue.get()]

    assert {found[0] for found in outcomes(partial(build, kind), put_and_get_all)} == {...}
    assert {found[0] for found in outcomes(partial(build, kind), lambda queue: queue.get(timeout=1))} == {"Empty: "}
    assert {found[0] for found in outcomes(partial(build, kind), lambda queue: queue.get_nowait())} == {"Empty: "}


def test_a_full_one_and_one_with_tasks_that_are_not_done_block_too() -> None:
    def bounded(world: World) -> Any:
        return thread_queues.Queue(world, "q", "q", 1)

    assert {found[0] for found in outcomes(bounded, lambda queue: (queue.put(1), queue.put(2)))} == {...}
    assert {found[0] for found in outcomes(bounded, lambda queue: (queue.put(1), queue.put(2, timeout=1)))} == {
        "Full: "
    }
    assert {found[0] for found in outcomes(bounded, lambda queue: (queue.put(1), queue.join()))} == {...}
    assert {found[0] for found in outcomes(bounded, lambda queue: queue.join())} == {None}
