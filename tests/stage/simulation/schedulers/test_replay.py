from __future__ import annotations

from engine.models.guarded import Part
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.schedulers.pos import Pos
from engine.stage.simulation.schedulers.replay import Replay
from engine.stage.simulation.system import Names
from engine.stage.simulation.world import Taken
from tests.simulation_programs import PROGRAMS, Program, increment, run

BY_NAME = {program.name: program for program in PROGRAMS}
LOST = BY_NAME["lost update"]


def _told(taken: Taken) -> object:
    """A step, without the model that a memory's operations name first: each run has objects of its own for these."""
    arguments = tuple(one for one in taken.operation.arguments if not isinstance(one, Part))
    return taken.cell, taken.operation._replace(arguments=arguments), taken.before


def test_a_run_is_repeated_step_by_step() -> None:
    names = Names()
    pos = Pos(1)
    for _ in range(20):
        assert pos.begin()
        ran = run(BY_NAME["5 philosophers"], pos, names)
        replay = Replay(ran.choices)

        assert replay.begin()
        again = run(BY_NAME["5 philosophers"], replay, names)

        told = [_told(taken) for taken in ran.trace]
        assert again.choices == ran.choices
        assert [_told(taken) for taken in again.trace] == told
        assert again.has_failed == ran.has_failed
        assert replay.diverged_at is None
        assert not replay.begin()


def test_it_says_where_the_strand_chosen_could_not_go_on() -> None:
    names = Names()
    first, second = _numbers(names)
    replay = Replay([first, first, first, second])

    assert replay.begin()
    ran = run(LOST, replay, names)

    assert replay.diverged_at == 2
    assert ran.choices == (first, first, second, second)


def test_it_says_where_the_run_was_over_before_its_choices() -> None:
    names = Names()
    first, second = _numbers(names)
    replay = Replay([first, first, second, second, first])

    assert replay.begin()
    run(LOST, replay, names)

    assert replay.diverged_at == 4


def test_another_scheduler_goes_on_after_the_beginning() -> None:
    names = Names()
    first, second = _numbers(names)
    replay = Replay([first, second], DepthFirst())

    found = []
    while replay.begin():
        found.append(run(LOST, replay, names).choices)

    assert found == [(first, second, first, second), (first, second, second, first)]


def test_without_another_everybody_goes_on_in_turn() -> None:
    names = Names()
    first, second = _numbers(names)
    replay = Replay([second])

    assert replay.begin()
    assert run(LOST, replay, names).choices == (second, second, first, first)


def _numbers(names: Names) -> list[int]:
    replay = Replay([])
    assert replay.begin()
    return sorted(set(run(Program("", (increment, increment)), replay, names).choices))
