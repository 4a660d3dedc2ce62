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
    from ..scenario.files import Settings


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


class Modules:
    """Which modules there are, asked of another process: looking for one may run its package's code."""

    def __init__(self) -> None:
        self._stages: Stages | None = None

    def missing(self, names: Sequence[str], search_path: Sequence[str]) -> list[str]:
        """Those that cannot be imported, given folders to look in first."""
        if self._stages is None:
            self._stages = Stages(sys.executable)
        with self._stages.borrow({}) as stage:
            return stage.missing_modules(names, search_path)

    def close(self) -> None:
        if self._stages is not None:
            self._stages.close()
