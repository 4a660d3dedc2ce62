"""Stages that tests may share: each run is a process of its own, so none sees another's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.processes.stage import Stage
from tests.processes_support import a_ground, a_stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with a_ground() as ground, a_stage(ground) as stage:
        yield stage
