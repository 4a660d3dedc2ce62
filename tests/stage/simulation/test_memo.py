"""What came of steps is remembered, and is what the model says."""

from __future__ import annotations

import pytest

from engine.models.model import BLOCKED, Lasting, Operation, Raised, Step, Then
from engine.models.queue import Loose, Packed, Queue
from engine.models.semaphore import Lock
from engine.stage.simulation.lasting import is_told_by_value, lasting
from engine.stage.simulation.memo import Memo

ACQUIRE, RELEASE = Lasting("acquire"), Lasting("release")


class Counting(Lock):
    """How often it is asked."""

    asked = 0

    def step(self, state: int, process: int, operation: Operation) -> Step:
        self.asked += 1
        return super().step(state, process, operation)


def test_a_step_is_asked_for_once() -> None:
    model = Counting()
    memo = Memo(model, model.initial())

    steps = [memo.step(1, 1, ACQUIRE) for _ in range(3)]

    assert model.asked == 1
    assert all(step is steps[0] for step in steps)
    assert steps[0] == Lock().step(1, 1, ACQUIRE)


def test_that_it_is_blocked_is_remembered_too() -> None:
    model = Counting()
    memo = Memo(model, model.initial())
    taken = memo.step(1, 1, ACQUIRE).state  # type: ignore[union-attr]

    assert [memo.step(taken, 2, ACQUIRE) for _ in range(3)] == [BLOCKED] * 3
    assert model.asked == 2


def test_an_error_is_a_new_one_each_time() -> None:
    memo = Memo(Lock(), 1)

    one, other = (memo.step(1, 1, RELEASE) for _ in range(2))

    assert isinstance(one, Raised)
    assert isinstance(other, Raised)
    assert one.error is not other.error


def test_what_is_made_anew_each_time_is_not_looked_up() -> None:
    model = Counting()
    memo = Memo(model, model.initial())

    for _ in range(3):
        memo.step(1, 1, Operation("acquire"))

    assert model.asked == 3


def test_nothing_is_kept_of_a_state_that_no_run_comes_to_again() -> None:
    queue = Queue(0, lambda item, _: (item, 1))
    initial = queue.initial()
    memo = Memo(queue, initial)
    put = memo.step(initial, 1, Operation("put", (Packed(1, 1),)))

    one, other = (memo.step(put.state, 1, Lasting("feed")) for _ in range(2))  # type: ignore[union-attr]

    assert one == other
    assert one is not other


def test_what_a_feeder_pickles_is_pickled_each_time() -> None:
    item: list[int] = []
    queue = Queue(0, lambda item, _: (tuple(item), 1))
    put, feed = Lasting("put", (Loose(item),)), Lasting("feed")
    initial = queue.initial()
    memo = Memo(queue, initial)
    state = memo.step(initial, 1, put).state  # type: ignore[union-attr]

    def load() -> object:
        step = memo.step(state, 1, feed)
        return step.state.buffers[1].items[0][0].load  # type: ignore[union-attr]

    assert load() == ()
    item.append(1)
    assert load() == (1,)


def test_how_an_operation_goes_on_is_the_same_object_each_time() -> None:
    queue = Queue(0, lambda item, _: (item, 1))
    initial = queue.initial()
    memo = Memo(queue, initial)

    one, other = (memo.step(initial, 1, Lasting("get")) for _ in range(2))
    assert isinstance(one, Then)
    assert one is not other  # Two ``get``, of which each is another object.

    get = Lasting("get")
    one, other = (memo.step(initial, 1, get) for _ in range(2))
    assert one is other
    assert type(one.operation) is Lasting  # type: ignore[union-attr]


def test_it_forgets_all_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.stage.simulation.memo._MOST", 2)
    model = Counting()
    memo = Memo(model, model.initial())

    for process in range(5):
        memo.step(1, process, ACQUIRE)
    assert model.asked == 5

    memo.step(1, 4, ACQUIRE)
    assert model.asked == 5
    memo.step(1, 0, ACQUIRE)
    assert model.asked == 6


def test_it_remembers_nothing_more_where_hardly_anything_is_seen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.stage.simulation.memo._PERIOD", 4)
    model = Counting()
    memo = Memo(model, model.initial())

    for process in range(5):
        memo.step(1, process, ACQUIRE)
    memo.step(1, 0, ACQUIRE)
    memo.step(1, 0, ACQUIRE)

    assert model.asked == 7


def test_it_goes_on_where_most_is_seen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.stage.simulation.memo._PERIOD", 4)
    model = Counting()
    memo = Memo(model, model.initial())

    for process in range(5):
        for _ in range(3):
            memo.step(1, process, ACQUIRE)

    assert model.asked == 5


def test_an_operation_is_told_by_the_types_of_its_arguments() -> None:
    assert lasting("put", 1) is lasting("put", 1)
    assert lasting("put", 1) is not lasting("put", True)


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), ("a", True), ("a" * 2_000, False), (0.0, False), ([], False), ((1,), False)]
)
def test_what_differs_from_its_equals_is_not_told_by_its_value(value: object, expected: bool) -> None:
    assert is_told_by_value(value) == expected
