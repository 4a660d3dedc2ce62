"""Who watches a forced run tells where it does not follow its schedule."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from engine.backends.processes.conductor import PATIENCE_S, Conductor
from engine.plan import Score, Turn
from engine.stage.baton import Baton, new_baton
from engine.trace import Strayed

SCORE = Score(
    (
        Turn(3, "left", "", "jobs", "put"),
        Turn(4, "left", "jobs", "jobs", "feed"),
        Turn(6, "right", "", "", "exit"),
    ),
    ("left", "right"),
)
BOTH = ("left", "right")


@pytest.fixture
def baton() -> Iterator[Baton]:
    """What the processes have of the memory that says whose turn it is."""
    baton = new_baton(SCORE)
    yield baton
    os.close(baton.fd)


@pytest.fixture
def conductor(baton: Baton) -> Conductor:
    conductor = Conductor(SCORE)
    conductor.take(os.dup(baton.fd))
    return conductor


def test_a_descriptor_that_was_taken_is_closed(baton: Baton) -> None:
    fd = os.dup(baton.fd)

    Conductor(SCORE).take(fd)

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_it_is_over_when_the_last_step_has_been_taken(conductor: Conductor, baton: Baton) -> None:
    for place in range(3):
        assert not conductor.is_over
        baton.pass_on(place)

    assert conductor.is_over


def test_without_steps_everybody_goes_on_as_they_like() -> None:
    assert Conductor(Score((), BOTH)).is_over
    assert not Conductor(SCORE).is_over


def test_as_long_as_somebody_takes_a_step_or_begins_nothing_is_wrong(conductor: Conductor, baton: Baton) -> None:
    conductor.look(0.0, ("left",))
    conductor.look(PATIENCE_S, BOTH)
    conductor.look(2 * PATIENCE_S, BOTH)
    baton.pass_on(0)
    conductor.look(2.5 * PATIENCE_S, BOTH)
    conductor.look(3.5 * PATIENCE_S, BOTH)

    assert conductor.strayed is None


def test_where_nobody_comes_to_the_next_step_nothing_is_certain(conductor: Conductor) -> None:
    conductor.look(0.0, BOTH)
    conductor.look(PATIENCE_S + 0.1, BOTH)

    assert conductor.strayed == Strayed("at step 3 left has not come to jobs.put", False)


def test_where_a_step_does_not_end_reality_is_another(conductor: Conductor, baton: Baton) -> None:
    baton.pass_on(0)
    baton.wait_for(1)
    conductor.look(0.0, BOTH)
    conductor.look(PATIENCE_S + 0.1, BOTH)

    assert conductor.strayed == Strayed(
        "at step 4 the feeder of jobs in left does not come to an end of jobs.feed", True
    )


def test_who_does_something_else_is_named_with_what_it_was_to_do(conductor: Conductor) -> None:
    conductor.note(2, "lock.acquire")

    assert conductor.strayed == Strayed("at step 6 right does lock.acquire, and not exit", True)


def test_what_was_wrong_first_is_told(conductor: Conductor) -> None:
    conductor.note(2, "lock.acquire")
    conductor.look(0.0, BOTH)
    conductor.look(PATIENCE_S + 0.1, BOTH)

    assert conductor.strayed is not None
    assert conductor.strayed.text.startswith("at step 6")


def test_when_it_is_over_nobody_need_move(conductor: Conductor, baton: Baton) -> None:
    for place in range(3):
        baton.pass_on(place)
    conductor.look(0.0, BOTH)
    conductor.look(PATIENCE_S + 0.1, BOTH)

    assert conductor.strayed is None


def test_where_the_run_ends_before_it_has_begun_the_first_step_was_not_taken() -> None:
    conductor = Conductor(SCORE)

    conductor.give_up()

    assert conductor.strayed == Strayed("at step 3 left has not come to jobs.put", False)
