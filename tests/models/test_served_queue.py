"""Requests to a manager's queue that do not conflict can be served in either order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.models.model import Operation
from engine.models.served_queue import ServedQueue
from tests.models.commutation import Line, violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("maxsize", [0, 1, 3])
def test_no_order_of_requests_that_do_not_conflict_can_be_told(maxsize: int) -> None:
    lines = [Line(process, _choose, _choose(random.Random(process))) for process in (1, 2, 3)]

    assert violations(ServedQueue(maxsize), lines, 300, 40) == []


def _choose(rng: random.Random) -> Operation:
    patience = rng.choice((None, 0.0, 1.0))
    timing: dict[str, Any] = {"patience_s": patience, "is_late": patience == 0}
    put, get = Operation("put", (rng.randrange(9),), **timing), Operation("get", (), **timing)
    return rng.choice((put, put, put, get, get, *(Operation(name) for name in _OTHERS)))


_OTHERS = ("empty", "full", "qsize", "task_done", "join")
