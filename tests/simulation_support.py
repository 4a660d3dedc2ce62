"""Small worlds for tests: functions that share simulated primitives, under every schedule."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import greenlet

from engine.models.model import Operation
from engine.models.semaphore import Lock
from engine.stage.simulation.here import here, perform
from engine.stage.simulation.process import Process
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.strand import Strand
from engine.stage.simulation.system import COARSE, LABELS, Names, new_names
from engine.stage.simulation.world import QUEUES, Redundant, Scheduler, World

Build = Callable[[World], Any]
Target = Callable[[Any], object]


def outcomes(build: Build, *targets: Target, scheduler: Scheduler | None = None, is_fine: bool = False) -> Counter[Any]:
    """All that can come of ``targets``, each a process that is given what ``build`` makes: what each returned (or the
    exception's text, or ``...`` if it never came to an end), and the final value of each cell. With the number of
    schedules that lead there; what ``scheduler`` leaves as a repetition is not counted.
    """
    found: Counter[Any] = Counter()
    names = new_names()
    scheduler = scheduler or DepthFirst()
    while scheduler.begin():
        with suppress(Redundant):
            found[_run(names, build, targets, scheduler, is_fine)] += 1
    return found


def _run(names: Names, build: Build, targets: tuple[Target, ...], scheduler: Scheduler, is_fine: bool) -> Any:
    here.hub = greenlet.getcurrent()
    here.world = world = World(names, 1000, is_fine=is_fine, exact=frozenset((QUEUES,)))
    try:
        return _results(world, build, targets, scheduler)
    finally:
        world.waiting += _KILLED
        _KILLED.clear()
        world.end()


def _results(world: World, build: Build, targets: tuple[Target, ...], scheduler: Scheduler) -> Any:
    shared = build(world)
    results: dict[int, object] = {}
    for number, target in enumerate(targets, 1):
        world.add_strand(Process(number, number, f"p{number}"), _body(target, shared, results, number))
    try:
        world.run(scheduler)
    except Redundant:
        scheduler.end(world, False)
        raise
    scheduler.end(world, True)
    final = {
        world.labels[cell]: model.final(world.states[cell])
        for cell, model in world.models.items()
        if cell not in LABELS or world.states[cell] is not COARSE.states[cell]  # What the system has, if it was used.
    }
    made = tuple(results.get(number, ...) for number in range(1, len(targets) + 1))
    return (*made, _frozen(final))


def _body(target: Target, shared: Any, results: dict[int, object], number: int) -> Callable[[], None]:
    def run() -> None:
        try:
            results[number] = _frozen(target(shared))
        except Exception as error:
            results[number] = f"{type(error).__name__}: {error}"

    return run


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((key, _frozen(item)) for key, item in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def results(found: Counter[Any]) -> set[Any]:
    """Of ``outcomes``, what was returned."""
    return {outcome[:-1] for outcome in found}


def killer(number: int) -> Target:
    """A process that kills the process of this ``number`` at whatever point it has come to."""

    def kill(shared: Any) -> None:
        world = here.world
        cell = world.add_cell("blow", "blow", Lock())
        perform(cell, Operation("acquire"))
        del world.models[cell]
        killed = [strand for strand in world.waiting if strand.process.number == number]
        world.waiting = [strand for strand in world.waiting if strand not in killed]
        _KILLED.extend(killed)

    return kill


_KILLED: list[Strand] = []
"""They are taken apart with the others: what is left of a greenlet would run its handlers in the middle of others."""


class Sample:
    """As many runs as it says, each step drawn: a scheduler for what is too much to enumerate.

    In every other run the last process is held back for a drawn number of steps: one that has a single step would take
    it early in nearly all runs otherwise.
    """

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._random = random.Random(0)
        self._held_back = 0

    def begin(self) -> bool:
        self._runs -= 1
        self._held_back = self._random.randrange(40) if self._runs % 2 else 0
        return self._runs >= 0

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        if self._held_back and len(ready) > 1:
            self._held_back -= 1
            ready = ready[:-1]
        return self._random.choice(ready)

    def end(self, world: World, is_whole: bool) -> None:
        """Nothing is learned from it."""
