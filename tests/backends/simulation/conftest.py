"""One interpreter for the simulations of a module: each exploration is a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.simulation.backend import Simulation


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    simulation = Simulation()
    yield simulation
    simulation.close()
