"""What a simulated process has registered with ``atexit`` is run at its end, if it ends in a way that does."""

from __future__ import annotations

import sys

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import only, outcomes

pytestmark = pytest.mark.slow

LEAVES_BY_THE_DOOR = sys.version_info >= (3, 13)
"""Whether a forked process runs what it has registered."""

SOURCE = """
import atexit, os
def one():
    atexit.register(print, "first registered")
    atexit.register(print, "last", "registered", sep=" ")
    print("target")
"""


def test_the_last_that_was_registered_is_run_first(simulation: Simulation) -> None:
    assert only(simulation, SOURCE, start_method="spawn").stdout == "target\nlast registered\nfirst registered\n"


def test_who_was_forked_runs_it_as_of_python_3_13_and_loses_what_is_not_flushed(
    simulation: Simulation, stage: Stage
) -> None:
    source = """
    import atexit
    def one():
        atexit.register(print, "not flushed")
        atexit.register(print, "flushed", flush=True)
        print("target")
    """

    found = only(simulation, source).stdout

    assert found == "target\n" + "flushed\n" * LEAVES_BY_THE_DOOR
    assert perform(stage, a_plan(source, ["one"])).stdout == found


def test_the_parent_runs_its_own_at_the_very_end(simulation: Simulation) -> None:
    source = """
    import atexit
    def before(): atexit.register(print, "parent")
    def one(): print("one")
    def after(): print("after")
    """

    assert only(simulation, source, before=[], after=[]).stdout == "one\nafter\nparent\n"


@pytest.mark.parametrize("end", ["os._exit(0)", "os.abort()"])
def test_who_leaves_at_once_runs_nothing(simulation: Simulation, end: str) -> None:
    assert only(simulation, f"{SOURCE}    {end}", start_method="spawn").stdout == ""


def test_who_fails_runs_it_too(simulation: Simulation) -> None:
    run = only(simulation, f"{SOURCE}    raise ValueError", start_method="spawn")

    assert run.stdout == "target\nlast registered\nfirst registered\n"
    assert run.processes["one"].exitcode == 1


def test_what_was_unregistered_is_not_run(simulation: Simulation) -> None:
    source = """
    import atexit
    def one():
        atexit.register(print, "a")
        atexit.register(exec, "print('b')")
        atexit.register(print, "c")
        atexit.unregister(print)
        atexit.unregister(len)
    """

    assert only(simulation, source, start_method="spawn").stdout == "b\n"


def test_one_that_fails_keeps_no_other_from_being_run(simulation: Simulation) -> None:
    source = """
    import atexit
    def one():
        atexit.register(print, "after it")
        atexit.register(int, "no number")
    """

    run = only(simulation, source, start_method="spawn")

    assert (run.stdout, run.processes["one"].exitcode) == ("after it\n", 0)


def test_what_it_does_to_what_is_shared_is_explored(simulation: Simulation) -> None:
    source = """
    import atexit
    def one(x): atexit.register(setattr, x, "value", 1)
    def other(x): return x.value
    """
    shared = {"x": {"type": "Value", "typecode": "i", "value": 0}}

    found = outcomes(simulation, source, {"one": [ref("x")], "other": [ref("x")]}, shared=shared, start_method="spawn")

    assert found == {("completed", None, 0), ("completed", None, 1)}
