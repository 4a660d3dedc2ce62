"""One interpreter for the simulations of a module: each exploration is a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from tests.processes_support import a_ground, a_stage


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    simulation = Simulation()
    yield simulation
    simulation.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """For what is compared with real processes."""
    with a_ground() as ground, a_stage(ground) as stage:
        yield stage
