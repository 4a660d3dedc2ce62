"""Scenarios on real processes and in simulation, and what is told of both."""

from __future__ import annotations

import re
from typing import Any

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.trace import Run
from tests.processes_support import a_plan, perform
from tests.stage.simulation.stories import only

_SETTINGS = Settings(strategy="dpor", keep_going=True, orders_output=False)


def both(stage: Stage, simulation: Simulation, source: str, processes: Any, **more: Any) -> tuple[Run, Run]:
    """A real run, and the only one in simulation."""
    real = perform(stage, a_plan(source, processes, **more))
    return real, only(simulation, source, processes, settings=_SETTINGS, **more)


def told(run: Run) -> dict[str | None, tuple[object, ...]]:
    """What is known of each process; of tracebacks, no line that is not the scenario's."""
    found: dict[str | None, tuple[object, ...]] = {name: (call.returned,) for name, call in run.calls.items()}
    for name, one in ((None, run.parent), *run.processes.items()):
        found[name] = one.exitcode, one.returned, _said(str(one.raised)), one.stdout, _said(one.stderr)
    return found


def _said(text: str) -> str:
    without_others = re.sub(r'  File "(?!/nowhere)[^"]*", line .*\n(    .*\n)*', "", text)
    return re.sub("0x[0-9a-f]+", "somewhere", without_others)
