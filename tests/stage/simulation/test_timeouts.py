"""What timeouts mean that are not just some seconds: what the genuine calls make of them, or a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.schedule import Timing
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import explored, refusal, runs, value

pytestmark = pytest.mark.slow

SHARED: dict[str, dict[str, Any]] = {
    "lock": {"type": "Lock"},
    "event": {"type": "Event"},
    "condition": {"type": "Condition"},
    "barrier": {"type": "Barrier", "parties": 2},
    "queue": {"type": "Queue"},
    "pipe": {"type": "Pipe"},
}
GIVEN = [ref(name, *((0,) if name == "pipe" else ())) for name in SHARED]
TIMINGS: tuple[Timing, ...] = ("any", "virtual")

CALLS = {
    "lock.acquire": "(lock.acquire(), lock.acquire(True, {0}))",
    "lock.acquire at once": "(lock.acquire(), lock.acquire(False, {0}))",
    "event.wait": "event.wait({0})",
    "condition.wait": "(condition.acquire(), condition.wait({0}))",
    "condition.wait_for": "(condition.acquire(), condition.wait_for(lambda: 0, {0}))",
    "barrier.wait": "barrier.wait({0})",
    "queue.get": "queue.get(timeout={0})",
    "pipe.poll": "pipe.poll({0})",
    "connection.wait": "connection.wait([pipe], {0})",
    "join": "join({0})",
}
SOURCE = """
import multiprocessing, time
from multiprocessing import connection
inf, nan = float("inf"), float("nan")
def waits(event): event.wait()
def one({names}):
    def join(timeout):
        child = multiprocessing.Process(target=waits, args=(event,))
        child.start()
        child.join(timeout)
        code = child.exitcode
        event.set()
        return code
    return {call}
"""


def source(call: str) -> str:
    return SOURCE.format(names=", ".join(SHARED), call=call)


@pytest.mark.parametrize("seconds", ["0", "-0.0", "-1", "-inf", "False", "1e-9"])
@pytest.mark.parametrize("call", CALLS)
def test_one_that_is_over_at_once(simulation: Simulation, stage: Stage, call: str, seconds: str) -> None:
    code = source(CALLS[call].format(seconds))
    real = perform(stage, a_plan(code, {"one": GIVEN}, shared=SHARED))

    for timing in TIMINGS:
        settings = Settings(strategy="dpor", keep_going=True, timing=timing)
        found = runs(simulation, code, {"one": GIVEN}, shared=SHARED, settings=settings)
        assert [(run.ending, value(run.processes["one"])) for run in found] == [
            (real.ending, value(real.processes["one"]))
        ]


@pytest.mark.parametrize("seconds", ["nan", "inf", "10**400", "'1'"])
@pytest.mark.parametrize("call", CALLS)
def test_one_that_is_no_time_that_can_be_waited_is_refused(simulation: Simulation, call: str, seconds: str) -> None:
    refused = refusal(simulation, source(CALLS[call].format(seconds)), {"one": GIVEN}, shared=SHARED)

    assert refused is not None
    assert refused.startswith("a timeout of ")


def test_one_that_does_not_count_is_not_looked_at(simulation: Simulation) -> None:
    call = "(condition.acquire(), condition.wait_for(lambda: 3, nan))"

    (run,) = runs(simulation, source(call), {"one": GIVEN}, shared=SHARED)

    assert value(run.processes["one"]) == (True, 3)


@pytest.mark.parametrize("seconds", ["-1", "-inf", "nan", "inf", "1e18", "2**63", "10**400", "'1'", "None"])
def test_what_cannot_be_slept_is_said_in_the_words_of_the_genuine_function(
    simulation: Simulation, stage: Stage, seconds: str
) -> None:
    code = source(f"time.sleep({seconds})")
    real = perform(stage, a_plan(code, {"one": GIVEN}, shared=SHARED))

    found = runs(simulation, code, {"one": GIVEN}, shared=SHARED)

    assert [value(run.processes["one"]) for run in found] == [value(real.processes["one"])]


def test_who_waits_for_nothing_without_end_is_refused(simulation: Simulation) -> None:
    refused = refusal(simulation, source("connection.wait([])"), {"one": GIVEN}, shared=SHARED)

    assert refused == "connection.wait for nothing, without a timeout (scenario.yaml:14)"


@pytest.mark.parametrize("waits", ["event.wait(0.2)", "queue.get(timeout=0.2)", "pipe.poll(0.2)", "time.sleep(0.2)"])
def test_what_is_due_at_the_same_time_comes_in_any_order(simulation: Simulation, waits: str) -> None:
    code = f"""
    import time
    def one(event, queue, pipe, x):
        try: {waits}
        except Exception: pass
        x.value = x.value * 10 + 1
    def other(x):
        time.sleep(0.1), time.sleep(0.1)
        x.value = x.value * 10 + 2
    """
    shared = {**SHARED, "x": {"type": "Value", "typecode": "i"}}
    given = {"one": [ref("event"), ref("queue"), ref("pipe", 0), ref("x")], "other": [ref("x")]}
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    found = explored(simulation, code, given, settings, shared=shared).found

    assert {one.run.shared["x"] for one in found} == {1, 2, 12, 21}
