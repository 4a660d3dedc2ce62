"""What a simulation is asked for."""

from __future__ import annotations

import pytest

from engine.backends.simulation.asking import request
from engine.exploration import Settings
from tests.processes_support import a_plan


@pytest.mark.parametrize(
    ("timeout_s", "for_s", "limit_s"),
    [(10.0, None, 10.0), (60.0, None, 30.0), (10.0, 5.0, 5.0), (10.0, 0.0, 1.0), (0.5, 0.0, 0.5)],
)
def test_a_target_may_compute_as_long_as_a_real_run_may_take_and_as_there_is_time_and_that_is_a_second_at_least(
    timeout_s: float, for_s: float | None, limit_s: float
) -> None:
    plan = a_plan("def target(): pass", {"one": []}, timeout_s=timeout_s)

    assert request(plan, Settings(for_s=for_s), 30.0)["limit_s"] == limit_s
