"""The handle on an interpreter that simulates: how it goes wrong, and that nothing of it stays."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.backends.simulation.backend import Simulation
from engine.backends.simulation.stage import SimulationStage
from engine.errors import Diverged, InternalError, InterpreterError
from engine.exploration import Settings
from engine.plan import Plan
from engine.schedule import Schedule, fingerprint
from tests.processes_support import a_plan
from tests.stage.simulation.stories import explored, only, values

pytestmark = pytest.mark.slow

STUCK = "def one(): sum(iter(int, 1))"
"""In C, which does not come back to Python."""
HANGS = "a target has run for 0.5 s and come to no operation"


@pytest.fixture
def impatient() -> Iterator[Simulation]:
    """A simulation that waits half a second, which is a hundred times what its runs take."""
    made = Simulation(silence_s=0.5)
    yield made
    made.close()


def a_program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_an_interpreter_that_does_not_exist_is_named() -> None:
    with pytest.raises(InterpreterError) as caught:
        SimulationStage("/no/such/python")

    assert str(caught.value) == 'cannot start "/no/such/python": No such file or directory'


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("echo first >&2; echo last >&2; exit 5", "the simulation is gone: last"),
        ("exit 5", "the simulation is gone: it ended with exit code 5"),
    ],
)
def test_one_that_ends_before_it_is_there_is_told_of_by_its_last_words(tmp_path: Path, program: str, said: str) -> None:
    stage = SimulationStage(a_program(tmp_path / "python", program))

    with pytest.raises(InternalError) as caught:
        stage.send({})
    stage.close()

    assert str(caught.value) == said
    assert not stage.is_useful


def test_one_that_never_comes_up_is_waited_for_only_so_long(tmp_path: Path) -> None:
    mute = tmp_path / "python"
    mute.write_text(f"#!{sys.executable}\nimport socket, sys\nsocket.socket(fileno=int(sys.argv[3])).recv(1)\n")
    mute.chmod(0o755)
    stage = SimulationStage(str(mute), start_s=0.05)

    with pytest.raises(InternalError) as caught:
        stage.send({})
    stage.close()

    assert str(caught.value) == "the simulation has not come up in 0.05 s"
    assert not stage.is_useful


def test_a_target_that_comes_to_no_operation_is_not_waited_for(impatient: Simulation) -> None:
    found = explored(impatient, STUCK)

    assert (found.refusal, found.exhausted, found.found) == (HANGS, False, ())
    assert values(only(impatient, "def one(): return 1")) == (1,)


def test_nor_is_it_in_the_repetition_of_one_schedule(impatient: Simulation) -> None:
    plan = a_plan(STUCK, ["one"])

    with pytest.raises(Diverged) as caught:
        impatient.rehearse(plan, schedule_of(plan), orders_output=False)

    assert str(caught.value) == HANGS


def schedule_of(plan: Plan) -> Schedule:
    return Schedule(
        fingerprint=fingerprint(plan),
        name=plan.name,
        file=plan.file,
        variant={},
        exact=(),
        steps=("one",),
        seed=0,
        timing="any",
    )


def test_one_that_hangs_is_gone_when_its_simulation_is_closed(impatient: Simulation, tmp_path: Path) -> None:
    """It reads what nobody writes: as long as it is there, there is somebody to write to."""
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)
    source = f"def one(): open({fifo!r}).read()"

    found = explored(impatient, source)
    impatient.close()

    assert found.refusal == "one has run for 0.5 s and come to no operation (scenario.yaml:1)"
    with pytest.raises(OSError, match="No such device"):
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


def test_a_stage_that_was_useful_is_used_again(impatient: Simulation) -> None:
    source = "import os\ndef one(): return os.environ.get('MARK')"

    marked = only(impatient, source, environment={"MARK": "1"})
    plain = only(impatient, source, settings=Settings(strategy="dpor"))

    assert (values(marked), values(plain)) == (("1",), (None,))
