"""How simulated processes begin and end."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.plan import Fault, FaultAction, Reference, StartMethod
from engine.schedule import Timing
from engine.trace import Returned
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import BETWEEN, LEFT_BEHIND, explored, only, outcomes, refusal, runs, value, values

pytestmark = pytest.mark.slow

SHARED = {"lock": {"type": "Lock"}}
UNORDERED = Settings(strategy="dpor", keep_going=True, orders_output=False)


def test_what_is_logged_and_warned_of_is_printed_by_each_process_and_no_look_at_the_clock(
    simulation: Simulation,
) -> None:
    source = """
    import logging, warnings
    def warn(): warnings.warn("old")
    def one():
        logging.getLogger("jobs").warning("taken %s", 3)
        warn()
        warn()
    def other(): warn()
    """

    run = only(simulation, source, ["one", "other"], settings=UNORDERED)

    warning = "/nowhere/scenario.yaml:3: UserWarning: old\n"
    one, other = (run.processes[name].stderr for name in ("one", "other"))
    assert (one.startswith(f"taken 3\n{warning}"), one.count(warning)) == (True, 1)
    assert other.count(warning) == 1


@pytest.mark.parametrize(("timing", "waited"), [("any", {True, False}), ("virtual", {False})])
def test_who_waits_for_something_for_a_while_does_so_no_longer_after_he_waited_in_vain(
    simulation: Simulation, timing: Timing, waited: set[bool]
) -> None:
    """He is woken too early once, and waits on for what is left of his second: when the time is up, that is known."""
    source = """
    import time
    def waits(condition, number):
        with condition: return condition.wait_for(lambda: number.value == 2, timeout=1)
    def counts(condition, number):
        for _ in range(2):
            time.sleep(0.7)
            with condition:
                number.value += 1
                condition.notify()
    """
    given = {name: [ref("condition"), ref("number")] for name in ("waits", "counts")}
    shared = {"condition": {"type": "Condition"}, "number": {"type": "RawValue", "typecode": "i", "value": 0}}
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)

    found = runs(simulation, source, given, shared=shared, settings=settings)

    assert {value(run.processes["waits"]) for run in found} == waited
    assert {run.ending for run in found} == {"completed"}


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("end", "exitcode", "stderr"),
    [
        ("return", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit(300)", 44, ""),
        ("sys.exit('bye')", 1, "bye\n"),
        ("os._exit(7)", 7, ""),
        (
            "raise ValueError('no')",
            1,
            "Process one:\nTraceback (most recent call last):\n"
            '  File "/nowhere/scenario.yaml", line 2, in one\nValueError: no\n',
        ),
    ],
)
def test_a_process_ends_as_its_target_does(
    simulation: Simulation, start_method: str, end: str, exitcode: int, stderr: str
) -> None:
    run = only(simulation, f"import os, sys\ndef one(): {end}", start_method=start_method)

    assert (run.processes["one"].exitcode, run.stderr) == (exitcode, stderr)


def test_what_was_printed_and_not_written_is_lost_by_who_leaves_at_once(simulation: Simulation) -> None:
    source = """
    import os
    def lost():
        print("lost")
        os._exit(0)
    def kept():
        print("kept", flush=True)
        os._exit(0)
    """

    assert only(simulation, source, ["lost", "kept"], settings=UNORDERED).stdout == "kept\n"


def test_what_was_printed_is_written_before_a_process_is_started(simulation: Simulation) -> None:
    source = """
    import multiprocessing
    def child(): print("child")
    def one():
        print("starter")
        child_process = multiprocessing.Process(target=child)
        child_process.start()
        child_process.join()
    """

    assert only(simulation, source).stdout == "starter\nchild\n"


def test_a_line_of_errors_is_not_torn(simulation: Simulation) -> None:
    source = """
    import sys
    def left(): print("left", "or", file=sys.stderr)
    def right(): print("right", file=sys.stderr)
    """

    found = runs(simulation, source, ["left", "right"])

    assert {run.stderr for run in found} == {"left or\nright\n", "right\nleft or\n"}


def test_what_is_written_beneath_pythons_streams_comes_before_what_they_keep(simulation: Simulation) -> None:
    source = """
    import os, sys
    def one():
        print("line")
        sys.stderr.write("half")
        os.write(1, b"first, ")
        os.write(2, b"first, ")
    """

    run = only(simulation, source, settings=UNORDERED)

    assert (run.stdout, run.stderr) == ("first, line\n", "first, half")


def test_much_that_is_printed_is_told(simulation: Simulation) -> None:
    run = only(simulation, "def one(): print('x' * 3_000_000)", settings=UNORDERED)

    assert run.stdout == "x" * 3_000_000 + "\n"


def test_too_much_that_is_printed_is_refused_before_it_fills_memory(simulation: Simulation) -> None:
    source = "def one():\n  for _ in range(100_000): print('x' * 1_000)"

    refused = refusal(simulation, source)

    assert refused == "a process that prints more than 4,000,000 characters (scenario.yaml:2)"


def test_what_the_parent_printed_before_it_started_anybody_comes_first(simulation: Simulation) -> None:
    source = "def before(): print('parent')\ndef one(): print('child')"

    found = runs(simulation, source, before=[])

    assert {run.stdout for run in found} == {"parent\nchild\n"}


def test_what_the_parent_does_at_its_exit_comes_when_the_others_have_ended(simulation: Simulation) -> None:
    source = """
    import atexit
    def before(): atexit.register(print, "parent")
    def one(): print("child")
    """

    found = runs(simulation, source, before=[])

    assert {run.stdout for run in found} == {"child\nparent\n"}


@pytest.mark.parametrize(
    ("timing", "resumed_s", "endings"),
    [
        ("virtual", 1.0, {("deadlock", ("resume one at 1 s",))}),
        ("virtual", 3.0, {("completed", ())}),
        # Where time passes at any moment, it does so when there is somebody to resume.
        ("any", 1.0, {("completed", ())}),
    ],
)
def test_who_is_not_yet_stopped_cannot_be_resumed(
    simulation: Simulation, timing: Literal["any", "virtual"], resumed_s: float, endings: set[Any]
) -> None:
    source = "import time\ndef one(lock):\n    time.sleep(2)\n    lock.acquire()"
    faults = (Fault("stop", "one", None, "before", ("lock", "acquire"), 1), Fault("resume", "one", resumed_s))
    settings = Settings(strategy="dpor", keep_going=True, orders_output=False, timing=timing)

    found = runs(simulation, source, {"one": [ref("lock")]}, shared=SHARED, faults=faults, settings=settings)

    assert {(run.ending, run.unstruck) for run in found} == endings


PUT = "def one(queue): queue.put(1)"
QUEUE = {"queue": {"type": "Queue"}}


def test_what_was_put_before_its_process_is_killed_may_be_written(simulation: Simulation) -> None:
    faults = (Fault("kill", "one", None, "after", ("queue", "put")),)

    found = runs(simulation, PUT, {"one": [ref("queue")]}, shared=QUEUE, faults=faults)

    assert {(run.processes["one"].exitcode, str(run.shared["queue"])) for run in found} == {(-9, "[]"), (-9, "[1]")}


@pytest.mark.parametrize(
    ("start_method", "code", "told"),
    [("fork", 1, ""), ("forkserver", 1, ""), ("spawn", -2, "Traceback (most recent call last):\nKeyboardInterrupt\n")],
)
def test_of_an_interrupt_when_all_was_told_only_the_exit_code_is_seen(
    simulation: Simulation, start_method: StartMethod, code: int, told: str
) -> None:
    faults = (Fault("interrupt", "one", nth=0),)
    source = """
    def one(lock):
        try: lock.acquire()
        except KeyboardInterrupt: return "before"
        return "after"
    """

    exploration = explored(
        simulation, source, {"one": [ref("lock")]}, shared=SHARED, faults=faults, start_method=start_method
    )
    ends = [found.run.processes["one"] for found in exploration.found]

    assert ("after", None, code, told) in {(value(one), one.raised, one.exitcode, one.stderr) for one in ends}
    assert {one.raised.type for one in ends if one.raised} == {"KeyboardInterrupt"}


@pytest.mark.parametrize("timing", ["any", "virtual"])
@pytest.mark.parametrize("action", ["terminate", "interrupt"])
def test_a_signal_to_who_is_stopped_is_refused(
    simulation: Simulation, action: Literal["terminate", "interrupt"], timing: Literal["any", "virtual"]
) -> None:
    faults = (Fault("stop", "one", None, "before", ("lock", "acquire")), Fault(action, "one", 0.2))
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)

    refused = refusal(
        simulation, "def one(lock): lock.acquire()", {"one": [ref("lock")]}, shared=SHARED, faults=faults,
        settings=settings,
    )  # fmt: skip

    assert refused == "a signal that waits until who is stopped goes on"


@pytest.mark.parametrize("options", [{"delay_s": 0.2}, {"start_after": ("other",)}])
def test_a_fault_by_the_clock_finds_nobody_who_has_not_started(simulation: Simulation, options: dict[str, Any]) -> None:
    source = "import time\ndef one(): time.sleep(0.2)\ndef other(): time.sleep(0.2)"
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    def ends(at_s: float) -> set[tuple[int | None, tuple[str, ...]]]:
        exploration = explored(
            simulation, source, ["one", "other"], options={"one": options}, faults=(Fault("kill", "one", at_s),),
            settings=settings,
        )  # fmt: skip
        return {(found.run.processes["one"].exitcode, found.run.processes["one"].faults) for found in exploration.found}

    assert ends(0.1) == {(0, ())}
    assert ends(0.3) == {(-9, ("kill one at 0.3 s",))}


@pytest.mark.parametrize(
    ("struck_s", "ends"),
    [(0.1, (-9, 0)), (0.3, (0, -9)), (0.6, (0, 0))],
)
def test_the_clock_of_faults_begins_with_the_first_process(
    simulation: Simulation, stage: Stage, struck_s: float, ends: tuple[int, int]
) -> None:
    source = "import time\ndef one(): time.sleep(0.2)\ndef other(): time.sleep(0.2)"
    faults = tuple(Fault("kill", name, struck_s) for name in ("one", "other"))
    options: dict[str, Any] = {"one": {"delay_s": 0.2}, "other": {"delay_s": 0.4}}
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    found = runs(simulation, source, ["one", "other"], options=options, faults=faults, settings=settings)
    real = perform(stage, a_plan(source, ["one", "other"], options=options, faults=faults))

    codes = [tuple(one.exitcode for one in run.processes.values()) for run in (*found, real)]
    assert codes == [ends, ends]


def test_the_clock_of_faults_does_not_begin_with_who_cannot_be_started(simulation: Simulation) -> None:
    source = "import time\ndef one(lock): pass\ndef other(): time.sleep(0.2)"
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    found = runs(
        simulation, source, {"one": [Reference("code", "absent", ())], "other": []},
        options={"other": {"start_after": ("one",), "delay_s": 0.2}}, faults=(Fault("kill", "other", 0.1),),
        settings=settings,
    )  # fmt: skip

    assert [run.processes["other"].exitcode for run in found] == [-9]


@pytest.mark.parametrize("what", ["print('more', flush=True)", "raise ValueError"])
def test_who_is_killed_after_an_operation_may_not_have_told_yet_what_follows(simulation: Simulation, what: str) -> None:
    source = f"def one(event):\n  event.set()\n  {what}\ndef other(event): event.wait()"
    given = {"one": [ref("event")], "other": [ref("event")]}

    found = runs(simulation, source, given, shared={"event": {"type": "Event"}}, faults=(Fault("kill", "one", 0.1),))

    ones = [run.processes["one"] for run in found if run.ending == "completed"]
    assert (-9, "", None) in {(one.exitcode, one.stdout, one.raised) for one in ones}


@pytest.mark.parametrize("caught", ["except:", "except BaseException:"])
def test_what_is_refused_is_so_also_where_a_target_takes_it_for_its_own_error(
    simulation: Simulation, caught: str
) -> None:
    source = f"import signal\ndef one():\n  try: signal.signal(2, None)\n  {caught} pass"

    assert refusal(simulation, source) == "signal.signal (scenario.yaml:3)"


def test_who_has_put_something_that_can_change_may_do_what_is_no_step(simulation: Simulation) -> None:
    source = "def one(queue, end): queue.put([1]), end.close(), end.close()\n"
    given, shared = {"one": [ref("queue"), ref("end", 1)]}, {"queue": {"type": "Queue"}, "end": {"type": "Pipe"}}
    struck = (Fault("kill", "one", None, "after", ("end[1]", "close"), 3),)

    assert [run.processes["one"].raised for run in runs(simulation, source, given, shared=shared)] == [None]
    refused = refusal(simulation, source, given, shared=shared, faults=struck)
    assert refused == "a fault at an operation on end[1], of which one does nothing (scenario.yaml:1)"


@pytest.mark.parametrize("resumed", [(), (Fault("resume", "one", 1.0),)])
def test_who_is_stopped_after_an_operation_does_nothing_more_before_he_is_resumed(
    simulation: Simulation, resumed: tuple[Fault, ...]
) -> None:
    source = "def one(event):\n  event.set()\n  print('more', flush=True)\n  return 1"
    faults = (Fault("stop", "one", None, "after", ("event", "set")), *resumed)
    shared = {"event": {"type": "Event"}}

    run = only(simulation, source, {"one": [ref("event")]}, shared=shared, faults=faults)

    one = run.processes["one"]
    expected = ("completed", "more\n", Returned(1)) if resumed else ("deadlock", "", None)
    assert (run.ending, one.stdout, one.returned) == expected
    assert (one.waiting_for and one.waiting_for.operation) == (None if resumed else "stop")


@pytest.mark.parametrize(("action", "code"), [("kill", -9), ("interrupt", 1)])
def test_who_starts_later_is_found_by_no_fault_before(simulation: Simulation, action: FaultAction, code: int) -> None:
    source = """
    def first(number): number.value += 1
    def one(number): number.value += 10
    def last(number): return number.value
    """
    given = {name: [ref("number")] for name in ("first", "one", "last")}
    shared = {"number": {"type": "Value", "typecode": "i", "value": 0, "lock": False}}
    options = {"one": {"start_after": ("first",)}, "last": {"start_after": ("one",)}}

    exploration = explored(
        simulation, source, given, shared=shared, options=options, faults=(Fault(action, "one", 0.1),)
    )

    ends = {(one.run.processes["one"].exitcode, one.run.processes["last"].returned) for one in exploration.found}
    assert ends == {(0, Returned(11)), (code, Returned(1)), (code, Returned(11))}


@pytest.mark.parametrize(
    ("kind", "end", "body", "operation"),
    [
        ({"type": "Pipe"}, (1,), "x.close(), x.close()", "close"),
        ({"type": "Pipe"}, (1,), "x.close(), x.send(1)", "send"),
        ({"type": "Pipe", "duplex": False}, (1,), "x.poll()", "poll"),
        ({"type": "Queue"}, (), "x.close(), x.put(1)", "put"),
        ({"type": "SimpleQueue"}, (), "x.close(), x.empty()", "empty"),
    ],
)
def test_a_fault_at_operations_of_which_one_does_nothing_is_refused(
    simulation: Simulation, kind: dict[str, Any], end: tuple[int, ...], body: str, operation: str
) -> None:
    name = "x[1]" if end else "x"

    def told(what: str) -> str | None:
        faults = (Fault("kill", "one", None, "after", (what, operation), 2),)
        shared = {"x": kind, "y": {"type": "Lock"}}
        return refusal(
            simulation, f"def one(x, y): {body}", {"one": [ref("x", *end), ref("y")]}, shared=shared, faults=faults
        )

    assert told(name) == f"a fault at an operation on {name}, of which one does nothing (scenario.yaml:1)"
    assert told("y") is None


@pytest.mark.parametrize(
    ("kind", "body", "operation"),
    [
        ({"type": "ShareableList", "value": ["a"]}, "x[3]", "read"),
        ({"type": "ShareableList", "value": ["a"]}, "x[0] = 'a' * 99", "write"),
        ({"type": "RawArray", "typecode": "i", "size": 1}, "x[3]", "read"),
        ({"type": "RawValue", "typecode": "i", "value": 0}, "x.value = 'a'", "write"),
    ],
)
def test_a_fault_strikes_at_what_memory_refuses(
    simulation: Simulation, kind: dict[str, Any], body: str, operation: str
) -> None:
    faults = (Fault("kill", "one", None, "before", ("x", operation)),)

    run = only(simulation, f"def one(x): {body}", {"one": [ref("x")]}, shared={"x": kind}, faults=faults)

    assert (run.processes["one"].exitcode, run.processes["one"].raised) == (-9, None)


def test_a_fault_anywhere_is_not_tried_after_time_has_passed_and_that_is_said(simulation: Simulation) -> None:
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    def reasons(body: str) -> tuple[str, ...]:
        source = f"import time\ndef one(lock): {body}"
        faults = (Fault("kill", "one", nth=0),)
        given = {"one": [ref("lock")]}
        return explored(simulation, source, given, shared=SHARED, faults=faults, settings=settings).reasons

    assert reasons("lock.acquire(); time.sleep(1)") == (
        "a fault that strikes anywhere is tried only until time passes for the first time",
    )
    assert reasons("lock.acquire()") == ()


def test_a_daemon_in_a_call_of_a_manager_at_the_end_is_refused(simulation: Simulation) -> None:
    refused = refusal(
        simulation,
        "def one(queue): queue.get()\ndef other(): ...",
        {"one": [ref("queue")], "other": []},
        shared={"queue": {"type": "Manager.Queue"}},
        options={"one": {"daemon": True}},
    )

    assert refused == "a daemon that is in a call of a manager when all others have ended"


def test_where_objects_are_in_memory_is_not_seen(simulation: Simulation) -> None:
    source = "class Item: ...\ndef one(queue): queue.put(Item())"

    assert str(only(simulation, source, {"one": [ref("queue")]}, shared=QUEUE).shared["queue"]) == (
        "[<scenario_code.Item object at 0x0>]"
    )


def test_what_is_left_of_a_failure_is_seen_as_its_parent_sees_it(simulation: Simulation) -> None:
    source = "class Item:\n    def __repr__(self): return 'an item'\ndef one(queue): queue.put(Item())"
    plan = a_plan(source, {"one": [ref("queue")]}, shared=QUEUE)

    (found,) = simulation.explore(plan, Settings(strategy="dpor", keep_going=True), lambda run: True).found

    assert str(found.run.shared["queue"]) == "[an item]"


HOLDS = """
import atexit, multiprocessing, sys
def items(lock):
    with lock:
        yield 1
def held(lock):
    stream = items(lock)
    next(stream)
    return stream
"""


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
@pytest.mark.parametrize("end", ["ValueError", "SystemExit(1)", "SystemExit('bye')"])
def test_what_the_variables_of_a_failed_target_hold_is_given_back(
    simulation: Simulation, start_method: StartMethod, end: str
) -> None:
    source = f"""{HOLDS}
def one(lock):
    stream = held(lock)
    raise {end}
def other(lock): return lock.acquire(timeout=1)
"""
    given = {"one": [ref("lock")], "other": [ref("lock")]}

    found = outcomes(
        simulation,
        source,
        given,
        shared=SHARED,
        start_method=start_method,
        options={"other": {"start_after": ("one",)}},
    )

    assert {value for *_, value in found} == {True}


def test_it_is_given_back_before_what_is_run_at_exit_and_after_children_are_waited_for(simulation: Simulation) -> None:
    source = f"""{HOLDS}
def look(lock, when): print(when, lock.acquire(block=False), flush=True)
def one(lock):
    atexit.register(look, lock, "at exit")
    stream = held(lock)
    multiprocessing.Process(target=look, args=(lock, "child")).start()
    raise ValueError
"""

    run = only(simulation, source, {"one": [ref("lock")]}, shared=SHARED, start_method="spawn")

    assert run.stdout == "child False\nat exit True\n"


def test_of_the_parent_it_is_given_back_before_its_children_are_waited_for(simulation: Simulation) -> None:
    source = f"""{HOLDS}
def child(lock):
    with lock: pass
def before(lock):
    multiprocessing.Process(target=child, args=(lock,)).start()
    stream = held(lock)
    raise ValueError
def one(): pass
"""

    (run,) = runs(simulation, source, shared=SHARED, before=[ref("lock")])

    assert (run.ending, run.shared) == ("completed", {"lock": {"locked": False}})


def test_what_a_failed_operation_went_through_is_gone_when_that_is_caught(simulation: Simulation) -> None:
    source = f"""{HOLDS}
from queue import Empty
def take(lock, queue):
    stream = held(lock)
    queue.get_nowait()
def one(lock, queue):
    try: take(lock, queue)
    except Empty: pass
    return lock.acquire(timeout=1)
"""
    given = {"one": [ref("lock"), ref("queue")]}

    found = outcomes(simulation, source, given, shared={**SHARED, **QUEUE})

    assert {value for _, value in found} == {True}


def test_what_was_put_before_an_interrupt_is_written(simulation: Simulation) -> None:
    source = """
    def one(queue):
        try: queue.put(1)
        except KeyboardInterrupt: queue.put(2)
    def other(queue): return queue.get()
    """
    shared = {"queue": {"type": "Queue"}}
    faults = (Fault("interrupt", "one", None, "after", ("queue", "put")),)

    found = runs(simulation, source, {"one": [ref("queue")], "other": [ref("queue")]}, shared=shared, faults=faults)

    assert {(run.ending, run.processes["other"].returned, str(run.shared["queue"])) for run in found} == {
        ("completed", Returned(1), "[2]")
    }


def test_an_interrupt_in_the_middle_is_refused_where_nobody_knows_what_comes_of_it(simulation: Simulation) -> None:
    source = "def one(news):\n  with news: news.wait()\ndef other(news):\n  with news: news.notify()"
    shared = {"news": {"type": "Manager.Condition"}}
    faults = (Fault("interrupt", "one", nth=0),)

    refused = refusal(simulation, source, {"one": [ref("news")], "other": [ref("news")]}, shared=shared, faults=faults)

    assert refused == "an interrupt in the middle of news.sleep"


def test_who_is_interrupted_as_he_gets_may_lose_what_he_got(simulation: Simulation) -> None:
    source = """
    def one(queue):
        try: return queue.get()
        except KeyboardInterrupt: return "interrupted"
    def other(queue): queue.put(1)
    """
    shared = {"queue": {"type": "Queue"}}

    exploration = explored(
        simulation, source, {"one": [ref("queue")], "other": [ref("queue")]}, shared=shared,
        faults=(Fault("interrupt", "one", nth=0),),
    )  # fmt: skip

    assert exploration.refusal is None
    ends = {(found.run.processes["one"].returned, str(found.run.shared["queue"])) for found in exploration.found}
    assert ends == {
        (Returned(1), "[]"),
        (Returned("interrupted"), "[1]"),  # As it waits: the lock is given back.
        (Returned("interrupted"), "[]"),  # As it has it: nobody gets it any more.
        (None, "[]"),  # After the try.
    }


def test_an_interrupt_may_come_while_a_process_waits_for_its_children(simulation: Simulation) -> None:
    source = """
    from multiprocessing import Process
    def child(lock):
        lock.acquire()
        lock.release()
    def one(lock): Process(target=child, args=(lock,)).start()
    """
    faults = (Fault("interrupt", "one", nth=0),)

    exploration = explored(simulation, source, {"one": [ref("lock")]}, shared=SHARED, faults=faults)

    assert (exploration.refusal, {*exploration.reasons}, exploration.exhausted) == (None, {BETWEEN, LEFT_BEHIND}, True)
    assert {found.run.processes["one"].exitcode for found in exploration.found} == {0, 1}


def test_who_is_killed_at_its_last_step_has_one_end_and_not_two(simulation: Simulation) -> None:
    source = """
    from multiprocessing import Process
    def child(lock): lock.acquire()
    def one(lock):
        process = Process(target=child, args=(lock,))
        process.start()
        process.kill()
        process.join()
        return process.exitcode
    """

    assert outcomes(simulation, source, {"one": [ref("lock")]}, shared=SHARED) == {
        ("completed", -9),
        ("completed", 0),
    }


@pytest.mark.parametrize(("start_method", "seen"), [("fork", [1]), ("spawn", [])])
def test_what_before_has_set_is_there_if_the_process_is_forked(
    simulation: Simulation, start_method: str, seen: list[int]
) -> None:
    source = """
    items = []
    def before(): items.append(1)
    def one(): return items
    """

    assert values(only(simulation, source, before=[], start_method=start_method)) == (seen,)


def test_an_argument_is_a_copy(simulation: Simulation) -> None:
    source = """
    items = [1]
    def one(items):
        items.append(2)
        return items
    """

    assert values(only(simulation, source, {"one": [[1]]})) == ([1, 2],)


@pytest.mark.parametrize("timing", ["any", "virtual"])
def test_who_starts_after_another_sees_what_that_has_done(simulation: Simulation, timing: str) -> None:
    source = """
    def early(x): x.value = 5
    def late(x): return x.value
    """
    x = {"x": {"type": "Value", "typecode": "i", "value": 0}}
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)  # type: ignore[arg-type]
    processes = {"late": [ref("x")], "early": [ref("x")]}
    options = {"late": {"start_after": ("early",)}}

    found = outcomes(simulation, source, processes, shared=x, options=options, settings=settings)

    assert found == {("completed", 5, None)}


def test_on_a_clock_who_is_delayed_comes_later(simulation: Simulation) -> None:
    source = """
    def early(x): x.value = 5
    def late(x): return x.value
    """
    x = {"x": {"type": "Value", "typecode": "i", "value": 0}}
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")
    processes = {"late": [ref("x")], "early": [ref("x")]}

    found = outcomes(simulation, source, processes, shared=x, options={"late": {"delay_s": 2.0}}, settings=settings)

    assert found == {("completed", 5, None)}


def test_on_a_clock_a_run_takes_as_long_as_its_longest_wait(simulation: Simulation) -> None:
    source = """
    import time
    def sleeper(e):
        time.sleep(0.2)
        e.set()
    def waiter(e): return e.wait(5)
    """
    processes, options = {"sleeper": [ref("e")], "waiter": [ref("e")]}, {"sleeper": {"delay_s": 0.1}}
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual")

    run = only(simulation, source, processes, shared={"e": {"type": "Event"}}, options=options, settings=settings)

    assert run.duration_s == 0.3


@pytest.mark.parametrize(("is_timed", "durations"), [(True, [1.0, 2.0]), (False, [1.0])])
def test_durations_tell_outcomes_apart_where_somebody_looks(
    simulation: Simulation, is_timed: bool, durations: list[float]
) -> None:
    source = """
    import time
    def short(lock):
        if lock.acquire(False): time.sleep(1)
    def long(lock):
        if lock.acquire(False): time.sleep(2)
    """
    processes = {"short": [ref("lock")], "long": [ref("lock")]}
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual", is_timed=is_timed)

    found = runs(simulation, source, processes, shared=SHARED, settings=settings)

    assert sorted(run.duration_s for run in found) == durations


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("import socket\ndef one(): socket.socket()", "socket.__new__ (scenario.yaml:2)"),
        ("import subprocess\ndef one(): subprocess.run(['true'])", "subprocess.Popen"),
        ("import threading\ndef one(): threading.Thread(target=print).start()", "starting a thread"),
        ("import signal\ndef one(): signal.signal(signal.SIGCHLD, print)", "signal.signal (scenario.yaml:2)"),
        (
            "import asyncio\ndef one(): asyncio.run(print())",
            "socket.__new__, in asyncio.runners.run (scenario.yaml:2)",
        ),
        ("def one(): open('/tmp/never', 'w')", "opening /tmp/never to write (scenario.yaml:1)"),
        ("import os\ndef one(): os.fork()", "os.fork (scenario.yaml:2)"),
        ("from multiprocessing import Pool\ndef one(): Pool(1)", "multiprocessing.Pool (scenario.yaml:2)"),
        ("from multiprocessing import Manager\ndef one(): Manager()", "a Manager that a target starts"),
    ],
)
def test_what_cannot_be_simulated_is_refused_by_name_and_line(
    simulation: Simulation, source: str, refused: str
) -> None:
    exploration = explored(simulation, source)

    assert str(exploration.refusal).startswith(refused)
    assert not exploration.exhausted


@pytest.mark.parametrize("crash", ["faulthandler._sigsegv()", "faulthandler._sigabrt()"])
def test_a_target_that_crashes_its_interpreter_is_told_of_and_the_next_plan_is_explored(
    simulation: Simulation, crash: str
) -> None:
    exploration = explored(simulation, f"import faulthandler\ndef one(): {crash}")

    assert str(exploration.refusal).startswith("a target has ended the interpreter that simulates it (SIG")
    assert values(only(simulation, "def one(): return 1")) == (1,)


def test_what_no_schedule_decides_is_named(simulation: Simulation) -> None:
    exploration = explored(simulation, "def one(): return open('/proc/sys/kernel/random/uuid').read()")

    assert not exploration.exhausted
    assert exploration.reasons[0].startswith("the same schedule has led elsewhere the second time")


def test_what_a_process_starts_writes_into_its_output(simulation: Simulation) -> None:
    source = """
    import multiprocessing

    def say(word):
        print(word, flush=True)

    def one():
        child = multiprocessing.Process(target=say, args=("child",))
        child.start()
        say("starter")
        child.join()
    """

    found = explored(simulation, source, settings=UNORDERED).found

    assert {one.run.processes["one"].stdout for one in found} == {"child\nstarter\n", "starter\nchild\n"}


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("falsehood", ["__len__(self): return 0", "__bool__(self): return False"])
def test_a_process_that_counts_as_false_begins_as_any_other(
    simulation: Simulation, start_method: str, falsehood: str
) -> None:
    source = f"""
        import multiprocessing
        class Empty(multiprocessing.Process):
            def {falsehood}
            def __init__(self, queue):
                super().__init__()
                self.queue, self.items = queue, []
            def run(self): self.queue.put(self.items)
        def one():
            queue = multiprocessing.SimpleQueue()
            empty = Empty(queue)
            empty.start()
            empty.items.append("too late")
            return queue.get()
        """

    assert values(only(simulation, source, start_method=start_method)) == ([],)


def test_pipes_that_targets_make_meanwhile_are_explored(simulation: Simulation) -> None:
    source = """
    import multiprocessing

    def answer(line):
        line.send(line.recv() + 1)

    def one():
        found = []
        for number in range(2):
            mine, others = multiprocessing.Pipe()
            child = multiprocessing.Process(target=answer, args=(others,))
            child.start()
            mine.send(number)
            found.append(mine.recv())
            child.join()
        return found
    """

    assert [values(run) for run in runs(simulation, source, ["one[0]", "one[1]"])] == [([1, 2], [1, 2])]


def test_what_a_module_keeps_of_the_current_process_is_a_copy_in_who_is_forked(simulation: Simulation) -> None:
    source = """
    import multiprocessing
    me, workers = multiprocessing.current_process(), []
    def look(queue):
        queue.put((me is multiprocessing.current_process(), me.name, len(workers)))
    def before(): workers.append(multiprocessing.Process(target=int))
    def one(queue):
        for _ in range(2):
            workers.append(multiprocessing.Process(target=look, args=(queue,)))
            workers[-1].start()
            workers[-1].join()
        return [queue.get(), queue.get()]
    """

    run = only(simulation, source, {"one": [ref("queue")]}, shared=QUEUE, before=[])

    assert value(run.processes["one"]) == [(False, "MainProcess", 2), (False, "MainProcess", 3)]


@pytest.mark.parametrize("what", ["is_alive()", "join()", "sentinel"])
def test_whether_its_parent_lives_is_not_simulated(simulation: Simulation, what: str) -> None:
    source = f"import multiprocessing\ndef one(): multiprocessing.parent_process().{what}"

    assert refusal(simulation, source) == f"parent_process().{what.rstrip('()')} (scenario.yaml:2)"


COLLECTS = """
import gc
class Holds:
    def __init__(self, lock): self.lock, self.me = lock, self
    def __del__(self): self.lock.release()
def one(lock):
    lock.acquire()
    Holds(lock)
    {collect}
    return lock.acquire(block=False)
"""


@pytest.mark.parametrize(
    ("collect", "is_released"),
    [("gc.collect()", True), ("gc.set_threshold(10); garbage = [[] for _ in range(10_000)]", False)],
)
def test_only_a_collection_that_a_target_asks_for_runs_destructors_in_its_name(
    simulation: Simulation, collect: str, is_released: bool
) -> None:
    # Another one comes at any moment, and may find what was left by another run.
    source = COLLECTS.format(collect=collect)

    assert outcomes(simulation, source, {"one": [ref("lock")]}, shared=SHARED) == {("completed", is_released)}


def test_what_another_process_may_have_left_is_not_collected_by_who_asks_for_it(simulation: Simulation) -> None:
    source = """
        import gc
        class Node: pass
        def one(event):
            node = Node()
            node.me = node
            del node
            event.set()
        def other(event):
            event.wait()
            return gc.collect()
        def alone(event):
            node = Node()
            node.me = node
            del node
            return gc.collect() > 0
        """
    shared = {"event": {"type": "Event"}}

    refused = refusal(simulation, source, {name: [ref("event")] for name in ("one", "other")}, shared=shared)

    assert refused == "gc.collect() where it finds what another process may have left (scenario.yaml:11)"
    assert values(only(simulation, source, {"alone": [ref("event")]}, shared=shared)) == (True,)


def test_each_process_warns_its_caller(simulation: Simulation) -> None:
    source = "import warnings\ndef one(): warnings.warn('old', stacklevel=2)\ndef other(): one()"

    for run in runs(simulation, source, ("one[0]", "one[1]", "other")):
        assert ["UserWarning: old" in process.stderr for process in run.processes.values()] == [True] * 3


def test_who_has_a_manager_is_not_told_of_its_children(simulation: Simulation) -> None:
    source = """
        import multiprocessing
        def before(): multiprocessing.active_children()
        def one(settings): return multiprocessing.active_children()
        """
    more: dict[str, Any] = {"shared": {"settings": {"type": "Manager.dict"}}}

    assert values(only(simulation, source, {"one": [ref("settings")]}, **more)) == ([],)
    refused = refusal(simulation, source, {"one": [ref("settings")]}, before=[], **more)
    assert refused == "active_children of the scenario's parent (scenario.yaml:3)"
