from __future__ import annotations

from engine.stage.simulation.objects.lock import Lock
from tests.simulation_support import outcomes


def test_a_process_that_is_left_waiting_inside_a_with_block_is_taken_apart() -> None:
    def twice(lock: Lock) -> None:
        with lock, lock:
            pass

    found = outcomes(lambda world: Lock(world, "lock", "lock"), twice)

    assert found == {(..., (("lock", (("locked", True),)),)): 1}
