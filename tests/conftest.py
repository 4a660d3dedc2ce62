"""What holds for every test: hypothesis draws the same examples each time and keeps nothing, and Ctrl-C is heeded by
what is started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.processes_support import Ground, a_ground, heed_interrupts

settings.register_profile("same every time", deadline=None, database=None, derandomize=True, max_examples=100)
settings.load_profile("same every time")
heed_interrupts()


@pytest.fixture
def ground() -> Iterator[Ground]:
    with a_ground() as ground:
        yield ground
