"""What the commands that simulate have in common."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from ..backends.processes.stages import Stages
from .selection import forced

if TYPE_CHECKING:
    from ..exploring import Backend
    from ..plan import Plan
    from ..scenario.files import Settings
    from ..trace import Run


def backend() -> Backend:
    """The simulation, on the engine's own interpreter."""
    made: Backend = import_module("...backends.simulation.backend", __name__).Simulation(None)
    return made


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
