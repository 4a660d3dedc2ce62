"""A few blows in every test run; ``make chaos`` strikes a thousand times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.blows import Blow, Outcome, draw, strike
from tests.processes_support import a_ground

pytestmark = pytest.mark.slow

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_hit_whatever_with_nothing_is_left(seed: int) -> None:
    with a_ground() as ground:
        outcome = strike(draw(seed), ground)

    assert (outcome.left, outcome.complaint) == ([], None)


def test_equal_seeds_try_the_same() -> None:
    assert draw(7) == draw(7)
    assert len({draw(seed) for seed in SEEDS}) == len(SEEDS)


def test_what_is_left_behind_is_noticed(tmp_path: Path) -> None:
    scenario = tmp_path / "leaves.yaml"
    scenario.write_text(
        "code: |\n  import os\n  def target(): open(os.environ['TMPDIR'] + '/left', 'w').close()\n"
        "processes: {one: {target: target}}\n"
    )

    with a_ground() as ground:
        outcome = strike(Blow(scenario, "child", "SIGCONT", 0.3, 0.0), ground)

    assert outcome == Outcome(0, outcome.was_hit, ["file left"], None)
