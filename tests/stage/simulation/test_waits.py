"""Who waits for longer than a real run may take does not go on, and daemons not for longer than half of that."""

from __future__ import annotations

from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.schedule import Timing
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import LEFT_BEHIND, explored, refusal

pytestmark = pytest.mark.slow

SHARED = {"event": {"type": "Event"}, "jobs": {"type": "Queue"}, "lock": {"type": "Lock"}}
EVENT = {"event": {"type": "Event"}}
LATE = "a daemon waits for longer than it is sure to live when all others have ended"
CHAIN = "what is waited for one after the other takes longer than the timeout"
TIMINGS: tuple[Timing, ...] = ("any", "virtual")


def endings(
    simulation: Simulation, source: str, timing: Timing, daemons: tuple[str, ...] = (), timeout_s: float = 10.0
) -> set[tuple[str, str]]:
    """How runs end, and what is printed."""
    names = [name for name in ("one", "other") if f"def {name}(" in source]
    found = explored(
        simulation,
        source,
        {name: [ref(each) for each in SHARED if f"def {name}({each}" in source] for name in names},
        shared=SHARED,
        settings=Settings(strategy="dpor", keep_going=True, timing=timing),
        options={name: {"daemon": True} for name in daemons},
        timeout_s=timeout_s,
    ).found
    return {(one.run.ending, one.run.stdout) for one in found}


@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize(
    ("wait", "ending"),
    [
        ("event.wait(9)", "completed"),
        ("event.wait(11)", "timeout"),
        ("event.wait(6), event.wait(6)", "timeout"),
        ("time.sleep(11) if event.wait(0.1) else event.wait(10)", "timeout"),
        ("time.sleep(9)", "completed"),
        ("time.sleep(11)", "timeout"),
        ("time.sleep(6), event.wait(6)", "timeout"),
        ("time.sleep(6), time.sleep(6)", "timeout"),
    ],
)
def test_a_run_ends_at_its_timeout(simulation: Simulation, timing: Timing, wait: str, ending: str) -> None:
    found = endings(simulation, f"import time\ndef one(event): {wait}", timing)

    assert found == {(ending, "")}


@pytest.mark.parametrize("timing", TIMINGS)
def test_who_waits_in_vain_may_be_given_it_by_another(simulation: Simulation, timing: Timing) -> None:
    source = "def one(event): print(event.wait(11))\ndef other(event): event.set()"

    assert endings(simulation, source, timing) == {("completed", "True\n")}


@pytest.mark.parametrize(("seconds", "printed"), [(4, {"later\n"}), (6, {""})])
def test_a_daemon_has_half_of_the_time(simulation: Simulation, seconds: int, printed: set[str]) -> None:
    source = f"import time\ndef one():\n    time.sleep({seconds})\n    print('later')\ndef other(): pass"

    found = endings(simulation, source, "virtual", daemons=("one",))

    assert found == {("completed", text) for text in printed}


@pytest.mark.parametrize(
    ("wait", "reasons"), [("time.sleep(4)", ()), ("time.sleep(6)", (LATE,)), ("event.wait(6)", (LATE,))]
)
def test_where_time_is_any_a_daemon_that_takes_longer_is_told(
    simulation: Simulation, wait: str, reasons: tuple[str, ...]
) -> None:
    source = f"import time\ndef one(event): {wait}\ndef other(): pass"
    given = {"one": [ref("event")], "other": []}

    exploration = explored(simulation, source, given, shared=SHARED, options={"one": {"daemon": True}}, timeout_s=10.0)

    assert exploration.reasons == reasons


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        (
            "def one(jobs):\n    time.sleep(6)\n    jobs.put(1)\ndef other(jobs):\n    jobs.get()\n    time.sleep(6)",
            (CHAIN,),
        ),
        ("def one(jobs):\n    time.sleep(6)\n    jobs.put(1)\ndef other(jobs):\n    time.sleep(6)\n    jobs.get()", ()),
        ("def one(jobs): time.sleep(6)\ndef other(jobs): time.sleep(6)", ()),
    ],
)
def test_waits_that_come_one_after_the_other_add_up(
    simulation: Simulation, source: str, reasons: tuple[str, ...]
) -> None:
    given = {name: [ref("jobs")] for name in ("one", "other")}

    exploration = explored(simulation, f"import time\n{source}", given, shared=SHARED, timeout_s=10.0)

    assert exploration.reasons == reasons


def test_a_daemon_has_that_time_from_when_all_others_have_ended(simulation: Simulation) -> None:
    source = "import time\ndef one():\n    time.sleep(7)\n    print('later')\ndef other(): time.sleep(3)"

    assert endings(simulation, source, "virtual", daemons=("one",)) == {("completed", "later\n")}


@pytest.mark.parametrize("timing", TIMINGS)
def test_where_all_are_daemons_they_are_waited_for_like_all_processes(simulation: Simulation, timing: Timing) -> None:
    assert endings(simulation, "def one(jobs): jobs.get()", timing, daemons=("one",)) == {("deadlock", "")}
    assert endings(simulation, "import time\ndef one(): time.sleep(11)", timing, daemons=("one",)) == {("timeout", "")}


STUCK = "def one(event): event.wait()\ndef other(event): event.wait()\ndef third(event): pass"
SLEEPS = "import time\ndef one(event): event.wait()\ndef other(event): time.sleep(100)\ndef third(event): pass"


@pytest.mark.parametrize(
    ("source", "names", "options", "ending"),
    [
        (STUCK, ("one", "other"), {"one": {}, "other": {}}, "deadlock"),
        (STUCK, ("one", "third"), {"one": {}, "third": {}}, "deadlock"),
        (STUCK, ("third", "one"), {"third": {}, "one": {"start_after": ("third",)}}, "deadlock"),
        (STUCK, ("one", "third"), {"one": {}}, "completed"),
        (STUCK, ("third", "one"), {"one": {"start_after": ("third",)}}, "completed"),
        (STUCK, ("third", "one"), {"one": {"delay_s": 0.1}}, "completed"),
        (STUCK, ("third", "one", "other"), {"one": {}, "other": {"start_after": ("one",)}}, "deadlock"),
        (SLEEPS, ("one", "other"), {"one": {}, "other": {}}, "timeout"),
        (SLEEPS, ("one", "other"), {"other": {}}, "timeout"),
    ],
)
@pytest.mark.parametrize("timing", TIMINGS)
def test_for_which_daemons_the_parent_waits(
    simulation: Simulation,
    stage: Stage,
    timing: Timing,
    source: str,
    names: tuple[str, ...],
    options: dict[str, dict[str, Any]],
    ending: str,
) -> None:
    """Those in ``options`` are daemons. What it does afterwards comes when they have had their time."""
    daemons = {name: {"daemon": True, **more} for name, more in options.items()}
    given = {name: [ref("event")] for name in names}
    more: dict[str, Any] = {"shared": EVENT, "options": daemons, "after": [], "timeout_s": 1.5}
    source += "\ndef after(): print('after', flush=True)"
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)

    found = explored(simulation, source, given, settings=settings, **more)
    real = perform(stage, a_plan(source, given, **more))

    assert found.reasons == ()
    assert {(one.run.ending, one.run.stdout) for one in found.found} == {(real.ending, real.stdout)}
    assert real.ending == ending


def test_who_waits_for_a_daemon_has_waited_for_half_of_the_timeout(simulation: Simulation) -> None:
    settings = Settings(strategy="dpor", keep_going=True, timing="virtual", is_timed=True)
    given = {name: [ref("event")] for name in ("one", "third")}

    (found,) = explored(
        simulation, STUCK, given, settings, shared=EVENT, options={"one": {"daemon": True}}, timeout_s=10.0
    ).found

    assert found.run.duration_s == 5.0


WAKES = """
import multiprocessing
def one(event): event.wait()
def other(event): pass
def after(event): {last}
"""
GOES_ON = "a daemon that goes on when all others have ended, by what the parent does"


@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("event.is_set()", None),
        ("event.set()", GOES_ON),
        ("event.set(), event.clear()", GOES_ON),
        ("multiprocessing.active_children()", "active_children of the scenario's parent (scenario.yaml:5)"),
    ],
)
def test_a_daemon_that_the_parent_wakes_at_last_is_refused(
    simulation: Simulation, timing: Timing, last: str, reason: str | None
) -> None:
    given = {name: [ref("event")] for name in ("one", "other")}
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)

    refused = refusal(
        simulation, WAKES.format(last=last), given, settings=settings,
        shared=EVENT, options={"one": {"daemon": True}}, after=[ref("event")],
    )  # fmt: skip

    assert refused == reason


MAKES_ROOM = """
def one(jobs, end):
    {work}
def other(*given): pass
"""


@pytest.mark.parametrize(
    ("work", "waits_in"),
    [
        ("jobs.put(1)", None),
        ("jobs.put(1); jobs.put(2)", "jobs"),
        ("jobs.put('long' * 70_000)", "jobs"),
        ("end.send('long' * 70_000)", "pipe[0]"),
        ("end.send(1); jobs.get()", None),
    ],
)
def test_a_daemon_for_which_reading_what_is_shared_makes_room_is_refused(
    simulation: Simulation, work: str, waits_in: str | None
) -> None:
    shared = {"jobs": {"type": "Queue", "maxsize": 1}, "pipe": {"type": "Pipe"}}
    given = {name: [ref("jobs"), ref("pipe", 0)] for name in ("one", "other")}

    refused = refusal(simulation, MAKES_ROOM.format(work=work), given, shared=shared, options={"one": {"daemon": True}})

    assert refused == (waits_in and f"a daemon that waits for room in {waits_in} when all others have ended")


CHANGES = """
import atexit, multiprocessing
def change(value): value.value += 1
def before(value):
    global child
    child = multiprocessing.Process(target=change, args=(value,))
    {begins}
def one(): pass
def after(): {last}
"""


@pytest.mark.parametrize(
    ("begins", "last", "reason"),
    [
        ("child.start()", "child.join()", None),
        ("child.start()", "pass", "value.write when the parent has read what is shared, and has only to end"),
        (
            "atexit.register(change, value)",
            "pass",
            "value.write when the parent has read what is shared, and has only to end",
        ),
        ("atexit.register(print, 'over')", "pass", None),
    ],
)
def test_what_changes_when_the_parent_has_read_what_is_shared_is_refused(
    simulation: Simulation, begins: str, last: str, reason: str | None
) -> None:
    refused = refusal(
        simulation, CHANGES.format(begins=begins, last=last), ["one"],
        shared={"value": {"type": "Value", "typecode": "i"}}, before=[ref("value")], after=[],
    )  # fmt: skip

    assert refused == reason


ORPHAN = """
import multiprocessing, os
def child(lock): lock.acquire()
def one(lock):
    started = multiprocessing.Process(target=child, args=(lock,))
    started.start()
    {last}
"""


@pytest.mark.parametrize(("last", "leaks"), [("os._exit(0)", {("process",)}), ("pass", {()})])
def test_who_is_left_behind_is_a_leak(simulation: Simulation, last: str, leaks: set[tuple[str, ...]]) -> None:
    found = explored(simulation, ORPHAN.format(last=last), {"one": [ref("lock")]}, shared=SHARED)

    assert {one.run.leaks for one in found.found} == leaks
    assert (LEFT_BEHIND in found.reasons) is (("process",) in leaks)


POLLERS = """
import queue
def one(jobs, event):
    while not event.is_set():
        try: jobs.get(timeout=0.05)
        except queue.Empty: pass
other = one
def third(jobs, event): {work}
"""


@pytest.mark.parametrize(("work", "is_ended"), [("event.set()", False), ("pass", True)])
def test_who_polls_only_because_somebody_is_held_back_for_half_of_the_time_does_not_fail(
    simulation: Simulation, work: str, is_ended: bool
) -> None:
    # Each of them is woken by what the other does to the lock of the queue's reader.
    shared = {"jobs": {"type": "Queue"}, "event": {"type": "Event"}}
    given = {name: [ref("jobs"), ref("event")] for name in ("one", "other", "third")}
    settings = Settings(strategy="dpor", schedules=300, steps=1500, keep_going=True)

    found = explored(simulation, POLLERS.format(work=work), given, shared=shared, settings=settings, timeout_s=1.0)

    assert ("timeout" in {one.run.ending for one in found.found}) is is_ended
