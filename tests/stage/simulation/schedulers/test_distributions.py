"""With what probability each scheduler draws which schedule, where that can be said exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import comb
from random import Random

import pytest

from engine.stage.simulation.schedulers.pct import Pct
from engine.stage.simulation.schedulers.pos import Pos
from engine.stage.simulation.schedulers.random_walk import RandomWalk
from engine.stage.simulation.schedulers.rf_pos import RfPos
from engine.stage.simulation.schedulers.surw import Surw
from engine.stage.simulation.schedulers.urw import Urw
from engine.stage.simulation.system import Names, new_names
from engine.stage.simulation.world import Scheduler
from tests.simulation_programs import Program, Target, Things, run


def write(name: str, times: int) -> Target:
    def target(things: Things) -> None:
        for number in range(times):
            getattr(things, name).set(number)

    return target


def drawn(scheduler: Scheduler, runs: int, *targets: Target) -> Counter[str]:
    """How often the processes, a, b, ..., had their turns in which order."""
    counts: Counter[str] = Counter()
    names: Names = new_names()
    letters: dict[int, str] = {}
    for _ in range(runs):
        assert scheduler.begin()
        ran = run(Program("", targets), scheduler, names)
        for number in sorted(set(ran.choices)):
            letters.setdefault(number, "abcdef"[len(letters)])
        counts["".join(letters[number] for number in ran.choices)] += 1
    return counts


def is_near(counts: Counter[str], expected: dict[str, float]) -> bool:
    """Whether chi squared is below what one in a million samples of this distribution exceeds (Wilson, Hilferty)."""
    total = sum(counts.values())
    chi2 = sum((counts[key] - total * share) ** 2 / (total * share) for key, share in expected.items())
    freedom = len(expected) - 1
    limit = freedom * (1 - 2 / (9 * freedom) + 4.75 * (2 / (9 * freedom)) ** 0.5) ** 3
    return set(counts) <= set(expected) and chi2 < limit


def test_a_random_walk_draws_from_those_ready_with_the_numbers_of_its_generator() -> None:
    counts = drawn(RandomWalk(5), 50, write("x", 1), write("x", 1))

    source = Random("random 5")
    expected = Counter("ab" if source.random() < 0.5 else "ba" for _ in range(50))
    assert counts == expected


@pytest.mark.slow
def test_a_random_walk_is_uniform_over_choices() -> None:
    counts = drawn(RandomWalk(1), 4000, write("x", 2), write("x", 2))

    expected = {"aabb": 1 / 4, "bbaa": 1 / 4, "abab": 1 / 8, "abba": 1 / 8, "baba": 1 / 8, "baab": 1 / 8}
    assert is_near(counts, expected)
    assert not is_near(counts, dict.fromkeys(expected, 1 / 6))


@pytest.mark.slow
def test_urw_is_uniform_over_interleavings() -> None:
    urw = Urw(1)
    assert urw.begin()
    run(Program("", (write("x", 4), write("x", 2))), urw, new_names())

    counts = drawn(urw, 4000, write("x", 4), write("x", 2))

    assert len(counts) == comb(6, 2)
    assert is_near(counts, dict.fromkeys(counts, 1 / 15))


@pytest.mark.slow
def test_a_random_walk_is_not_uniform_over_interleavings() -> None:
    counts = drawn(RandomWalk(1), 4000, write("x", 4), write("x", 2))

    assert not is_near(counts, dict.fromkeys(counts, 1 / 15))


@pytest.mark.slow
def test_surw_is_uniform_over_the_orders_on_a_cell_however_long_the_ways_to_it_are() -> None:
    def far(things: Things) -> None:
        write("p", 9)(things)
        write("x", 2)(things)

    counts: Counter[str] = Counter()
    surw, names = Surw(1), Names()
    for _ in range(3001):
        assert surw.begin()
        ran = run(Program("", (far, write("x", 2))), surw, names)
        first = min(ran.choices)
        (cell,) = {taken.cell for taken in ran.trace if taken.strand.number != first}
        counts["".join("ab"[taken.strand.number != first] for taken in ran.trace if taken.cell == cell)] += 1

    assert is_near(counts, dict.fromkeys(("aabb", "abab", "abba", "baab", "baba", "bbaa"), 1 / 6))


@pytest.mark.slow
def test_pos_gives_each_order_of_independent_first_steps_the_same_chance() -> None:
    counts = drawn(Pos(1), 3000, write("x", 1), write("y", 1), write("z", 1))

    assert is_near(counts, dict.fromkeys(("abc", "acb", "bac", "bca", "cab", "cba"), 1 / 6))


@pytest.mark.slow
def test_pct_finds_a_failure_of_depth_d_at_least_as_often_as_it_guarantees() -> None:
    """The one that needs two changes: a, b, a, b in alternation, with k = 3 moments of n = 2."""
    pct, names = Pct(1, depths=(3,)), Names()
    program = Program("", (write("x", 2), write("x", 2)))
    for _ in range(20):  # Until k is known.
        assert pct.begin()
        run(program, pct, names)

    counts = drawn(pct, 4000, *program.targets)

    assert counts["abab"] / 4000 > 1 / (2 * 3**2)
    assert counts["baba"] / 4000 > 1 / (2 * 3**2)


@pytest.mark.slow
def test_pct_of_depth_1_changes_no_priority() -> None:
    counts = drawn(Pct(1, depths=(1,)), 1000, write("x", 2), write("x", 2))

    assert is_near(counts, {"aabb": 1 / 2, "bbaa": 1 / 2})


@pytest.mark.parametrize("kind", [RandomWalk, Pct, Pos, RfPos, Urw, Surw])
def test_the_seed_fixes_all_that_is_drawn(kind: Callable[[int], Scheduler]) -> None:
    programs = write("x", 3), write("x", 3)

    assert drawn(kind(7), 50, *programs) == drawn(kind(7), 50, *programs) != drawn(kind(8), 50, *programs)
