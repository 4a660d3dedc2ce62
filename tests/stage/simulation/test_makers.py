"""What targets call to make primitives of their own."""

from __future__ import annotations

import ctypes
import inspect
from collections.abc import Callable
from multiprocessing.context import BaseContext
from types import SimpleNamespace
from typing import Any

import pytest

from engine.models.model import Operation
from engine.stage.simulation.makers import MAKERS
from engine.stage.simulation.refusal import NotSimulated
from engine.stage.simulation.system import KERNEL
from engine.stage.simulation.world import World
from tests.processes_support import a_plan
from tests.simulation_support import outcomes, results


def made(make: Callable[[], Any]) -> Any:
    """What one process says of what it makes."""
    ((said,),) = results(outcomes(started, lambda _: make()))
    return said


def begun(world: World) -> World:
    world.life = SimpleNamespace(plan=a_plan("", ["one"]))
    return world


def started(world: World) -> None:
    begun(world)
    world.settle(KERNEL, 0, Operation("start", (1, None)))


@pytest.mark.parametrize("name", MAKERS)
def test_it_is_called_as_the_genuine_one_is(name: str) -> None:
    _, *genuine = inspect.signature(getattr(BaseContext, name)).parameters.values()

    assert [(one.name, one.kind, one.default) for one in inspect.signature(MAKERS[name]).parameters.values()] == [
        (one.name, one.kind, one.default) for one in genuine
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MAKERS["Lock"]().acquire(), True),
        (lambda: MAKERS["RLock"]().acquire(), True),
        (lambda: MAKERS["Semaphore"]().get_value(), 1),
        (lambda: MAKERS["BoundedSemaphore"](2).get_value(), 2),
        (lambda: MAKERS["Event"]().is_set(), False),
        (lambda: MAKERS["Condition"](MAKERS["Lock"]()).acquire(), True),
        (lambda: MAKERS["Barrier"](3).parties, 3),
        (lambda: MAKERS["Barrier"](2, timeout=0).wait(), "BrokenBarrierError: "),
        (lambda: MAKERS["Queue"](1).full(), False),
        (lambda: MAKERS["JoinableQueue"](1).join(), None),
        (lambda: MAKERS["SimpleQueue"]().empty(), True),
        (lambda: [end.writable for end in MAKERS["Pipe"]()], (True, True)),
        (lambda: [end.writable for end in MAKERS["Pipe"](False)], (False, True)),
        (lambda: MAKERS["Value"]("i").value, 0),
        (lambda: MAKERS["Value"]("d", 1.5).value, 1.5),
        (lambda: MAKERS["Value"](ctypes.c_short, 70_000).value, 4464),
        (lambda: hasattr(MAKERS["Value"]("i", 1), "get_lock"), True),
        (lambda: hasattr(MAKERS["Value"]("i", 1, lock=False), "get_lock"), False),
        (lambda: MAKERS["RawValue"](ctypes.c_bool, 7).value, True),
        (lambda: list(MAKERS["Array"]("i", 2)), (0, 0)),
        (lambda: list(MAKERS["Array"](ctypes.c_int, (1, 2, 3))), (1, 2, 3)),
        (lambda: hasattr(MAKERS["Array"]("i", 1, lock=False), "get_lock"), False),
        (lambda: list(MAKERS["RawArray"]("i", range(2))), (0, 1)),
    ],
)
def test_it_makes_what_the_genuine_one_makes(make: Callable[[], Any], said: object) -> None:
    assert made(make) == said


def test_each_is_called_by_its_type_its_number_and_who_has_made_it() -> None:
    labels: list[str] = []

    def make(world: Any) -> None:
        for kind in ("Lock", "Event", "Lock"):
            labels.append(world.labels[MAKERS[kind]().cell])

    outcomes(begun, make)

    assert labels == ["Lock 1 of p1", "Event 2 of p1", "Lock 3 of p1"]


class Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int),)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: MAKERS["Barrier"](2, print), "the action of a Barrier"),
        (lambda: MAKERS["Value"](Point, 1), "a value of the type Point"),
        (lambda: MAKERS["RawArray"](Point, 2), "a value of the type Point"),
        (lambda: MAKERS["Manager"](), "a Manager that a target starts"),
    ],
)
def test_what_cannot_be_made_is_named(make: Callable[[], Any], what: str) -> None:
    said: list[str] = []

    def attempt() -> None:
        try:
            make()
        except NotSimulated as refusal:
            said.append(refusal.what)

    made(attempt)

    assert said == [what]
