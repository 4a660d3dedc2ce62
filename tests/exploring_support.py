"""Explorations as tests write them, and a simulation that tells what it is told to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import Diverged
from engine.exploration import Exploration, Found, Settings
from engine.forcing import Rehearsal
from engine.plan import Plan, Score
from engine.schedule import Schedule
from engine.trace import Run, SimulatedStep
from tests.support import process_run, run_of


def step(process: str, what: str, result: str | None = None, **more: Any) -> SimulatedStep:
    """``process`` does ``what``: ``b.acquire``, or what concerns no primitive."""
    primitive, _, operation = what.rpartition(".")
    fields: dict[str, Any] = {
        "thread": "",
        "arguments": "",
        "error": None,
        "where": "lock_order.yaml:8",
        "blocked": {},
        **more,
    }
    return SimulatedStep(number=0, process=process, primitive=primitive, operation=operation, result=result, **fields)


def found(run: Run, *steps: SimulatedStep, count: int = 1, preemptions: int = 0, length: int | None = None) -> Found:
    """An outcome; its schedule is that of its steps, or ``length`` of them."""
    schedule = tuple(one.process for one in steps) if length is None else ("left",) * length
    numbered = tuple(replace(one, number=number) for number, one in enumerate(steps, 1))
    return Found(run, count, schedule, numbered, preemptions)


def exploration(*outcomes: Found, **more: Any) -> Exploration:
    """An exploration that found these, and all there are, but for what is given."""
    fields: dict[str, Any] = {
        "schedules": sum(one.count for one in outcomes),
        "steps": sum(one.count * len(one.schedule) for one in outcomes),
        "classes": None,
        "exhausted": True,
        "reasons": (),
        "strategy": "dpor",
        "seed": 0,
        "timing": "any",
        "first_failure": None,
        "refusal": None,
        "duration_s": 0.021,
        **more,
    }
    return Exploration(found=outcomes, **fields)


@dataclass
class FakeSimulation:
    """Explores whatever it is given into the same; remembers what it was asked."""

    explored: Exploration
    asked: list[tuple[str, Settings]] = field(default_factory=list)
    failures: list[bool] = field(default_factory=list)
    error: BaseException | None = None
    obstacles: tuple[str, ...] = ()
    is_pressed: bool = False
    """Whether somebody presses Ctrl-C meanwhile."""
    is_stopped: bool = False
    stops: Callable[[], None] = lambda: None

    def explore(self, plan: Plan, settings: Settings, is_failure: Callable[[Run], bool]) -> Exploration:
        if self.error is not None:
            raise self.error
        self.asked.append((plan.name, settings))
        if self.is_pressed:
            signal.raise_signal(signal.SIGINT)
        self.failures += [is_failure(one.run) for one in self.explored.found]
        if self.is_stopped:
            self.explored = replace(self.explored, exhausted=False, interrupted=True, reasons=("it was interrupted",))
        return replace(self.explored, timing=settings.timing, seed=settings.seed)

    def stop(self) -> None:
        self.is_stopped = True
        self.stops()

    def close(self) -> None:
        pass

    def rehearse(self, plan: Plan, schedule: Schedule, orders_output: bool) -> Rehearsal:
        for one in self.explored.found:
            if one.schedule == schedule.steps:
                return Rehearsal(one, Score((), ("left", "right")), self.obstacles)
        raise Diverged("step 1: left cannot go on")


DEADLOCK = found(
    run_of(
        process_run("left", exitcode=None, ended_s=None),
        process_run("right", exitcode=None, ended_s=None),
        ending="deadlock",
        why="deadlock: left waits in b.acquire, right waits in a.acquire",
    ),
    step("left", "a.acquire", "True"),
    step("right", "b.acquire", "True", blocked={"left": "b.acquire", "right": "a.acquire"}),
    count=2,
    preemptions=1,
)


def ended(
    stdout: str = "", shared: Mapping[str, object] | None = None, names: Sequence[str] = ("left", "right")
) -> Run:
    """A run of these processes in which all went well."""
    return run_of(*map(process_run, names), stdout=stdout, shared=dict(shared or {}))
