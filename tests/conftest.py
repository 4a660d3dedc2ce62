"""What holds for every test: hypothesis draws the same examples each time and keeps nothing, and Ctrl-C is heeded by
what is started."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from engine.plan import CODE_MODULE
from tests.processes_support import Ground, a_ground, heed_interrupts

settings.register_profile("same every time", deadline=None, database=None, derandomize=True, max_examples=100)
settings.load_profile("same every time")
# It also draws constants from the source of whatever is imported by then, which is another set in each worker and
# after each test that ran before. No setting leaves them out.
assert callable(providers._get_local_constants)
providers._get_local_constants = lambda: providers._local_constants
heed_interrupts()


@pytest.fixture(autouse=True)
def _no_scenario_is_loaded() -> Iterator[None]:
    """A run that is simulated in this very interpreter leaves its module where imports find it."""
    yield
    sys.modules.pop(CODE_MODULE, None)


@pytest.fixture
def ground() -> Iterator[Ground]:
    with a_ground() as ground:
        yield ground
