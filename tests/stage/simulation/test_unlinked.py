"""When a process opens the blocks of shared memory that it is given is told by who unlinks them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import explored, runs, value

pytestmark = pytest.mark.slow

SHARED: dict[str, dict[str, object]] = {
    "block": {"type": "SharedMemory", "size": 4},
    "items": {"type": "ShareableList", "value": [1, 2]},
    "event": {"type": "Event"},
    "queue": {"type": "Queue"},
}
GIVEN = {name: [ref(each) for each in SHARED] for name in ("one", "other")}
SETTINGS = Settings(strategy="dpor", keep_going=True, orders_output=False)

NOT_IN_TIME = """
def one(block, items, event, queue): {what}.unlink()
def other(block, items, event, queue): return "begun"
"""


@pytest.mark.parametrize("what", ["block", "items.shm"])
@pytest.mark.parametrize(
    ("method", "ends"), [("fork", {"begun"}), ("spawn", {"begun", 1}), ("forkserver", {"begun", 1})]
)
def test_a_block_may_be_unlinked_before_another_process_has_begun(
    simulation: Simulation, what: str, method: str, ends: set[object]
) -> None:
    found = runs(
        simulation, NOT_IN_TIME.format(what=what), GIVEN, shared=SHARED, start_method=method, settings=SETTINGS
    )

    assert {value(run.processes["other"]) for run in found} == ends


IN_TIME = """
def one(block, items, event, queue):
    event.wait()
    block.unlink()
def other(block, items, event, queue):
    event.set()
    return "begun"
"""


def test_who_is_waited_for_has_opened_it(simulation: Simulation) -> None:
    found = runs(simulation, IN_TIME, GIVEN, shared=SHARED, start_method="spawn", settings=SETTINGS)

    assert {value(run.processes["other"]) for run in found} == {"begun"}


LATE = """
import multiprocessing
def one(block, items, event, queue):
    block.unlink()
    child = multiprocessing.Process(target=other, args=(block, items, event, queue))
    child.start()
    child.join()
    return child.exitcode
def other(block, items, event, queue): pass
"""


@pytest.mark.parametrize(("method", "code"), [("fork", 0), ("spawn", 1)])
def test_who_is_started_later_finds_none(stage: Stage, simulation: Simulation, method: str, code: int) -> None:
    given: Any = {"one": GIVEN["one"]}

    (run,) = runs(simulation, LATE, given, shared=SHARED, start_method=method, settings=SETTINGS)
    real = perform(stage, a_plan(LATE, given, shared=SHARED, start_method=method))

    assert value(run.processes["one"]) == value(real.processes["one"]) == code


@pytest.mark.parametrize("order", ["queue.put(block); block.unlink()", "block.unlink(); queue.put(block)"])
def test_what_comes_of_a_block_in_a_message_that_is_unlinked_is_not_said(simulation: Simulation, order: str) -> None:
    source = f"def one(block, items, event, queue): {order}\ndef other(block, items, event, queue): pass"

    found = explored(simulation, source, GIVEN, shared=SHARED, settings=SETTINGS)

    assert found.reasons == (
        "a block of shared memory that is in a message, and unlinked, may be gone when that is received",
    )
