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


def test_who_is_not_stopped_cannot_be_resumed(stage: Stage) -> None:
    run = perform(stage, locking(Fault("resume", "worker", 0.0)))

    assert (run.ending, run.processes["worker"].faults) == ("completed", ())
    assert run.unstruck == ("resume worker at 0 s",)


def test_who_has_only_just_been_stopped_by_the_clock_is_resumed(stage: Stage) -> None:
    code = "import time\ndef worker(): time.sleep(0.1)"
    faults = (Fault("stop", "worker", 0.0), Fault("resume", "worker", 0.0))

    run = perform(stage, a_plan(code, ["worker"], faults=faults))

    assert (run.ending, run.unstruck) == ("completed", ())
    assert len(run.processes["worker"].faults) == 2


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


def test_a_daemon_is_struck_by_the_clock_when_nobody_else_is_left(stage: Stage) -> None:
    code = "import time\ndef daemon(): time.sleep(100)"
    options = {"daemon": {"daemon": True}}
    plan = a_plan(code, ["daemon"], options=options, faults=(Fault("kill", "daemon", 0.2),), timeout_s=20.0)

    run = perform(stage, plan)

    assert (run.processes["daemon"].exitcode, run.unstruck, run.ending) == (-9, (), "completed")


def test_the_clock_begins_with_the_first_process(stage: Stage) -> None:
    code = "import time\ndef worker(): time.sleep(100)"
    options = {"worker": {"delay_s": 0.4}}
    plan = a_plan(code, ["worker"], options=options, faults=(Fault("kill", "worker", 0.1),), timeout_s=20.0)

    run = perform(stage, plan)

    assert (run.processes["worker"].exitcode, run.unstruck) == (-9, ())


def test_of_threads_each_counts_the_operations_that_it_began(stage: Stage) -> None:
    code = """
    import threading
    def worker(queue):
        threads = [threading.Thread(target=queue.get) for _ in range(2)]
        for thread in threads: thread.start()
        queue.put(1)
        queue.put(2)
        for thread in threads: thread.join()
    """
    fault = Fault("kill", "worker", None, "after", ("queue", "get"), 1)

    run = perform(stage, a_plan(code, {"worker": [ref("queue")]}, shared={"queue": {"type": "Queue"}}, faults=(fault,)))

    assert (run.processes["worker"].exitcode, run.unstruck) == (-9, ())


def test_a_stopped_process_does_nothing_more_because_it_is_looked_at(stage: Stage) -> None:
    code = """
    import os
    def worker(lock, event):
        with lock:
            event.set()
            event.wait()
            os.write(1, b"I went on")
    def other(lock, event):
        event.wait()
        lock.acquire()
        print("I got it", flush=True)
    """
    plan = a_plan(
        code,
        {"worker": [ref("lock"), ref("event")], "other": [ref("lock"), ref("event")]},
        shared={"lock": {"type": "Lock"}, "event": {"type": "Event"}},
        faults=(Fault("stop", "worker", None, "before", ("event", "wait")),),
    )

    run = perform(stage, plan)

    assert (run.ending, run.stdout) == ("deadlock", "")
    assert run.why == (
        "deadlock: worker waits in stop at scenario.yaml:6, "
        "other waits in lock.acquire at scenario.yaml:10 (taken by worker), the parent process waits in join"
    )


def test_a_point_that_this_run_does_not_come_to_is_no_failure(stage: Stage) -> None:
    run = perform(stage, locking(Fault("kill", "worker", nth=1000)))

    assert (run.ending, run.unstruck, run.processes["worker"].exitcode) == ("completed", (), 0)


def test_a_process_that_was_stopped_and_went_on_is_told_where_it_is_now(stage: Stage) -> None:
    code = """
    def worker(queue, event):
        queue.put(1)
        event.wait()
    """
    plan = a_plan(
        code,
        {"worker": [ref("queue"), ref("event")]},
        shared={"queue": {"type": "SimpleQueue"}, "event": {"type": "Event"}},
        faults=(Fault("stop", "worker", None, "after", ("queue", "put")), Fault("resume", "worker", 0.3)),
    )

    run = perform(stage, plan)

    assert str(run.why).startswith("deadlock: worker waits in event.wait at scenario.yaml:4 (")


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("start_together", [False, True], ids=["", "together"])
@pytest.mark.parametrize(("action", "exitcode"), [("kill", -9), ("terminate", -15)])
def test_a_process_that_is_still_starting_is_struck_and_that_is_told(
    stage: Stage, action: str, exitcode: int, start_method: str, start_together: bool
) -> None:
    code = "import time\ndef worker(): time.sleep(100)\ndef other(): pass"
    fault = Fault(action, "worker", 0.0)  # type: ignore[arg-type]
    plan = a_plan(
        code,
        ["other", "worker"],
        faults=(fault,),
        timeout_s=20.0,
        start_method=start_method,
        start_together=start_together,
    )

    run = perform(stage, plan)

    assert (run.ending, run.unstruck, run.leaks, run.parent.exitcode) == ("completed", (), (), 0)
    assert run.processes["worker"].faults == (f"{action} worker at 0 s",)
    assert (run.processes["worker"].exitcode, run.processes["other"].exitcode) == (exitcode, 0)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_process_that_is_stopped_while_it_starts_is_told(stage: Stage, start_method: str) -> None:
    code, fault = "import time\ndef worker(): time.sleep(100)", Fault("stop", "worker", 0.0)

    run = perform(stage, a_plan(code, ["worker"], faults=(fault,), timeout_s=20.0, start_method=start_method))

    assert (run.ending, run.processes["worker"].faults) == ("deadlock", ("stop worker at 0 s",))
    assert "worker waits in stop" in str(run.why)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_who_is_interrupted_while_it_starts_is_interrupted_in_its_target(stage: Stage, start_method: str) -> None:
    # Python looks for signals between instructions: one that comes just before a long sleep begins is seen at its end.
    code = """
        import signal, time
        def worker():
            while True:
                time.sleep(0.01)
        def other():
            signal.raise_signal(signal.SIGINT)
    """
    fault = Fault("interrupt", "worker", 0.0)

    for _ in range(5):  # For most of the time that a process takes to start it could do nothing about it.
        run = perform(stage, a_plan(code, ["worker", "other"], start_method=start_method, faults=(fault,)))

        assert (run.ending, run.unstruck) == ("completed", ())
        for process in run.processes.values():
            assert process.exitcode == 1
            assert process.raised is not None
            assert process.raised.type == "KeyboardInterrupt"
