"""``multiprocessing.Process`` in simulation, on top of a fake of what starts processes."""

from __future__ import annotations

import copy
import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from engine.models.model import Operation
from engine.stage.simulation.here import perform
from engine.stage.simulation.objects.processes import (
    ForkProcess,
    ForkServerProcess,
    Process,
    SpawnProcess,
    active_children,
    end_children,
)
from engine.stage.simulation.objects.wait import wait
from engine.stage.simulation.process import Process as Current
from engine.stage.simulation.system import KERNEL
from engine.stage.simulation.world import World
from tests.simulation_support import outcomes


class Life:
    """Starts processes as they are told to, and knows what each was told."""

    def __init__(self, world: World) -> None:
        self.world, self.told = world, []  # type: tuple[World, list[Any]]
        self.has_children_of_its_own = False

    def start_process(self, child_key: Any, name: str, started: Any, daemon: bool, starter: Current) -> int:
        number = 100 + len(self.told)
        self.told.append((child_key, name, daemon))
        world = self.world
        perform(KERNEL, Operation("start", (number, None)))
        child = Current(number, child_key, name)
        child.identity, child.config = (*(starter.identity or ()), child_key[-1]), {"daemon": daemon}
        own = copy.copy(started)

        def run() -> None:
            own.run()
            end_children()
            perform(KERNEL, Operation("exit", (0,)))

        world.add_strand(child, run)
        return number


def build(world: World) -> Life:
    life = Life(world)
    world.life = life
    world.settle(KERNEL, 0, Operation("start", (1, None)))
    return life


def results(*targets: Callable[[Any], object]) -> set[Any]:
    return {found[:-1] for found in outcomes(build, *targets)}


def nothing() -> None:
    pass


def wait_for_ever() -> None:
    perform(KERNEL, Operation("await", (1,)))


def test_a_process_runs_its_target_and_ends_with_0() -> None:
    said = []

    def target(_: Any) -> Any:
        child = Process(target=lambda *args, **kwargs: said.append((args, kwargs)), args=(1,), kwargs={"b": 2})
        before = child.exitcode, child.is_alive(), child.pid
        child.start()
        child.join()
        return before, child.exitcode, child.is_alive(), child.pid == child.ident == 10_100, child.name

    assert results(target) == {(((None, False, None), 0, False, True, "Process-1"),)}
    assert set(map(str, said)) == {"((1,), {'b': 2})"}


def test_a_subclass_overrides_run() -> None:
    said = []

    class Greeter(Process):
        def __init__(self, whom: str) -> None:
            super().__init__(name="greeter")
            self.whom = whom

        def run(self) -> None:
            said.append(f"hello {self.whom}")

    def target(life: Any) -> Any:
        child = Greeter("world")
        child.start()
        child.join()
        return [name for _, name, _ in life.told]

    assert results(target) == {(("greeter",),)}
    assert set(said) == {"hello world"}


def test_a_class_that_forgets_its_base_fails_as_in_reality() -> None:
    class Forgetful(Process):
        def __init__(self) -> None:
            pass

    assert results(lambda _: Forgetful().start()) == {
        ("AttributeError: 'Forgetful' object has no attribute '_closed'",)
    }


@pytest.mark.parametrize(
    ("kind", "genuine", "name"),
    [
        (Process, multiprocessing.Process, "Process-1"),
        (ForkProcess, multiprocessing.get_context("fork").Process, "ForkProcess-1"),
        (SpawnProcess, multiprocessing.get_context("spawn").Process, "SpawnProcess-1"),
        (ForkServerProcess, multiprocessing.get_context("forkserver").Process, "ForkServerProcess-1"),
    ],
)
def test_it_is_a_genuine_process_by_class_and_name(kind: Any, genuine: Any, name: str) -> None:
    def target(_: Any) -> Any:
        child = kind()
        return isinstance(child, genuine), isinstance(child, BaseProcess), child.name

    assert results(target) == {((True, True, name),)}


def started() -> Process:
    child = Process(target=wait_for_ever)
    child.start()
    return child


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda: Process(target=nothing).join(), "AssertionError: can only join a started process"),
        (lambda: started().start(), "AssertionError: cannot start a process twice"),
        (
            lambda: started().close(),
            "ValueError: Cannot close a process while it is still running. "
            "You should first call join() or terminate().",
        ),
        (lambda: Process().terminate(), "AttributeError: 'NoneType' object has no attribute 'terminate'"),
        (lambda: Process().kill(), "AttributeError: 'NoneType' object has no attribute 'kill'"),
        (lambda: Process().sentinel, "ValueError: process not started"),
        (lambda: Process("group"), "AssertionError: group argument must be None for now"),  # type: ignore[arg-type]
        (lambda: setattr(started(), "daemon", True), "AssertionError: process has already started"),
        (lambda: setattr(Process(), "name", 1), "AssertionError: name must be a string"),
    ],
)
def test_misuse_is_an_error_as_in_reality(act: Any, error: str) -> None:
    assert results(lambda _: act()) == {(error,)}


def test_a_closed_one_can_be_asked_nothing() -> None:
    def target(_: Any) -> Any:
        child = Process(target=nothing)
        child.start()
        child.join()
        child.close()
        return child.exitcode

    assert results(target) == {("ValueError: process object is closed",)}


def test_only_its_parent_can_join_it() -> None:
    said: list[str] = []

    def join(child: Process) -> None:
        try:
            child.join()
        except AssertionError as error:
            said.append(str(error))

    def target(_: Any) -> None:
        first = Process(target=nothing)
        first.start()
        second = Process(target=join, args=(first,))
        second.start()
        second.join()

    assert results(target) == {(None,)}
    assert set(said) == {"can only join a child process"}


def test_a_daemon_has_no_children() -> None:
    said: list[str] = []

    def have_a_child() -> None:
        try:
            Process(target=nothing).start()
        except AssertionError as error:
            said.append(str(error))

    def target(_: Any) -> None:
        child = Process(target=have_a_child, daemon=True)
        child.start()
        child.join()

    assert results(target) == {(None,)}
    assert set(said) == {"daemonic processes are not allowed to have children"}


def test_who_is_killed_has_the_signal_as_its_exit_code() -> None:
    def target(end: str) -> Any:
        def act(_: Any) -> Any:
            child = started()
            getattr(child, end)()
            child.join()
            return child.exitcode

        return act

    assert results(target("terminate")) == {(-15,)}
    assert results(target("kill")) == {(-9,)}


def test_join_with_a_timeout_may_come_back_too_early() -> None:
    def target(_: Any) -> Any:
        child = Process(target=nothing)
        child.start()
        child.join(1)
        return child.exitcode

    assert results(target) == {(0,), (None,)}


def test_a_sentinel_can_be_waited_for() -> None:
    def target(_: Any) -> Any:
        child = Process(target=nothing)
        child.start()
        return wait([child.sentinel]) == [child.sentinel], child.exitcode

    assert results(target) == {((True, 0),)}


def test_active_children_are_those_that_have_not_ended() -> None:
    def target(_: Any) -> Any:
        one, other = Process(target=nothing, name="one"), started()
        one.start()
        one.join()
        return active_children() == [other]

    assert results(target) == {(True,)}


def test_at_its_end_a_process_stops_its_daemons_and_waits_for_the_others() -> None:
    def target(_: Any) -> Any:
        daemon = Process(target=wait_for_ever, daemon=True)
        daemon.start()
        child = Process(target=nothing)
        child.start()
        end_children()
        return [one.exitcode for one in (daemon, child)]

    assert results(target) == {((-15, 0),)}


def test_it_waits_for_ever_for_one_that_does_not_end() -> None:
    def target(_: Any) -> Any:
        started()
        end_children()

    assert results(target) == {(...,)}


def test_its_key_may_not_be_sent() -> None:
    def target(_: Any) -> Any:
        child = Process()
        child.authkey = b"secret"
        return child.authkey.__reduce__()

    assert results(target) == {
        ("TypeError: Pickling an AuthenticationString object is disallowed for security reasons",)
    }
