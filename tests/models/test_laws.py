"""Every model keeps the law: what does not conflict commutes, and enables or disables nothing."""

from __future__ import annotations

import array
from typing import Any

import pytest

from engine.models import managed
from engine.models.barrier import Barrier, FineBarrier
from engine.models.condition import EVERYBODY, Condition
from engine.models.event import Event, FineEvent
from engine.models.guarded import Counted, Guard, Guarded, Owned, Part
from engine.models.memory import Memory
from engine.models.model import READ, Done, Model, Operation, Raised, Step, is_quiet
from engine.models.name import Name
from engine.models.semaphore import Lock, RLock, Semaphore
from engine.models.thread_condition import ThreadCondition
from tests.models.laws import breaches

ACQUIRE = Operation("acquire")
TRY = Operation("acquire", (), 0.0, True)
ACQUIRE_IN_TIME = Operation("acquire", (), 1.0)
RELEASE = Operation("release")
LOCKING = (ACQUIRE, TRY, ACQUIRE_IN_TIME, RELEASE)

FLAGGING = (
    Operation("is_set"),
    Operation("set"),
    Operation("clear"),
    Operation("wait"),
    Operation("wait", (1.0, False)),
    Operation("wait", (0.0, True)),
)
MEETING = (
    *(Operation("wait", (timeout_s,)) for timeout_s in (None, None, 1.0, 0.0)),
    Operation("reset"),
    Operation("abort"),
    Operation("n_waiting"),
    Operation("broken"),
)


def under(guard: Guard | None, part: Part, *operations: Operation) -> tuple[Model, tuple[Operation, ...]]:
    model = Guarded(guard, part)
    return model, (*operations, *((ACQUIRE, RELEASE) if guard is not None else ()))


def waiting(guard: Guard, condition: Part) -> tuple[Model, tuple[Operation, ...]]:
    return under(
        guard,
        condition,
        ACQUIRE,
        Operation("wait", (condition,)),
        Operation("wait", (condition, 1.0, False)),
        Operation("wait", (condition, 0.0, True)),
        Operation("notify", (condition, 1)),
        Operation("notify", (condition, EVERYBODY)),
    )


def remembering(guard: Guard | None, memory: Memory) -> tuple[Model, tuple[Operation, ...]]:
    return under(
        guard,
        memory,
        Operation("read", (memory, range(1))),
        Operation("read", (memory, range(3))),
        Operation("write", (memory, range(1), (7,))),
        Operation("write", (memory, range(2, 0, -1), (7, 8))),
        Operation("read", (memory.bare, range(1, 2))),
        Operation("write", (memory.bare, range(1, 2), (9,))),
    )


def call(name: str, *arguments: Any, **keywords: Any) -> Operation:
    return Operation(name, (arguments, keywords))


DICT = (
    *(call(name, key) for name in ("__getitem__", "__contains__", "pop", "__delitem__") for key in ("a", "c")),
    *(call("__setitem__", key, 5) for key in ("a", "c")),
    *(call(name) for name in ("popitem", "clear", "keys", "items", "values", "copy", "__len__", "__repr__")),
    call("update", {"a": 3, "z": 1}),
    call("update", y=1),
    call("update", 1),
    call("setdefault", "c", 4),
    call("pop", "c", 0),
    call("next", 2, 1),
    call("get", []),
    call("#GETVALUE"),
)
LIST = (
    *(call("__getitem__", index) for index in (0, -1, 7, "x", slice(0, 2))),
    *(call("__setitem__", index, 9) for index in (1, -1, 7)),
    *(call(name) for name in ("pop", "sort", "reverse", "__len__", "__repr__", "clear")),
    call("append", 4),
    call("pop", 0),
    call("insert", 0, 5),
    call("extend", [1]),
    call("remove", 9),
    call("index", 3),
    call("count", 9),
    call("__delitem__", 0),
    call("__imul__", 1),
    call("__setitem__", slice(0, 1), [8, 8]),
)
ARRAY = tuple(one for one in LIST if one.name in ("__getitem__", "__setitem__", "__len__") and one != LIST[-1])
ATTRIBUTES = (
    *(call("__getattribute__", name) for name in ("a", "b")),
    *(call("__setattr__", name, 2) for name in ("a", "b")),
    call("__delattr__", "b"),
    call("__repr__"),
)
NAME = Name("/block")

MODELS: dict[str, tuple[Model, tuple[Operation, ...]]] = {
    "Semaphore": (Semaphore(1), (*LOCKING, Operation("get_value"))),
    "Lock": (Lock(), LOCKING),
    "RLock": (RLock(), LOCKING),
    "Event": (Event(), FLAGGING),
    "Event of threads": (Event(keeps_word=True), FLAGGING),
    "Event, fine": (FineEvent(), FLAGGING),
    "Barrier of two": (Barrier(2), MEETING),
    "Barrier of three": (Barrier(3), MEETING[:5]),
    "Barrier of two, fine": (FineBarrier(2), MEETING),
    "Barrier of three, fine": (FineBarrier(3), MEETING[:5]),
    "Condition": waiting(Owned(), Condition()),
    "Condition, fine": waiting(Owned(), Condition(is_fine=True)),
    "Condition of a Lock": waiting(Counted(Lock()), Condition()),
    "Condition of threads": waiting(Owned(), ThreadCondition()),
    "Condition of a lock of threads": waiting(Counted(Lock()), ThreadCondition()),
    "memory": remembering(None, Memory((1, 2, 3))),
    "memory of its own lock": remembering(Owned(), Memory((1, 2, 3))),
    "memory of its own lock, fine": remembering(Owned(), Memory((1, 2, 3), is_fine=True)),
    "memory of a Lock": remembering(Counted(Lock()), Memory((1, 2, 3))),
    "memory of a Lock, fine": remembering(Counted(Lock()), Memory((1, 2, 3), is_fine=True)),
    "memory in blocks": remembering(None, Memory(tuple(range(200)))),
    "name": under(None, NAME, Operation("look_up", (NAME,)), Operation("unlink", (NAME,))),
    "dict": (managed.Dict({"a": 1, "b": 2}), DICT),
    "list": (managed.List([3, 1, 2]), LIST),
    "array": (managed.Array(array.array("i", [3, 1, 2])), ARRAY),
    "attributes": (managed.Namespace({"a": 1}), ATTRIBUTES),
    "value": (managed.Value("i", 0), (call("get"), call("set", 1), call("set", 2), call("__repr__"))),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_steps_that_do_not_conflict_commute_and_neither_enable_nor_disable_each_other(name: str) -> None:
    model, operations = MODELS[name]

    assert breaches(model, operations, walks=100, length=25)[:1] == []


class Careless:
    """A counter whose steps are said only to look at it."""

    def initial(self) -> int:
        return 0

    def step(self, state: int, process: int, operation: Operation) -> Step:
        return Done(state + process, state, (("count", READ),))

    def final(self, state: int) -> object:
        return state


class Hasty(Lock):
    """A lock whose steps touch nothing."""

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        made = super().step(state, process, operation)
        return made if not isinstance(made, Done) else made._replace(touches=())


@pytest.mark.parametrize(
    ("model", "hows"),
    [
        (Careless(), {"changes what comes of it without a conflict"}),
        (Hasty(), {"disables without a conflict", "enables without a conflict"}),
    ],
)
def test_what_breaks_the_law_is_found(model: Model, hows: set[str]) -> None:
    found = breaches(model, [ACQUIRE, RELEASE], walks=20)

    assert hows <= {breach.how for breach in found}


@pytest.mark.parametrize("name", MODELS)
def test_a_step_that_only_looks_gives_back_the_very_state(name: str) -> None:
    model, operations = MODELS[name]
    state = model.initial()

    for operation in operations:
        made = model.step(state, 1, operation)
        if isinstance(made, (Done, Raised)) and is_quiet(made.touches):
            assert made.state is state


@pytest.mark.parametrize(
    ("method", "given", "touched"),
    [
        ("append", (3,), {"shape", "values", ("item", 2)}),
        ("insert", (0, 3), {"shape", "values", *(("item", n) for n in range(3))}),
    ],
)
def test_who_makes_a_list_longer_touches_what_comes_into_being_and_no_item_that_stays(
    method: str, given: tuple[int, ...], touched: set[object]
) -> None:
    step = managed.List([1, 2]).step([1, 2], 1, Operation(method, (given, {})))

    assert isinstance(step, Done)
    assert {component for component, _ in step.touches} == touched


def test_who_adds_a_key_to_a_dictionary_touches_no_other_one() -> None:
    step = managed.Dict({}).step({"a": 1}, 1, Operation("__setitem__", (("b", 2), {})))

    assert isinstance(step, Done)
    assert {component for component, _ in step.touches} == {"shape", "values", ("key", "b")}
