"""Small worlds for tests: functions that share simulated primitives, under every schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import greenlet

from engine.stage.simulation.here import here
from engine.stage.simulation.process import Process
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.world import Names, Scheduler, World

Build = Callable[[World], Any]
Target = Callable[[Any], object]


def outcomes(build: Build, *targets: Target, scheduler: Scheduler | None = None) -> Counter[Any]:
    """All that can come of ``targets``, each a process that is given what ``build`` makes: what each returned (or the
    exception's text, or ``...`` if it never came to an end), and the final value of each cell. With the number of
    schedules that lead there.
    """
    found: Counter[Any] = Counter()
    names: Names = {}
    scheduler = scheduler or DepthFirst()
    while scheduler.begin():
        found[_run(names, build, targets, scheduler)] += 1
    return found


def _run(names: Names, build: Build, targets: tuple[Target, ...], scheduler: Scheduler) -> Any:
    here.hub = greenlet.getcurrent()
    here.world = world = World(names, 1000)
    try:
        return _results(world, build, targets, scheduler)
    finally:
        world.end()


def _results(world: World, build: Build, targets: tuple[Target, ...], scheduler: Scheduler) -> Any:
    shared = build(world)
    results: dict[int, object] = {}
    for number, target in enumerate(targets, 1):
        world.add_strand(Process(number, number, f"p{number}"), _body(target, shared, results, number))
    world.run(scheduler)
    scheduler.end(world, True)
    final = {world.labels[cell]: model.final(world.states[cell]) for cell, model in world.models.items()}
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
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
