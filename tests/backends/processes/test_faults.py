"""Faults strike where they are told to, and the run says so."""

from __future__ import annotations

import pytest

from engine.backends.processes.backend import Processes
from engine.backends.processes.stage import Stage
from engine.plan import Fault, Plan
from engine.trace import Returned
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow

LOCKING = """
def worker(lock, queue):
    queue.put("before")
    with lock:
        queue.put("inside")
    queue.put("after")
def witness(lock):
    return lock.acquire(timeout=0.2)
"""
SHARED = {"lock": {"type": "Lock"}, "queue": {"type": "SimpleQueue"}}


def locking(*faults: Fault, start_method: str = "fork") -> Plan:
    return a_plan(
        LOCKING,
        {"worker": [ref("lock"), ref("queue")], "witness": [ref("lock")]},
        shared=SHARED,
        options={"witness": {"start_after": ("worker",)}},
        faults=faults,
        start_method=start_method,
    )


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize(
    ("moment", "operation", "nth", "left", "is_free"),
    [
        ("before", ("lock", "acquire"), 1, ["before"], True),
        ("after", ("lock", "acquire"), 1, ["before"], False),
        ("before", ("queue", "put"), 2, ["before"], False),
        ("after", ("queue", "put"), 2, ["before", "inside"], False),
        ("before", ("lock", "release"), 1, ["before", "inside"], False),
        ("after", ("lock", "release"), 1, ["before", "inside"], True),
    ],
)
def test_a_process_is_killed_at_the_very_operation(
    stage: Stage,
    start_method: str,
    moment: str,
    operation: tuple[str, str],
    nth: int,
    left: list[str],
    is_free: bool,
) -> None:
    fault = Fault("kill", "worker", None, moment, operation, nth)  # type: ignore[arg-type]

    run = perform(stage, locking(fault, start_method=start_method))

    assert run.processes["worker"].exitcode == -9
    assert run.processes["worker"].faults == (str(fault),)
    assert run.processes["witness"].returned == Returned(is_free)
    assert (run.shared["queue"], run.unstruck, run.ending) == (left, (), "completed")


@pytest.mark.parametrize(("action", "exitcode"), [("kill", -9), ("terminate", -15), ("interrupt", 1)])
def test_a_process_is_struck_by_the_clock(stage: Stage, action: str, exitcode: int) -> None:
    code = "import time\ndef worker(): time.sleep(100)"
    fault = Fault(action, "worker", 0.05)  # type: ignore[arg-type]

    run = perform(stage, a_plan(code, ["worker"], faults=(fault,)))

    assert (run.ending, run.processes["worker"].exitcode, run.unstruck) == ("completed", exitcode, ())
    assert run.processes["worker"].faults == (f"{action} worker at 0.05 s",)
    assert run.duration_s < 50


def test_a_stopped_process_goes_on_when_it_is_resumed(stage: Stage) -> None:
    faults = (Fault("stop", "worker", None, "after", ("queue", "put"), 1), Fault("resume", "worker", 0.6))

    run = perform(stage, locking(*faults))

    assert (run.ending, run.shared["queue"], run.unstruck) == ("completed", ["before", "inside", "after"], ())
    assert run.duration_s >= 0.6


def test_a_process_that_is_stopped_for_ever_is_told(stage: Stage) -> None:
    run = perform(stage, locking(Fault("stop", "worker", None, "after", ("queue", "put"), 1)))

    assert run.ending == "deadlock"
    assert "worker waits in stop at scenario.yaml:3" in str(run.why)


def test_a_fault_that_has_no_occasion_is_told(stage: Stage) -> None:
    faults = (Fault("kill", "worker", None, "after", ("queue", "put"), 4), Fault("kill", "witness", 100.0))

    run = perform(stage, locking(*faults))

    assert run.unstruck == ("kill worker after queue.put, time 4", "kill witness at 100 s")
    assert run.shared["queue"] == ["before", "inside", "after"]


def test_a_point_anywhere_is_drawn_from_the_seed(stage: Stage) -> None:
    plan = locking(Fault("kill", "worker", nth=0))

    def points(seed: int) -> list[tuple[str, ...]]:
        runs = Processes(stage, seed).runs(plan)
        return [next(runs).processes["worker"].faults for _ in range(4)]

    first = points(7)

    assert points(7) == first
    assert all(len(faults) == 1 for faults in first)
    assert len({points(seed)[0] for seed in range(6)}) > 2
    assert all(fault.startswith("kill worker at point ") for (fault,) in first)


def test_every_point_can_be_drawn(stage: Stage) -> None:
    runs = Processes(stage, 1).runs(locking(Fault("kill", "worker", nth=0)))

    seen = {next(runs).processes["worker"].faults[0].partition(", ")[2] for _ in range(60)}

    assert seen == {
        f"{moment} {operation}"
        for moment in ("before", "after")
        for operation in ("queue.put", "lock.acquire", "lock.release")
    }
