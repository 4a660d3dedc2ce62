"""Short scenarios, explored by the real stage: what can be told of all their runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.backends.simulation.backend import Simulation
from engine.exploration import Exploration, Settings
from engine.trace import ProcessRun, Run
from tests.processes_support import a_plan


def explored(
    simulation: Simulation,
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]] = ("one",),
    settings: Settings | None = None,
    **more: Any,
) -> Exploration:
    """Every class of schedules of a plan, as ``a_plan`` makes it."""
    settings = settings or Settings(strategy="dpor", keep_going=True, steps=2000)
    return simulation.explore(a_plan(source, processes, **more), settings, lambda run: False)


DRAWS = "a target draws random numbers, and may do otherwise with others (--seed)"
BETWEEN = "an interrupt between two operations is tried only as the one ends and as the other begins"
LEFT_BEHIND = "what a process does that is left behind is not tried to its end"
CHANGES_ITEMS = "a target changes an item that it has put, and its feeder may send it half changed"


def runs(
    simulation: Simulation,
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]] = ("one",),
    **more: Any,
) -> list[Run]:
    """One run for each outcome of all that there are."""
    exploration = explored(simulation, source, processes, **more)
    assert (exploration.refusal, exploration.exhausted) == (None, True)
    assert set(exploration.reasons) <= {DRAWS}
    return [one.run for one in exploration.found]


def only(
    simulation: Simulation,
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]] = ("one",),
    **more: Any,
) -> Run:
    """The one outcome that there is."""
    (run,) = runs(simulation, source, processes, **more)
    return run


def value(process: ProcessRun) -> object:
    """What a process returned; the text of what it raised; or how it ended otherwise."""
    if process.returned is not None:
        return process.returned.value
    return str(process.raised) if process.raised is not None else process.exitcode


def values(run: Run) -> tuple[object, ...]:
    return tuple(map(value, run.processes.values()))


def outcomes(
    simulation: Simulation,
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]] = ("one",),
    **more: Any,
) -> set[Any]:
    """How each run ended, and the ``values`` of its processes."""
    return {(run.ending, *values(run)) for run in runs(simulation, source, processes, **more)}


def refusal(
    simulation: Simulation,
    source: str,
    processes: Sequence[str] | Mapping[str, Sequence[object]] = ("one",),
    **more: Any,
) -> str | None:
    """What of it cannot be simulated."""
    return explored(simulation, source, processes, **more).refusal
