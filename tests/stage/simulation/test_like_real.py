"""One process alone gets from a simulated primitive what it gets from the real one: results, errors and their texts."""

from __future__ import annotations

import copy
import ctypes
import multiprocessing
import operator
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import managers, shared_memory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.stage.simulation.objects import array, barrier, condition, copies, event, lock, managed, value
from engine.stage.simulation.objects.shareable_list import ShareableList
from engine.stage.simulation.objects.shared_memory import SharedMemory
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes

pytestmark = pytest.mark.slow

Call = tuple[str, tuple[Any, ...]]

CONTEXT = multiprocessing.get_context("fork")
MANY = settings(
    max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def told(thing: Any, calls: list[Call]) -> list[object]:
    """What comes of the calls, one after the other. A name that is no method is an attribute, read or (with an
    argument) set."""
    return [_one(thing, name, arguments) for name, arguments in calls]


def _one(thing: Any, name: str, arguments: tuple[Any, ...]) -> object:
    try:
        if name in _FUNCTIONS:
            result = _FUNCTIONS[name](thing, *arguments)
        elif name.startswith("."):
            if arguments:
                setattr(thing, name[1:], *arguments)
            result = None if arguments else getattr(thing, name[1:])
        else:
            result = getattr(thing, name)(*arguments)
    except Exception as error:
        return type(error).__name__, str(error)
    return type(result).__name__, repr(result)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "[]": operator.getitem,
    "[]=": operator.setitem,
    "del": operator.delitem,
    "len": len,
    "list": list,
    "bytes": bytes,
    "in": operator.contains,
    "+": operator.add,
    "*": operator.mul,
    "str": str,
}


def simulated(build: Callable[[World], Any], calls: list[Call]) -> list[object]:
    """The same of one process in a world of its own."""
    found: list[object] = []

    def target(thing: Any) -> None:
        found.extend(told(thing, calls))

    outcomes(build, target)
    return found


def calls_of(*kinds: st.SearchStrategy[Call]) -> st.SearchStrategy[list[Call]]:
    return st.lists(st.one_of(*kinds), max_size=8)


def call(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.tuples(st.just(name), st.tuples(*arguments))


NOT_NOW = st.sampled_from([(False,), (True, 0), (True, -1), (False, None)])
LOCKING = (st.tuples(st.just("acquire"), NOT_NOW), call("release"))

SEMAPHORES: dict[str, tuple[Callable[[], Any], Callable[[World], Any]]] = {
    "Lock": (CONTEXT.Lock, lambda world: lock.Lock(world, "x", "x")),
    "RLock": (CONTEXT.RLock, lambda world: lock.RLock(world, "x", "x")),
    "Semaphore": (lambda: CONTEXT.Semaphore(2), lambda world: lock.Semaphore(world, "x", "x", 2)),
    "BoundedSemaphore": (lambda: CONTEXT.BoundedSemaphore(2), lambda world: lock.BoundedSemaphore(world, "x", "x", 2)),
}


@pytest.mark.parametrize("name", SEMAPHORES)
@MANY
@given(calls=calls_of(*LOCKING))
def test_locks_and_semaphores(name: str, calls: list[Call]) -> None:
    real, build = SEMAPHORES[name]

    assert simulated(build, calls) == told(real(), calls)


@MANY
@given(calls=calls_of(*LOCKING, call("get_value")))
def test_a_semaphore_tells_its_value(calls: list[Call]) -> None:
    assert simulated(SEMAPHORES["Semaphore"][1], calls) == told(CONTEXT.Semaphore(2), calls)


THREADS: dict[str, tuple[Callable[[], Any], Callable[[World], Any]]] = {
    "Lock": (threading.Lock, lambda world: copies.Lock(world, "x", "x")),
    "RLock": (threading.RLock, lambda world: copies.RLock(world, "x", "x")),
    "Semaphore": (lambda: threading.Semaphore(2), lambda world: copies.Semaphore(world, "x", "x", 2)),
    "BoundedSemaphore": (
        lambda: threading.BoundedSemaphore(2),
        lambda world: copies.BoundedSemaphore(world, "x", "x", 2),
    ),
}


@pytest.mark.parametrize("name", THREADS)
@MANY
@given(
    calls=calls_of(
        st.tuples(st.just("acquire"), st.sampled_from([(False,), (False, 1), (True, 0)])),
        st.tuples(st.just("release"), st.just(())),
    )
)
def test_locks_of_threads(name: str, calls: list[Call]) -> None:
    real, build = THREADS[name]

    assert simulated(build, calls) == told(real(), calls)


CONDITION_CALLS = calls_of(
    *LOCKING, call("wait", st.just(0)), call("notify", st.integers(0, 2)), call("notify"), call("notify_all")
)


@MANY
@given(calls=CONDITION_CALLS)
def test_a_condition(calls: list[Call]) -> None:
    assert simulated(lambda world: condition.Condition(world, "x", "x"), calls) == told(CONTEXT.Condition(), calls)


@MANY
@given(calls=CONDITION_CALLS)
def test_a_condition_under_a_lock(calls: list[Call]) -> None:
    def build(world: World) -> Any:
        return condition.Condition(world, "x", "x", lock.Lock(world, "l", "l"))

    assert simulated(build, calls) == told(CONTEXT.Condition(CONTEXT.Lock()), calls)


@MANY
@given(
    calls=calls_of(
        st.tuples(st.just("acquire"), st.just((False,))),
        call("release"),
        call("wait", st.just(0)),
        call("notify"),
        call("notify_all"),
    )
)
def test_a_condition_of_threads(calls: list[Call]) -> None:
    assert simulated(lambda world: copies.Condition(world, "x", "x"), calls) == told(threading.Condition(), calls)


@MANY
@given(calls=calls_of(call("is_set"), call("set"), call("clear"), call("wait", st.just(0))))
def test_an_event(calls: list[Call]) -> None:
    assert simulated(lambda world: event.Event(world, "x", "x"), calls) == told(CONTEXT.Event(), calls)


@pytest.mark.parametrize("parties", [1, 2])
@MANY
@given(
    calls=calls_of(
        call("wait", st.just(0)), call("reset"), call("abort"), call(".broken"), call(".n_waiting"), call(".parties")
    )
)
def test_a_barrier(parties: int, calls: list[Call]) -> None:
    build = lambda world: barrier.Barrier(world, "x", "x", parties)  # noqa: E731

    assert simulated(build, calls) == told(CONTEXT.Barrier(parties), calls)


CODES = ("b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "c", ctypes.c_bool, ctypes.c_size_t, ctypes.c_char)
WIDE = ("u", ctypes.c_wchar)
ANYTHING = st.one_of(
    st.integers(-300, 300),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.binary(max_size=2),
    st.text(st.characters(codec="ascii"), max_size=2),
    st.none(),
    st.booleans(),
)
ACCESS = (call(".value", ANYTHING), call(".value"))


@pytest.mark.parametrize("is_raw", [False, True])
@MANY
@given(code=st.sampled_from(CODES), calls=calls_of(*ACCESS))
def test_a_value(is_raw: bool, code: Any, calls: list[Call]) -> None:
    real = CONTEXT.RawValue(code, 1) if is_raw else CONTEXT.Value(code, 1)
    build = value.RawValue if is_raw else value.Value

    assert simulated(lambda world: build(world, "x", "x", code, 1), calls) == told(real, calls)


INDEX = st.one_of(st.integers(-5, 5), st.sampled_from(["x", None, 1.0]))
SLICE = st.builds(slice, *(st.one_of(st.none(), st.integers(-5, 5)) for _ in range(2)))
STEP = st.builds(slice, st.none(), st.none(), st.sampled_from([-2, -1, 1, 2]))
ITEMS = (
    call("[]", st.one_of(INDEX, SLICE, STEP)),
    call("[]=", INDEX, ANYTHING),
    call("[]=", st.one_of(SLICE, STEP), st.one_of(st.lists(st.integers(0, 255), max_size=4), st.binary(max_size=4))),
    call("len"),
    call("list"),
)


@pytest.mark.parametrize("is_raw", [False, True])
@MANY
@given(code=st.sampled_from(CODES), calls=calls_of(*ITEMS))
def test_an_array(is_raw: bool, code: Any, calls: list[Call]) -> None:
    real = CONTEXT.RawArray(code, 4) if is_raw else CONTEXT.Array(code, 4)
    build = array.RawArray if is_raw else array.Array

    assert simulated(lambda world: build(world, "x", "x", code, 4), calls) == told(real, calls)


TEXTS = st.one_of(st.binary(max_size=5), st.text(st.characters(codec="ascii"), max_size=5), st.integers(0, 9))


@pytest.mark.parametrize(("code", "is_raw"), [("c", False), ("c", True), ("u", True)])
@MANY
@given(calls=calls_of(*ITEMS, *ACCESS, call(".value", TEXTS), call(".raw", TEXTS), call(".raw")))
def test_an_array_of_characters(code: str, is_raw: bool, calls: list[Call]) -> None:
    real: Any = CONTEXT.RawArray(code, 4) if is_raw else CONTEXT.Array(code, 4)
    build = array.RawArray if is_raw else array.Array
    if code == "u":  # It has no ``raw``: what is set there is an attribute like any other.
        calls = [one for one in calls if one != (".raw", one[1])]

    assert simulated(lambda world: build(world, "x", "x", code, 4), calls) == told(real, calls)


@pytest.fixture
def block() -> Iterator[shared_memory.SharedMemory]:
    made = shared_memory.SharedMemory(create=True, size=4)
    yield made
    made.close()
    made.unlink()


BYTES = (
    call("[]=", INDEX, ANYTHING),
    call("[]=", st.one_of(SLICE, STEP), st.binary(max_size=4)),
    call("list"),
    call("bytes"),
    call("len"),
    call("tolist"),
    call("hex"),
    call(".nbytes"),
    call(".format"),
    call(".readonly"),
    call("in", st.integers(0, 3)),
    call("[]", INDEX),
)


@MANY
@given(calls=calls_of(*BYTES))
def test_a_block_of_memory(block: shared_memory.SharedMemory, calls: list[Call]) -> None:
    block.buf[:] = bytes(4)  # type: ignore[index]
    found: list[object] = []

    outcomes(lambda world: SharedMemory(world, "x", "x", 4), lambda made: found.extend(told(made.buf, calls)))

    assert found == told(block.buf, calls)


@pytest.mark.parametrize(
    "asks",
    [
        lambda buffer: buffer[()],
        lambda buffer: buffer[0, 1],
        lambda buffer: buffer[(1,)],
        lambda buffer: buffer["a"],
        lambda buffer: buffer.count,
        lambda buffer: buffer < buffer,
        hash,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        lambda buffer: isinstance(buffer, memoryview),
        lambda buffer: type(buffer).__name__,
    ],
)
def test_what_is_asked_of_a_buffer(block: shared_memory.SharedMemory, asks: Any) -> None:
    def answer(buffer: Any) -> object:
        try:
            return asks(buffer)
        except Exception as error:
            return type(error).__name__, str(error)

    block.buf[:] = bytes(4)  # type: ignore[index]
    found: list[object] = []

    outcomes(lambda world: SharedMemory(world, "x", "x", 4), lambda made: found.append(answer(made.buf)))

    assert found == [answer(block.buf)]


def test_a_buffer_is_itself_for_as_long_as_it_is_kept() -> None:
    found: list[bool] = []

    outcomes(lambda world: SharedMemory(world, "x", "x", 4), lambda made: found.append(made.buf is made.buf))

    assert found == [True]


LISTED = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.none(), st.text(max_size=9), st.binary(max_size=9)
)


@settings(MANY, max_examples=50)
@given(
    initial=st.lists(LISTED, min_size=1, max_size=4),
    calls=calls_of(
        call("[]", st.integers(-1, 5)),
        call("[]=", st.integers(0, 5), LISTED),
        call("[]=", st.just(0), st.just([])),
        call("len"),
        call("list"),
        call("count", LISTED),
        call("index", LISTED),
        call(".format"),
    ),
)
def test_a_shareable_list(initial: list[Any], calls: list[Call]) -> None:
    real = shared_memory.ShareableList(initial)
    try:
        assert simulated(lambda world: ShareableList(world, "x", "x", initial), calls) == told(real, calls)
    finally:
        real.shm.close()
        with suppress(FileNotFoundError):
            real.shm.unlink()


def test_what_is_too_large_for_a_list_in_memory_clears_its_place() -> None:
    real: Any = shared_memory.ShareableList(["text", 1])
    calls: list[Call] = [("[]=", (place, value)) for place, value in ((1, 2**70), (0, "more"), (0, 2**70))]
    calls += [("list", ()), (".format", ())]
    try:
        assert simulated(lambda world: ShareableList(world, "x", "x", ["text", 1]), calls) == told(real, calls)
    finally:
        real.shm.close()
        real.shm.unlink()


@pytest.fixture(scope="module")
def manager() -> Iterator[managers.SyncManager]:
    with CONTEXT.Manager() as made:
        yield made


KEY = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=2))


@settings(MANY, max_examples=50)
@given(
    calls=calls_of(
        *(call(name, KEY) for name in ("[]", "del", "in", "get", "pop", "setdefault")),
        call("[]=", KEY, VALUES),
        call("get", KEY, VALUES),
        call("pop", KEY, VALUES),
        call("setdefault", KEY, VALUES),
        call("update", st.dictionaries(KEY, VALUES, max_size=2)),
        call("update", VALUES),
        call("[]", st.just([])),
        *(call(name) for name in ("clear", "copy", "items", "keys", "values", "popitem", "len", "str", "_getvalue")),
    )
)
def test_a_dictionary_of_a_manager(manager: managers.SyncManager, calls: list[Call]) -> None:
    real = manager.dict({"a": 1})

    assert simulated(lambda world: managed.DictProxy(world, "x", "x", {"a": 1}), calls) == told(real, calls)


@settings(MANY, max_examples=50)
@given(
    calls=calls_of(
        call("[]", st.one_of(st.integers(-4, 4), SLICE)),
        call("[]=", st.integers(-4, 4), VALUES),
        call("[]=", SLICE, st.lists(VALUES, max_size=2)),
        call("del", st.integers(-4, 4)),
        *(call(name, VALUES) for name in ("append", "count", "index", "remove", "extend", "in")),
        call("insert", st.integers(-4, 4), VALUES),
        call("+", st.lists(VALUES, max_size=2)),
        call("*", st.integers(0, 2)),
        call("pop", st.integers(-4, 4)),
        *(call(name) for name in ("pop", "reverse", "sort", "len", "list", "str", "_getvalue")),
    )
)
def test_a_list_of_a_manager(manager: managers.SyncManager, calls: list[Call]) -> None:
    real = manager.list([2, 0, 1])

    assert simulated(lambda world: managed.ListProxy(world, "x", "x", [2, 0, 1]), calls) == told(real, calls)


@settings(MANY, max_examples=50)
@given(calls=calls_of(call(".a"), call(".b"), call(".a", VALUES), call(".b", VALUES), call("str")))
def test_a_namespace_of_a_manager(manager: managers.SyncManager, calls: list[Call]) -> None:
    real = manager.Namespace(a=1)  # type: ignore[call-arg]

    assert simulated(lambda world: managed.NamespaceProxy(world, "x", "x", {"a": 1}), calls) == told(real, calls)


@settings(MANY, max_examples=50)
@given(calls=calls_of(call("get"), call("set", VALUES), call(".value"), call(".value", VALUES), call("str")))
def test_a_value_of_a_manager(manager: managers.SyncManager, calls: list[Call]) -> None:
    real = manager.Value("i", 1)

    assert simulated(lambda world: managed.ValueProxy(world, "x", "x", "i", 1), calls) == told(real, calls)


@settings(MANY, max_examples=50)
@given(
    calls=calls_of(
        call("[]", st.one_of(st.integers(-4, 4), SLICE)), call("[]=", st.integers(-4, 4), VALUES), call("len")
    )
)
def test_an_array_of_a_manager(manager: managers.SyncManager, calls: list[Call]) -> None:
    real = manager.Array("i", [2, 0, 1])

    assert simulated(lambda world: managed.ArrayProxy(world, "x", "x", "i", [2, 0, 1]), calls) == told(real, calls)


MANAGED_LOCKS: dict[str, tuple[str, tuple[int, ...], Callable[[World], Any]]] = {
    "Lock": ("Lock", (), lambda world: managed.LockProxy(world, "x", "x")),
    "RLock": ("RLock", (), lambda world: managed.RLockProxy(world, "x", "x")),
    "Semaphore": ("Semaphore", (2,), lambda world: managed.SemaphoreProxy(world, "x", "x", 2)),
    "BoundedSemaphore": (
        "BoundedSemaphore",
        (2,),
        lambda world: managed.BoundedSemaphoreProxy(world, "x", "x", 2),
    ),
    "Condition": ("Condition", (), lambda world: managed.ConditionProxy(world, "x", "x")),
}


@pytest.mark.parametrize("name", MANAGED_LOCKS)
@settings(MANY, max_examples=50)
@given(
    calls=calls_of(
        st.tuples(st.just("acquire"), st.sampled_from([(False,), (False, 1), (True, 0)])),
        st.tuples(st.just("release"), st.just(())),
    )
)
def test_locks_of_a_manager(manager: managers.SyncManager, name: str, calls: list[Call]) -> None:
    kind, permits, build = MANAGED_LOCKS[name]

    assert simulated(build, calls) == told(getattr(manager, kind)(*permits), calls)
