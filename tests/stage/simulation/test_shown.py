"""A primitive is shown, by ``repr`` and ``str``, as the real one is; what takes more than a look is refused."""

from __future__ import annotations

import textwrap
from functools import partial

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.processes.supervisor import supervise
from engine.backends.simulation.backend import Simulation
from engine.plan import Plan
from tests.conformance.faithful.trial import try_out
from tests.conformance.faithful.uses import USES
from tests.processes_support import a_plan, ref

pytestmark = pytest.mark.slow

UNSHOWN = (
    *("Condition", "Manager.Lock", "Manager.RLock", "Manager.Semaphore", "Manager.BoundedSemaphore", "Manager.Event"),
    *("Manager.Condition", "Manager.Barrier", "threading.RLock", "threading.Semaphore", "threading.BoundedSemaphore"),
    *("threading.Event", "threading.Condition", "threading.Barrier"),
)
SHOWN = [name for name in USES if name not in UNSHOWN and not name.startswith(("threading.", "queue."))]


def shows(kind: str, before: str = "") -> Plan:
    source = f"def one(it):\n{textwrap.indent(before, ' ')}\n return repr(it), str(it), f'{{it}}'"
    argument = ref("it", 0) if USES[kind].ends else ref("it")
    return a_plan(source, {"one": [argument]}, shared={"it": {"type": kind, **USES[kind].parameters[0]}})


@pytest.mark.parametrize("kind", SHOWN)
def test_a_primitive_is_shown_as_the_real_one_is(stage: Stage, simulation: Simulation, kind: str) -> None:
    trial = try_out(shows(kind), simulation, partial(supervise, stage), runs=1)

    assert (trial.left_out, trial.outcomes, trial.seen, trial.disagreements) == (None, 1, 1, ())


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("RLock", "it.acquire(); it.acquire()"),
        ("Semaphore", "it.release()"),
        ("Event", "it.set()"),
        ("Barrier", "it.abort()"),
        ("Value", "it.value = 7"),
    ],
)
def test_so_is_one_that_was_used(stage: Stage, simulation: Simulation, kind: str, before: str) -> None:
    trial = try_out(shows(kind, before), simulation, partial(supervise, stage), runs=1)

    assert (trial.left_out, trial.outcomes, trial.seen, trial.disagreements) == (None, 1, 1, ())


def test_one_that_another_process_has_says_so(stage: Stage, simulation: Simulation) -> None:
    source = "def left(lock): lock.acquire()\ndef right(lock): return repr(lock)"
    plan = a_plan(source, {"left": [ref("lock")], "right": [ref("lock")]}, shared={"lock": {"type": "RLock"}})

    trial = try_out(plan, simulation, partial(supervise, stage), runs=3)

    assert (trial.left_out, trial.outcomes, trial.disagreements) == (None, 2, ())


@pytest.mark.parametrize(("kind", "before"), [*((kind, "") for kind in UNSHOWN), ("Lock", "it.acquire()")])
def test_what_would_take_more_than_a_look_is_refused(
    stage: Stage, simulation: Simulation, kind: str, before: str
) -> None:
    trial = try_out(shows(kind, before), simulation, partial(supervise, stage), runs=1)

    assert trial.left_out == "cannot be simulated"


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [(kind, use.parameters[0]) for kind, use in USES.items() if kind.startswith("Manager.")],
)
def test_what_is_in_what_a_manager_keeps_is_seen_as_it_is(
    stage: Stage, simulation: Simulation, kind: str, parameters: dict[str, object]
) -> None:
    plan = a_plan(
        "def one(things, it): things['it'] = it",
        {"one": [ref("things"), ref("it")]},
        shared={"things": {"type": "Manager.dict"}, "it": {"type": kind, **parameters}},
    )

    trial = try_out(plan, simulation, partial(supervise, stage), runs=1)

    assert (trial.outcomes, trial.seen, trial.forced, trial.disagreements) == (1, 1, 1, ())
