"""Who waits for longer than a real run may take does not go on, and daemons not for longer than half of that."""

from __future__ import annotations

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.schedule import Timing
from tests.processes_support import ref
from tests.stage.simulation.stories import LEFT_BEHIND, explored

pytestmark = pytest.mark.slow

SHARED = {"event": {"type": "Event"}, "jobs": {"type": "Queue"}, "lock": {"type": "Lock"}}
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
