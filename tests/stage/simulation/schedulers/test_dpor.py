"""``dpor`` against plain enumeration: the same outcomes, and one run for each class of equivalent schedules.

Classes are counted independently of it: two runs are equivalent if all conflicting steps come in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from random import Random
from typing import Any, NamedTuple

import pytest

from engine.models.model import conflict
from engine.stage.simulation.objects.array import RawArray
from engine.stage.simulation.objects.lock import Lock, Semaphore
from engine.stage.simulation.objects.value import RawValue, Value
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.schedulers.dpor import PartialOrder
from engine.stage.simulation.strand import Strand
from engine.stage.simulation.world import Taken, World
from tests.simulation_support import Target, outcomes


class Watched:
    """Hands on to ``scheduler``, and keeps the form of each run that came to its end."""

    def __init__(self, scheduler: DepthFirst | PartialOrder, most: int | None = None) -> None:
        self._scheduler = scheduler
        self._most = most
        self.forms: list[Any] = []

    def begin(self) -> bool:
        return len(self.forms) != self._most and self._scheduler.begin()

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        return self._scheduler.choose(world, ready)

    def end(self, world: World, is_whole: bool) -> None:
        self._scheduler.end(world, is_whole)
        if is_whole:
            self.forms.append(form(world.trace))


def form(trace: list[Taken]) -> Any:
    """What equivalent runs have in common: the steps of each strand, and in which order those came that conflict."""
    counts: dict[int, int] = {}
    steps = []
    for taken in trace:
        number = taken.strand.number
        counts[number] = counts.get(number, 0) + 1
        steps.append(((number, counts[number]), taken))
    return frozenset(name for name, _ in steps), frozenset(
        (before, after)
        for (before, one), (after, other) in combinations(steps, 2)
        if one.cell == other.cell and conflict(one.step.touches, other.step.touches)
    )


class Compared(NamedTuple):
    """What both found of one program. ``interleavings`` is what it took to enumerate it."""

    interleavings: int
    classes: int
    redundant: int


def compare(build: Callable[[World], Any], *targets: Target, most: int = 1000) -> Compared | None:
    """Fails unless both find the same. None if there are ``most`` interleavings or more: that takes too long."""
    partial = PartialOrder()
    all_runs, chosen_runs = Watched(DepthFirst(), most), Watched(partial)
    expected = outcomes(build, *targets, scheduler=all_runs)
    if len(all_runs.forms) == most:
        return None
    found = outcomes(build, *targets, scheduler=chosen_runs)
    assert set(found) == set(expected)
    assert len(chosen_runs.forms) == len(set(chosen_runs.forms))
    assert set(chosen_runs.forms) == set(all_runs.forms)
    assert partial.classes == len(chosen_runs.forms)
    return Compared(len(all_runs.forms), partial.classes, partial.redundant)


# Known numbers


def one_variable(world: World) -> Any:
    return RawValue(world, "x", "x", "i")


def read_write(times: int) -> Target:
    def run(x: Any) -> None:
        for _ in range(times):
            x.value += 1

    return run


def test_two_that_read_and_write_twice_have_70_interleavings_in_34_classes() -> None:
    assert compare(one_variable, read_write(2), read_write(2)) == Compared(70, classes=34, redundant=0)


def test_three_that_read_and_write_once_have_90_interleavings_in_36_classes() -> None:
    assert compare(one_variable, *[read_write(1)] * 3) == Compared(90, classes=36, redundant=0)


def test_what_conflicts_with_nothing_is_run_once() -> None:
    def build(world: World) -> list[Any]:
        return [RawValue(world, name, name, "i") for name in "abc"]

    def only(place: int) -> Target:
        return lambda variables: read_write(1)(variables[place])

    assert compare(build, only(0), only(1), only(2)) == Compared(90, classes=1, redundant=0)


def two_places(world: World) -> Any:
    return RawArray(world, "x", "x", "i", size=2)


def test_what_comes_before_a_look_at_two_places_may_come_before_or_after_what_the_look_comes_before() -> None:
    def look(x: Any) -> Any:
        return x[:]

    def count(x: Any) -> None:
        x[0] += 1

    def write(x: Any) -> None:
        x[1] = 1

    assert compare(two_places, look, count, write) == Compared(12, classes=4, redundant=0)


# Peterson's lock


def peterson(world: World) -> Any:
    return [RawValue(world, name, name, "i") for name in ("wants 0", "wants 1", "turn", "inside")]


def enter(me: int) -> Target:
    def run(shared: Any) -> int:
        wants, turn, inside = shared[:2], shared[2], shared[3]
        wants[me].value = 1
        turn.value = 1 - me
        while wants[1 - me].value and turn.value == 1 - me:
            pass
        inside.value += 1
        together = inside.value
        inside.value -= 1
        wants[me].value = 0
        return int(together)

    return run


def test_what_takes_no_step_is_run_once() -> None:
    def idle(_: Any) -> None: ...

    scheduler = PartialOrder()

    found = outcomes(lambda world: Lock(world, "l", "l"), idle, scheduler=scheduler)

    assert (sum(found.values()), scheduler.classes) == (1, 1)


def test_peterson_is_proved_in_finitely_many_runs() -> None:
    partial = PartialOrder()

    found = outcomes(peterson, enter(0), enter(1), scheduler=partial)

    assert {result[:2] for result in found} == {(1, 1)}
    assert partial.classes == 24


def test_a_lock_that_peterson_would_not_have_is_refuted() -> None:
    def enter_late(me: int) -> Target:
        def run(shared: Any) -> int:
            wants, turn, inside = shared[:2], shared[2], shared[3]
            turn.value = 1 - me
            wants[me].value = 1
            while wants[1 - me].value and turn.value == 1 - me:
                pass
            inside.value += 1
            together = inside.value
            inside.value -= 1
            wants[me].value = 0
            return int(together)

        return run

    found = outcomes(peterson, enter_late(0), enter_late(1), scheduler=PartialOrder())

    assert any(2 in result[:2] for result in found)


# Generated programs


def shared(world: World) -> dict[str, Any]:
    return {
        "x": RawValue(world, "x", "x", "i"),
        "y": Value(world, "y", "y", "i"),
        "z": RawArray(world, "z", "z", "i", size=3),
        "a": Lock(world, "a", "a"),
        "b": Lock(world, "b", "b"),
        "s": Semaphore(world, "s", "s", 2),
    }


Act = Callable[[Any, list[Any]], None]


def _read(name: str) -> Act:
    return lambda things, seen: seen.append(things[name].value)


def _write(name: str, value: int) -> Act:
    def act(things: Any, seen: list[Any]) -> None:
        things[name].value = value

    return act


def _copy(source: str, goal: str) -> Act:
    def act(things: Any, seen: list[Any]) -> None:
        things[goal].value = things[source].value + 1

    return act


def _look(where: slice) -> Act:
    return lambda things, seen: seen.append(things["z"][where])


def _count(place: int) -> Act:
    def act(things: Any, seen: list[Any]) -> None:
        things["z"][place] += 1

    return act


def _guarded(lock: str, inner: Act) -> Act:
    def act(things: Any, seen: list[Any]) -> None:
        with things[lock]:
            inner(things, seen)

    return act


def _trial(lock: str) -> Act:
    def act(things: Any, seen: list[Any]) -> None:
        taken = things[lock].acquire(False)
        seen.append(taken)
        if taken:
            things[lock].release()

    return act


def _late(lock: str) -> Act:
    return lambda things, seen: seen.append(things[lock].acquire(timeout=1))


def _take(name: str) -> Act:
    return lambda things, seen: seen.append(things[name].acquire())


def _give(name: str) -> Act:
    return lambda things, seen: things[name].release()


def _under(draw: Random) -> Act:
    return _guarded(draw.choice("abs"), draw.choice((_read("x"), _write("x", 7), _copy("x", "y"), _trial("a"))))


_ACTS: tuple[Callable[[Random], Act], ...] = (
    lambda draw: _read(draw.choice("xy")),
    lambda draw: _write(draw.choice("xy"), draw.randrange(1, 4)),
    lambda draw: _copy(draw.choice("xy"), draw.choice("xy")),
    _under,
    _under,
    lambda draw: _trial(draw.choice("abs")),
    lambda draw: _late(draw.choice("as")),
    lambda draw: _take(draw.choice("abs")),
    lambda draw: _give(draw.choice("abs")),
    lambda draw: _guarded("y", _copy("y", "y")),
)

_ACTS_ON_PLACES: tuple[Callable[[Random], Act], ...] = (
    lambda draw: _look(draw.choice((slice(0, 2), slice(1, 3), slice(0, 3), slice(0, 1)))),
    lambda draw: _count(draw.randrange(3)),
)
"""What touches several components at once conflicts with steps that do not conflict with one another."""


def _target(acts: list[Act]) -> Target:
    def run(things: Any) -> list[Any]:
        seen: list[Any] = []
        for act in acts:
            act(things, seen)
        return seen

    return run


Acts = Sequence[Callable[[Random], Act]]


def programs(seed: int, acts: Acts = _ACTS, sizes: Sequence[int] = (2, 2, 3)) -> Iterator[list[Target]]:
    """Small programs, for ever, of as many processes as one of ``sizes``."""
    draw = Random(seed)
    while True:
        processes = draw.choice(sizes)
        most = 4 if processes == 2 else 2
        yield [_target([draw.choice(acts)(draw) for _ in range(draw.randint(1, most))]) for _ in range(processes)]


def compare_all(drawn: Iterator[list[Target]], count: int, most: int) -> Compared:
    """The sums over ``count`` programs."""
    compared = (compare(shared, *targets, most=most) for targets in drawn)
    small = islice((one for one in compared if one is not None), count)
    return Compared(*[sum(column) for column in zip(*small, strict=True)])


def test_generated_programs_have_one_run_for_each_class() -> None:
    total = compare_all(programs(1), count=20, most=20)

    assert total.classes < total.interleavings


def test_generated_programs_that_look_at_several_places_have_one_run_for_each_class() -> None:
    total = compare_all(programs(1, _ACTS_ON_PLACES, sizes=(3,)), count=50, most=100)

    assert total.classes < total.interleavings


@pytest.mark.slow
def test_two_hundred_generated_programs_have_one_run_for_each_class() -> None:
    total = compare_all(programs(1), count=200, most=100)

    assert total.classes < total.interleavings


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_a_thousand_generated_programs_have_one_run_for_each_class(seed: int) -> None:
    total = compare_all(programs(seed, (*_ACTS, *_ACTS_ON_PLACES)), count=250, most=300)

    assert total.classes < total.interleavings


def test_a_run_in_which_all_wait_from_the_beginning_is_the_only_one() -> None:
    scheduler = PartialOrder()

    found = outcomes(
        lambda world: Semaphore(world, "s", "s", 0), lambda semaphore: semaphore.acquire(), scheduler=scheduler
    )

    assert (len(found), scheduler.classes) == (1, 1)


def test_a_run_in_which_nobody_takes_a_step_is_the_only_one() -> None:
    scheduler = PartialOrder()

    found = outcomes(lambda world: None, lambda shared: 1, lambda shared: 2, scheduler=scheduler)

    assert (set(found), scheduler.classes) == ({(1, 2, ())}, 1)
