"""What is told of a value is told by who has it, in its own name, as in reality."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.plain import Opaque
from engine.plan import Reference
from engine.trace import Returned
from tests.processes_support import START_METHODS, a_plan, perform, ref
from tests.stage.simulation.stories import only, outcomes, refusal

pytestmark = pytest.mark.slow

SHARED = {"lock": {"type": "Lock"}, "x": {"type": "Value", "typecode": "i", "value": 0}}


def given(*names: str) -> list[Reference]:
    return [ref(name) for name in names]


def test_a_repr_of_what_is_returned_takes_its_turns(simulation: Simulation) -> None:
    source = """
    class Counting:
        def __init__(self, x): self.x = x
        def __repr__(self):
            with self.x.get_lock(): self.x.value += 1
            return f"counted {self.x.value}"
    def one(x): return Counting(x)
    def other(x): return x.value
    """

    found = outcomes(simulation, source, {"one": given("x"), "other": given("x")}, shared=SHARED)

    counted = Opaque("Counting", "counted 1")
    assert found == {("completed", counted, 0), ("completed", counted, 1)}


def test_a_repr_of_what_is_returned_that_waits_for_ever_is_a_deadlock(simulation: Simulation) -> None:
    source = """
    class Locking:
        def __init__(self, lock): self.lock = lock
        def __repr__(self):
            self.lock.acquire()
            self.lock.acquire()
            return ""
    def one(lock): return Locking(lock)
    """

    assert outcomes(simulation, source, {"one": given("lock")}, shared=SHARED) == {("deadlock", None)}


def test_a_repr_of_what_a_primitive_holds_that_does_something_is_refused(simulation: Simulation) -> None:
    source = """
    class Locking:
        def __reduce__(self): return Locking, ()
        def __repr__(self):
            {what}
            return ""
    def one(jobs, x):
        global shared
        shared = x
        jobs.put(Locking())
    def before(x):
        global shared
        shared = x
    """
    shared = {**SHARED, "jobs": {"type": "Queue"}}
    more = {"shared": shared, "before": given("x")}

    printing = refusal(simulation, source.replace("{what}", "print()"), {"one": given("jobs", "x")}, **more)
    counting = refusal(simulation, source.replace("{what}", "shared.value += 1"), {"one": given("jobs", "x")}, **more)

    assert printing == "print in the repr of what a primitive holds at the end (scenario.yaml:5)"
    assert counting == "an operation in the repr of what a primitive holds at the end (scenario.yaml:5)"


@pytest.mark.parametrize("start_method", START_METHODS)
def test_what_is_returned_goes_away_when_it_has_been_told(
    simulation: Simulation, stage: Stage, start_method: str
) -> None:
    source = """
    import multiprocessing
    class Result:
        def __repr__(self): print("told"); return "result"
        def __del__(self): print("gone")
    def work(): print("worked")
    def one():
        child = multiprocessing.Process(target=work)
        child.start()
        return Result()
    """

    simulated = only(simulation, source, start_method=start_method)

    assert simulated.processes["one"].returned == Returned(Opaque("Result", "result"))
    assert simulated.stdout == "worked\ntold\ngone\n"
    assert perform(stage, a_plan(source, ["one"], start_method=start_method)).stdout == simulated.stdout


def test_what_a_process_was_started_with_goes_away_when_its_starter_drops_it(
    simulation: Simulation, stage: Stage
) -> None:
    source = """
    import multiprocessing
    class Job:
        def __del__(self): print("gone", flush=True)
    def work(job): pass
    def one():
        child = multiprocessing.Process(target=work, args=(Job(),))
        child.start()
        print("started", flush=True)
        child.join()
    """

    simulated = only(simulation, source)

    assert simulated.stdout == "gone\nstarted\n"
    assert perform(stage, a_plan(source, ["one"])).stdout == simulated.stdout
