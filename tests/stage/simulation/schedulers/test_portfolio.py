from __future__ import annotations

from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.schedulers.portfolio import Portfolio, portfolio
from engine.stage.simulation.schedulers.pos import Pos
from engine.stage.simulation.system import Names, new_names
from tests.simulation_programs import PROGRAMS, run

LOST = PROGRAMS[0]


def test_its_members_have_their_turns_as_the_mix_says() -> None:
    mixed = Portfolio({"a": Pos(1), "b": Pos(2)}, "aab")

    turns = ""
    for _ in range(7):
        assert mixed.begin()
        turns += mixed.current
        run(LOST, mixed, new_names())

    assert turns == "aabaaba"


def test_each_member_makes_the_runs_that_it_would_make_alone() -> None:
    mixed, alone = Portfolio({"a": Pos(1), "b": Pos(2)}, "ab"), Pos(2)
    names, its_names = Names(), Names()
    made = []
    for _ in range(12):
        assert mixed.begin()
        ran = run(LOST, mixed, names)
        made += [ran.choices] if mixed.current == "b" else []

    expected = []
    for _ in range(6):
        assert alone.begin()
        expected.append(run(LOST, alone, its_names).choices)
    assert made == expected


def test_a_member_that_has_no_schedule_left_is_passed_over() -> None:
    mixed = Portfolio({"a": DepthFirst(), "b": DepthFirst()}, "ab")

    runs = 0
    while mixed.begin():
        run(LOST, mixed, new_names())
        runs += 1

    assert runs == 12


def test_the_mix_has_all_its_members() -> None:
    mixed = portfolio(1)

    seen = set()
    for _ in range(10):
        assert mixed.begin()
        seen.add(mixed.current)

    assert seen == {"rf-pos", "urw", "surw", "pos", "pct", "random"}
