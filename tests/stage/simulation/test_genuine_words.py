"""Wrong arguments are refused in the words of the genuine classes."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from tests.processes_support import ref
from tests.stage.simulation.reality import both
from tests.stage.simulation.stories import value

pytestmark = pytest.mark.slow

SHARED: dict[str, dict[str, object]] = {
    **{kind.lower(): {"type": kind} for kind in ("Lock", "Semaphore", "Event", "Queue", "Condition", "Pipe")},
    "barrier": {"type": "Barrier", "parties": 1},
    "number": {"type": "Value", "typecode": "i"},
}
CALLS = [
    "lock.acquire(blocking=False)",
    "lock.acquire(1, 2, 3)",
    "lock.acquire(None)",
    "lock.release(1)",
    "lock.acquire('x')",
    "semaphore.acquire(x=1)",
    "event.wait(tmeout=1)",
    "event.set(1)",
    "queue.put()",
    "queue.get(1, 2, 3)",
    "condition.notify('x')",
    "condition.wait(1, 2)",
    "barrier.wait(1, 2)",
    "number.get_lock(1)",
    "multiprocessing.Process(target=len).join(1, 2)",
    "multiprocessing.Process(target=len).start(now=True)",
]
SOURCE = """
import multiprocessing
def one(lock, semaphore, event, queue, condition, pipe, barrier, number):
    said = []
    for call in {calls}:
        try:
            said.append(eval(call))
        except Exception as error:
            said.append(repr(error))
    return said
"""


def test_they_are_said_as_by_real_primitives(stage: Stage, simulation: Simulation) -> None:
    given = {"one": [ref(name, 0) if name == "pipe" else ref(name) for name in SHARED]}

    real, simulated = both(stage, simulation, SOURCE.format(calls=CALLS), given, shared=SHARED)

    assert value(simulated.processes["one"]) == value(real.processes["one"])
