"""What an interpreter would destroy as it ends, and is heard of, is refused; who has nothing of it is not bothered."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import outcomes, refusal, runs

pytestmark = pytest.mark.slow

LOUD = """
import atexit, contextlib, io, multiprocessing
class Loud:
    def __del__(self): print("gone")
class Closing(io.StringIO):
    def close(self):
        print("closed")
        super().close()
def until_the_end():
    try: yield
    finally: print("closed")
@contextlib.contextmanager
def inside():
    print("in")
    try: yield
    finally: print("out")
"""

LEFT = {
    "in a global": ("global kept\n    kept = [Loud()]", "a Loud whose __del__ is called"),
    "in a circle": ("loud = Loud()\n    loud.own = loud", "a Loud whose __del__ is called"),
    "in a class": ("Closing.kept = Loud()", "a Loud whose __del__ is called"),
    "in its process": ("multiprocessing.current_process().kept = Loud()", "a Loud whose __del__ is called"),
    "a stream": ("global kept\n    kept = Closing()", "a Closing whose close is called"),
    "a generator": (
        "global kept\n    kept = until_the_end()\n    next(kept)",
        "a generator until_the_end that is closed",
    ),
    "a generator in a circle": (
        "suspended = until_the_end()\n    next(suspended)\n    try: raise ValueError\n"
        "    except ValueError as error: kept = error",
        "a generator until_the_end that is closed",
    ),
    "a context": ("global kept\n    kept = inside()\n    kept.__enter__()", "a generator inside that is closed"),
}


@pytest.mark.parametrize(("lines", "what"), LEFT.values(), ids=LEFT)
def test_what_a_spawned_process_leaves_is_refused(simulation: Simulation, stage: Stage, lines: str, what: str) -> None:
    source = f"{LOUD}\ndef one():\n    {lines}\n    print('returned')"

    refused = refusal(simulation, source, start_method="spawn")

    assert refused is not None
    assert refused.startswith(f"{what} as its interpreter ends (scenario.yaml:")
    real = perform(stage, a_plan(source, ["one"], start_method="spawn"))
    assert real.processes["one"].stdout.partition("returned\n")[2] in ("gone\n", "closed\n", "out\n")


@pytest.mark.parametrize("start_method", ["fork", "forkserver"])
@pytest.mark.parametrize(("lines", "what"), LEFT.values(), ids=LEFT)
def test_what_a_forked_process_leaves_nobody_hears_of(
    simulation: Simulation, stage: Stage, lines: str, what: str, start_method: str
) -> None:
    source = f"{LOUD}\ndef one():\n    {lines}\n    print('returned')"

    (simulated,) = runs(simulation, source, start_method=start_method)

    real = perform(stage, a_plan(source, ["one"], start_method=start_method))
    assert simulated.stdout == real.stdout


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_what_the_parent_leaves_is_refused(simulation: Simulation, start_method: str) -> None:
    source = f"{LOUD}\ndef before():\n    global kept\n    kept = Loud()\ndef one(): pass"

    refused = refusal(simulation, source, before=[], start_method=start_method)

    assert refused == "a Loud whose __del__ is called as its interpreter ends (scenario.yaml:4)"


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_what_has_gone_before_bothers_nobody(simulation: Simulation, stage: Stage, start_method: str) -> None:
    source = f"""{LOUD}
def one():
    global kept
    kept = until_the_end()
    begun, fresh, loud = until_the_end(), until_the_end(), Loud()
    next(begun)
    with inside(): print("within")
    with contextlib.suppress(ValueError), inside(): raise ValueError
    atexit.register(print, "exit")
"""

    (simulated,) = runs(simulation, source, start_method=start_method)

    assert simulated.stdout == perform(stage, a_plan(source, ["one"], start_method=start_method)).stdout
    assert "gone" in simulated.stdout


def test_what_is_suspended_in_a_process_that_waits_for_ever_is_not_left(simulation: Simulation) -> None:
    source = f"""{LOUD}
def one(lock):
    with inside():
        lock.acquire()
        lock.acquire()
"""

    found = outcomes(
        simulation, source, {"one": [ref("lock")]}, shared={"lock": {"type": "Lock"}}, start_method="spawn"
    )

    assert found == {("deadlock", None)}


def test_a_lock_that_a_destructor_gives_back_is_not_taken_for_a_deadlock(simulation: Simulation) -> None:
    source = """
    class Holding:
        def __init__(self, lock): self.lock = lock
        def __del__(self): self.lock.release()
    def one(lock):
        global held
        lock.acquire()
        held = Holding(lock)
    def other(lock):
        with lock: pass
    """
    processes = {"one": [ref("lock")], "other": [ref("lock")]}

    refused = refusal(simulation, source, processes, shared={"lock": {"type": "Lock"}}, start_method="spawn")

    assert refused == "a Holding whose __del__ is called as its interpreter ends (scenario.yaml:4)"
