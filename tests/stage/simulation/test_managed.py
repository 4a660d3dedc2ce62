"""What a manager keeps, under every schedule: each call is one request."""

from __future__ import annotations

import pickle
from multiprocessing import managers
from typing import Any

import pytest

from engine.stage.simulation.here import here
from engine.stage.simulation.objects import managed
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes, results


def test_adding_to_what_is_under_a_key_is_two_requests() -> None:
    def add(counts: Any) -> None:
        counts["n"] += 1

    found = outcomes(lambda world: managed.DictProxy(world, "d", "d", {"n": 0}), add, add)

    assert {outcome[-1] for outcome in found} == {(("d", (("n", 1),)),), (("d", (("n", 2),)),)}


def test_what_is_got_is_a_copy_and_what_is_in_a_proxy_is_not() -> None:
    def build(world: World) -> Any:
        inner = managed.ListProxy(world, "l", "l")
        return managed.DictProxy(world, "d", "d", {"plain": [], "kept": inner})

    def append(outer: Any) -> object:
        outer["plain"].append(1)
        outer["kept"].append(1)
        here.strand, running = None, here.strand
        final = outer.final()
        here.strand = running
        return type(outer["kept"]).__name__, list(final.items())

    assert results(outcomes(build, append)) == {(("ListProxy", (("plain", ()), ("kept", (1,)))),)}


def test_an_error_of_the_server_comes_as_it_is_and_what_cannot_be_sent_is_refused() -> None:
    def misuse(listed: Any) -> object:
        errors = []
        for name, argument in (("remove", 7), ("__getitem__", 3), ("append", lambda: 0)):
            try:
                getattr(listed, name)(argument)
            except Exception as error:
                errors.append(type(error).__name__)
        return errors

    (found,) = results(outcomes(lambda world: managed.ListProxy(world, "l", "l"), misuse))

    assert found[0][:2] == ("ValueError", "IndexError")
    assert found[0][2] in {"AttributeError", "PicklingError"}


def test_a_child_cannot_iterate_over_the_proxy_of_a_dictionary_but_over_its_keys() -> None:
    found = outcomes(lambda world: managed.DictProxy(world, "d", "d", {"a": 1}), list, lambda kept: list(kept.keys()))

    assert results(found) == {("AttributeError: 'NoneType' object has no attribute '_registry'", ("a",))}


def test_a_namespace_has_only_the_attributes_that_were_given_to_it() -> None:
    def look(namespace: Any) -> object:
        namespace.cell = 1
        namespace.travels = namespace.cell + 1
        return namespace.cell, namespace.travels, namespace.final

    found = outcomes(lambda world: managed.NamespaceProxy(world, "n", "n", {"final": 0}), look)

    assert set(found) == {((1, 2, 0), (("n", (("final", 0), ("cell", 1), ("travels", 2))),))}


def test_proxies_travel_and_are_what_they_seem() -> None:
    kinds: list[tuple[Any, Any, tuple[Any, ...]]] = [
        (managed.LockProxy, managers.AcquirerProxy, ()),  # type: ignore[attr-defined]
        (managed.ConditionProxy, managers.ConditionProxy, ()),  # type: ignore[attr-defined]
        (managed.EventProxy, managers.EventProxy, ()),  # type: ignore[attr-defined]
        (managed.BarrierProxy, managers.BarrierProxy, (2,)),  # type: ignore[attr-defined]
        (managed.DictProxy, managers.DictProxy, ()),
        (managed.ListProxy, managers.ListProxy, ()),
        (managed.NamespaceProxy, managers.NamespaceProxy, ()),  # type: ignore[attr-defined]
    ]

    def build(world: World) -> Any:
        return [kind(world, kind, "x", *arguments) for kind, _, arguments in kinds]

    def send(proxies: Any) -> object:
        arrived = [pickle.loads(pickle.dumps(proxy)) for proxy in proxies]
        return [
            type(one) is type(other) and object.__getattribute__(one, "cell") == object.__getattribute__(other, "cell")
            for one, other in zip(arrived, proxies, strict=True)
        ]

    (found,) = results(outcomes(build, send))

    assert found == ((True,) * len(kinds),)
    assert all(issubclass(kind, genuine) for kind, genuine, _ in kinds)


def test_a_proxy_that_comes_back_is_another_object() -> None:
    def build(world: World) -> Any:
        return managed.DictProxy(world, "d", "d"), managed.ListProxy(world, "l", "l")

    def keep(shared: Any) -> object:
        things, one = shared
        things["one"] = one
        things["one"].append(1)
        return things["one"] is one, things["one"] == one, len(one)

    assert results(outcomes(build, keep)) == {((False, False, 1),)}


def test_the_server_notifies_who_has_waited_longest() -> None:
    def build(world: World) -> Any:
        return managed.ConditionProxy(world, "c", "c"), managed.ListProxy(world, "l", "l")

    def wait(name: str) -> Any:
        def target(shared: Any) -> object:
            condition, queue = shared
            with condition:
                queue.append(name)
                return condition.wait()

        return target

    def notify(shared: Any) -> object:
        condition, queue = shared
        with condition:
            condition.notify()
            return list(queue[:])

    found = results(outcomes(build, wait("a"), wait("b"), notify))

    assert found == {
        (..., ..., ()),
        (True, ..., ("a",)),
        (..., True, ("b",)),
        (True, ..., ("a", "b")),
        (..., True, ("b", "a")),
    }


def test_who_waits_for_an_event_of_a_manager_is_told_that_it_was_set_even_if_it_was_cleared() -> None:
    def pulse(event: Any) -> None:
        event.set()
        event.clear()

    found = outcomes(lambda world: managed.EventProxy(world, "e", "e"), lambda event: event.wait(), pulse)

    assert results(found) == {(True, None), (..., None)}


def test_locks_of_a_manager_complain_in_the_words_of_threads() -> None:
    def build(world: World) -> Any:
        return (
            managed.LockProxy(world, 1, "l"),
            managed.RLockProxy(world, 2, "r"),
            managed.BoundedSemaphoreProxy(world, 3, "b", 1),
            managed.ConditionProxy(world, 4, "c", managed.LockProxy(world, 5, "k")),
        )

    def misuse(shared: Any) -> object:
        errors = []
        for call in (shared[0].release, shared[1].release, shared[2].release, shared[3].notify, shared[3].wait):
            try:
                call()
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
        return errors

    assert results(outcomes(build, misuse)) == {
        (
            (
                "RuntimeError: release unlocked lock",
                "RuntimeError: cannot release un-acquired lock",
                "ValueError: Semaphore released too many times",
                "RuntimeError: cannot notify on un-acquired lock",
                "RuntimeError: cannot wait on un-acquired lock",
            ),
        )
    }


@pytest.mark.parametrize("kind", [managed.BarrierProxy])
def test_a_barrier_of_a_manager_is_one_of_threads(kind: Any) -> None:
    found = outcomes(
        lambda world: kind(world, "b", "b", 2), lambda one: (one.wait(1), one.parties), lambda one: one.wait()
    )

    assert results(found) == {
        ((0, 2), 1),
        ((1, 2), 0),
        ("BrokenBarrierError: ", "BrokenBarrierError: "),
    }
