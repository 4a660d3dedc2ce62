from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from engine.stage.simulation.objects.lock import Lock
from engine.stage.simulation.schedulers.bounded import Bounded, Costs, delays, preemptions
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.system import Names, new_names
from engine.stage.simulation.world import Scheduler, Taken, World
from tests.simulation_programs import PROGRAMS, Program, Things, Variable, first_failure, increment, run
from tests.simulation_support import outcomes

BY_NAME = {program.name: program for program in PROGRAMS}
costs = pytest.mark.parametrize("costs", [preemptions, delays, None])


def preempted(trace: list[Taken]) -> int:
    """How often a strand was left that went on later, and was not waiting: for programs in which nobody waits."""
    last = {taken.strand: place for place, taken in enumerate(trace)}
    return sum(
        one.strand is not other.strand and last[one.strand] > place
        for place, (one, other) in enumerate(pairwise(trace))
    )


def all_runs(program: Program, scheduler: Scheduler) -> list[Any]:
    names, runs = Names(), []
    while scheduler.begin():
        runs.append(run(program, scheduler, names))
    return runs


def test_schedules_with_fewer_preemptions_come_first() -> None:
    program = Program("", (increment, increment, lambda things: things.x.get()))
    bounded, names = Bounded(preemptions), Names()
    counts = []
    while bounded.begin():
        counts.append(preempted(run(program, bounded, names).trace))
        assert counts[-1] == bounded.bound

    assert counts == sorted(counts)
    assert counts.count(0) == 6
    assert len(counts) == 30


def test_a_lost_update_is_found_with_one_preemption_in_the_third_run() -> None:
    bounded = Bounded()

    assert first_failure(BY_NAME["lost update"], bounded, 100) == 3
    assert bounded.bound == 1


def test_what_needs_nobody_to_be_interrupted_is_found_without_a_preemption() -> None:
    bounded = Bounded(preemptions)

    assert first_failure(BY_NAME["one slow of 4"], bounded, 100) is not None
    assert bounded.bound == 0


@pytest.mark.parametrize("program", ["lock order", "there and back (depth 3)", "two locks for one"])
def test_it_finds_what_is_simple(program: str) -> None:
    assert first_failure(BY_NAME[program], Bounded(), 100) is not None


@pytest.mark.slow
def test_delays_find_among_30_processes_what_preemptions_do_not() -> None:
    assert first_failure(BY_NAME["30 on one variable"], Bounded(delays), 100) is not None
    assert first_failure(BY_NAME["30 on one variable"], Bounded(), 100) is not None
    assert first_failure(BY_NAME["30 on one variable"], Bounded(preemptions), 100) is None


@costs
def test_every_schedule_is_run_once(costs: Costs | None) -> None:
    program = Program("", (increment, increment, increment))

    expected = sorted(one.choices for one in all_runs(program, DepthFirst()))
    bounded = Bounded(costs)
    assert sorted(one.choices for one in all_runs(program, bounded)) == expected
    assert len(expected) == 90
    assert bounded.is_exhausted


def test_a_bound_that_cuts_something_is_told() -> None:
    bounded = Bounded(preemptions, most=1)

    runs = all_runs(BY_NAME["lost update"], bounded)

    assert len(runs) == 4
    assert not bounded.is_exhausted


def test_a_bound_that_cuts_nothing_is_no_reason_against_exhaustion() -> None:
    bounded = Bounded(preemptions, most=2)

    assert len(all_runs(BY_NAME["lost update"], bounded)) == 6
    assert bounded.is_exhausted


def test_what_is_not_kept_for_lack_of_room_is_told() -> None:
    bounded = Bounded(preemptions, most_kept=1)

    assert len(all_runs(BY_NAME["lost update"], bounded)) < 6
    assert not bounded.is_exhausted


def test_a_run_that_was_too_long_is_told() -> None:
    def wait_for_ever(things: Things) -> None:
        while not things.x.get():
            pass

    bounded = Bounded(preemptions)

    assert [one.is_whole for one in all_runs(Program("", (wait_for_ever,)), bounded)] == [False]
    assert not bounded.is_exhausted


def test_who_polls_is_left_without_a_preemption() -> None:
    def wait(things: Things) -> None:
        while not things.x.get():
            pass

    bounded = Bounded(preemptions)

    assert bounded.begin()
    assert run(Program("", (wait, increment)), bounded, new_names()).is_whole


def test_equal_choices_that_lead_elsewhere_are_no_exhaustion() -> None:
    turns = iter(range(1, 100))

    def fickle(things: Things) -> None:
        for _ in range(next(turns) % 3):
            things.x.get()

    bounded = Bounded(preemptions)
    names = Names()
    for _ in range(50):
        if not bounded.begin():
            break
        run(Program("", (fickle, increment)), bounded, names)

    assert not bounded.is_exhausted


def generated(seed: int) -> tuple[Callable[[Any], object], ...]:
    """Two or three processes, with two to four operations on two variables and a lock between them."""
    draw = random.Random(seed)
    sizes = draw.choice([(3, 3), (2, 2, 2), (4, 2), (3, 2, 1)])
    return tuple(_process([draw.randrange(6) for _ in range(size)]) for size in sizes)


def _process(codes: list[int]) -> Callable[[Any], object]:
    def target(shared: tuple[Variable, Variable, Lock]) -> list[int]:
        x, y, lock = shared
        seen = []
        for place, code in enumerate(codes):
            if code < 2:
                seen.append((x, y)[code].get())
            elif code < 4:
                (x, y)[code - 2].set(place + 1 + sum(seen))
            elif code == 4:
                lock.acquire()
            else:
                seen.append(lock.acquire(block=False))
        return seen

    return target


def _things(world: World) -> tuple[Variable, Variable, Lock]:
    return Variable(world, "x"), Variable(world, "y"), Lock(world, "lock", "lock")


@pytest.mark.slow
@costs
def test_an_exhausted_search_has_found_what_plain_enumeration_finds(costs: Costs | None) -> None:
    for seed in range(25):
        targets = generated(seed)
        bounded = Bounded(costs)

        assert outcomes(_things, *targets, scheduler=bounded) == outcomes(_things, *targets), seed
        assert bounded.is_exhausted
