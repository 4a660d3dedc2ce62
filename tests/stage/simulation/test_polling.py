"""A loop that looks and looks is told from one that comes to an end by itself: for certain, or not at all."""

from __future__ import annotations

import textwrap

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from tests.processes_support import ref
from tests.stage.simulation.counters import COUNTERS
from tests.stage.simulation.stories import explored, outcomes, values

pytestmark = pytest.mark.slow

SHARED = {
    "x": {"type": "Value", "typecode": "i", "value": 0},
    "y": {"type": "Value", "typecode": "i", "value": 0},
    "items": {"type": "Array", "typecode": "i", "size": 9},
}
POLLER = {"poller": [ref("x")]}
BOTH = {"poller": [ref("x")], "setter": [ref("x")]}
SETTER = "\ndef setter(x): x.value = 1\n"


# What polls


@pytest.mark.parametrize(
    "source",
    [
        "def poller(x):\n  while not x.value: pass\n  return 'seen'",
        "import time\ndef poller(x):\n  while not x.value: time.sleep(0.1)\n  return 'seen'",
        "from time import sleep\ndef poller(x):\n  while not x.value: sleep(0.1)\n  return 'seen'",
        "def look(x): return x.value\ndef poller(x):\n  while not look(x): pass\n  return 'seen'",
        "def look(x, by=1): return x.value * by\ndef poller(x):\n  while not look(x, by=2): pass\n  return 'seen'",
        "seen = []\ndef poller(x):\n  while not x.value: continue\n  seen.append(1)\n  return 'seen'",
        "class Poller:\n  def __init__(self, x): self.x = x\n  def run(self):\n    while not self.x.value: pass\n"
        "def poller(x):\n  Poller(x).run()\n  return 'seen'",
        "def poller(x):\n  for turn in range(2):\n    while not x.value: pass\n  return 'seen'",
        "def poller(x):\n  while not any(one.value for one in [x]): pass\n  return 'seen'",
        "def poller(x):\n  while not all(x.value for turn in (1, 2)): pass\n  return 'seen'",
        "import time\ndef poller(x):\n  by = 2\n"
        "  while not any(one * x.value * by for one in range(3)): time.sleep(1)\n  return 'seen'",
        "def poller(x):\n  while True:\n    try:\n      if x.value: return 'seen'\n    except ValueError: pass",
        "def poller(x):\n  get = x.get_obj\n  while not get().value: pass\n  return 'seen'",
        "def poller(x):\n  while True:\n    with x.get_lock():\n      if x.value: return 'seen'",
        "import logging\nlogging.basicConfig(level=10)\nlog = logging.getLogger(__name__)\n"
        "def poller(x):\n  while not x.value: pass\n  log.debug('over')\n  return 'seen'",
    ],
)
@pytest.mark.parametrize("timing", ["any", "virtual"])
def test_who_polls_waits_for_what_it_looks_at(simulation: Simulation, source: str, timing: str) -> None:
    settings = Settings(strategy="dpor", keep_going=True, steps=300, timing=timing)  # type: ignore[arg-type]

    found = outcomes(simulation, source + SETTER, BOTH, settings=settings, shared=SHARED)

    assert found == {("completed", "seen", None)}


@pytest.mark.parametrize("get", ["get(timeout=0.1)", "get_nowait()", "get(False)"])
@pytest.mark.parametrize("timing", ["any", "virtual"])
def test_who_gets_in_vain_waits_for_an_item_or_the_flag(simulation: Simulation, get: str, timing: str) -> None:
    source = f"""
    import queue, time
    def worker(jobs, stop):
        got = 0
        while not stop.is_set():
            try:
                jobs.{get}
            except queue.Empty:
                time.sleep(0.1)
                continue
            got += 1
        return got
    def boss(jobs, stop):
        jobs.put("job")
        stop.set()
    """
    shared = {"jobs": {"type": "Queue"}, "stop": {"type": "Event"}}
    processes = {name: [ref("jobs"), ref("stop")] for name in ("worker", "boss")}
    settings = Settings(strategy="dpor", keep_going=True, steps=300, timing=timing)  # type: ignore[arg-type]

    exploration = explored(simulation, source, processes, settings=settings, shared=shared)

    assert (exploration.exhausted, exploration.reasons) == (True, ())
    seen = {(found.run.ending, values(found.run)[0]) for found in exploration.found}
    assert {("completed", 0), ("completed", 1)} >= seen
    assert timing == "virtual" or len(seen) == 2


@pytest.mark.parametrize("look", ["'ready' not in d", "not d.get('ready')", "not len(d)", "len(d.keys()) < 1"])
def test_who_looks_into_a_dictionary_of_a_manager_again_and_again_polls(simulation: Simulation, look: str) -> None:
    source = f"def poller(d):\n  while {look}: pass\n  return 'seen'\ndef setter(d): d['ready'] = True"
    shared = {"d": {"type": "Manager.dict"}}

    found = outcomes(simulation, source, {"poller": [ref("d")], "setter": [ref("d")]}, shared=shared)

    assert found == {("completed", "seen", None)}


def test_who_looks_for_something_among_things_that_look_does_not_poll(simulation: Simulation) -> None:
    source = """
    class Thing:
        def __init__(self, x): self.x = x
        def __eq__(self, other): return self.x.value == other
    def poller(x): return 5 in [Thing(x)] * 5
    """

    assert outcomes(simulation, source, POLLER, shared=SHARED) == {("completed", False)}


def test_who_polls_under_a_lock_is_seen_to_have_it(simulation: Simulation) -> None:
    source = """
    def poller(x):
        while True:
            with x.get_lock():
                if x.value: return 'seen'
    def setter(x):
        is_free = x.acquire(False)
        if is_free: x.release()
        x.value = 1
        return is_free
    """

    found = outcomes(simulation, source, BOTH, shared=SHARED)

    assert found == {("completed", "seen", True), ("completed", "seen", False)}


def test_a_look_at_two_things_waits_for_either(simulation: Simulation) -> None:
    source = """
    def poller(x, y):
        while not (x.value or y.value): pass
        return x.value, y.value
    def left(x): x.value = 1
    def right(y): y.value = 1
    """
    processes = {"poller": [ref("x"), ref("y")], "left": [ref("x")], "right": [ref("y")]}

    found = outcomes(simulation, source, processes, shared=SHARED)

    assert found == {("completed", seen, None, None) for seen in ((1, 0), (0, 1), (1, 1))}


def test_what_nobody_will_ever_change_is_waited_for_until_the_time_is_over(simulation: Simulation) -> None:
    source = "def poller(x):\n  while not x.value: pass"

    assert outcomes(simulation, source, POLLER, shared=SHARED) == {("timeout", None)}


def test_two_that_give_way_to_each_other_for_ever_are_told(simulation: Simulation) -> None:
    source = """
    def left(mine, other):
        mine.value = 1
        while other.value: pass
        mine.value = 0
    right = left
    """
    processes = {"left": [ref("x"), ref("y")], "right": [ref("y"), ref("x")]}

    assert ("timeout", None, None) in outcomes(simulation, source, processes, shared=SHARED)


def test_petersons_lock_is_proved_in_finitely_many_runs(simulation: Simulation) -> None:
    source = """
    def enter(me, wants, turn, inside):
        wants[me] = 1
        turn.value = 1 - me
        while wants[1 - me] and turn.value == 1 - me: pass
        inside.value += 1
        together = inside.value
        inside.value -= 1
        wants[me] = 0
        return together
    """
    shared = {
        "wants": {"type": "RawArray", "typecode": "i", "size": 2},
        "turn": {"type": "RawValue", "typecode": "i", "value": 0},
        "inside": {"type": "RawValue", "typecode": "i", "value": 0},
    }
    processes = {f"enter[{me}]": [me, ref("wants"), ref("turn"), ref("inside")] for me in (0, 1)}

    exploration = explored(simulation, source, processes, shared=shared)

    assert exploration.exhausted
    assert {values(found.run) for found in exploration.found} == {(1, 1)}


# What does not


@pytest.mark.parametrize(
    "undone",
    [
        "with x.get_lock(): turns += 1",
        "x.value = 1; turns += 1; x.value = 0",
    ],
)
def test_who_undoes_what_it_changes_and_counts_does_not_poll(simulation: Simulation, undone: str) -> None:
    source = f"def poller(x):\n  turns = 0\n  while turns < 40:\n    {undone}\n  return turns"

    assert outcomes(simulation, source, POLLER, shared=SHARED) == {("completed", 40)}


@pytest.mark.parametrize("what", COUNTERS)
def test_who_counts_does_not_poll(simulation: Simulation, what: str) -> None:
    found = outcomes(simulation, textwrap.dedent(COUNTERS[what]), POLLER, shared=SHARED)

    assert found == {("completed", 9)}


@pytest.mark.parametrize("function", ["sum", "len(list", "len(tuple", "len(sorted"])
def test_who_goes_through_a_shared_array_does_not_poll(simulation: Simulation, function: str) -> None:
    source = f"def poller(items): return {function}(items){')' * function.count('(')}"

    ((ending, result),) = outcomes(simulation, source, {"poller": [ref("items")]}, shared=SHARED)

    assert (ending, result) == ("completed", 0 if function == "sum" else 9)


def test_a_clock_comes_to_every_deadline_and_is_told_of(simulation: Simulation) -> None:
    source = "import time\ndef poller(x):\n  end = time.monotonic() + 60\n  while time.monotonic() < end: x.value"

    exploration = explored(simulation, source, POLLER, shared=SHARED)

    assert [one.run.ending for one in exploration.found] == ["completed"]
    assert exploration.reasons == ("a target reads the clock, and may do otherwise at other times",)


def test_what_cannot_be_recognised_meets_the_limit_on_steps(simulation: Simulation) -> None:
    source = "def poller(x):\n  it = iter(int, 1)\n  while not (x.value or next(it)): pass"

    exploration = explored(simulation, source, POLLER, shared=SHARED)

    assert [one.run.ending for one in exploration.found] == ["step_limit"]
    assert not exploration.exhausted
    assert exploration.reasons == ("a run met the limit on steps: a loop that goes on for ever, or one that is longer",)
