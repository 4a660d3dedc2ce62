"""What the commands that simulate have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from ..backends.processes.stages import Stages
from .interrupts import gently
from .selection import forced

if TYPE_CHECKING:
    from ..exploration import Exploration
    from ..exploration import Settings as ExplorationSettings
    from ..exploring import Backend
    from ..forcing import Rehearsal
    from ..plan import Plan
    from ..scenario.files import Settings
    from ..schedule import Schedule
    from ..trace import Run


def backend() -> Backend:
    """The simulation, on the engine's own interpreter."""
    made: Backend = import_module("...backends.simulation.backend", __name__).Simulation(None)
    return made


class Gentle:
    """A backend whose explorations, at the first Ctrl-C, come to an end with what they have found."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.is_stopped = False

    def explore(self, plan: Plan, settings: ExplorationSettings, is_failure: Callable[[Run], bool]) -> Exploration:
        with gently(self.stop):
            return self._backend.explore(plan, settings, is_failure)

    def stop(self) -> None:
        self.is_stopped = True
        self._backend.stop()

    def rehearse(self, plan: Plan, schedule: Schedule, orders_output: bool) -> Rehearsal:
        return self._backend.rehearse(plan, schedule, orders_output)

    def close(self) -> None:
        self._backend.close()


def settings(start_method: str | None) -> Settings:
    """How to read scenarios that this interpreter will simulate."""
    import multiprocessing

    from ..scenario.files import Settings

    defaults = {"run_as": "process", "start_method": multiprocessing.get_all_start_methods()[0]}
    return Settings(defaults, forced(start_method, None))


class Reality:
    """Real processes, started when they are first asked for."""

    def __init__(self) -> None:
        self._stages: Stages | None = None

    def missing(self, names: Sequence[str], search_path: Sequence[str]) -> list[str]:
        """The modules that cannot be imported, given folders to look in first: looking for one may run its package's
        code."""
        with self._started().borrow({}) as stage:
            return stage.missing_modules(names, search_path)

    def force(self, plan: Plan) -> Run:
        """Carry out a plan that says in which order."""
        from ..backends.processes.supervisor import supervise

        # Sets are iterated in the order of hashes: the one that the simulation has.
        with self._started().borrow({"PYTHONHASHSEED": "0", **plan.environment}) as stage:
            return supervise(stage, plan)

    def _started(self) -> Stages:
        if self._stages is None:
            self._stages = Stages(sys.executable)
        return self._stages

    def close(self) -> None:
        if self._stages is not None:
            self._stages.close()
