"""Random numbers of a simulated run come from its seed, so that it can be had again; each process draws its own."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from tests.stage.simulation.stories import DRAWS as DRAWS_NUMBERS
from tests.stage.simulation.stories import explored, only, runs, values

pytestmark = pytest.mark.slow

DRAWS = """
import random
def draw(): return random.random()
def again(): return random.random()
"""


def drawn(simulation: Simulation, source: str, processes: tuple[str, ...], seed: int = 0, **more: Any) -> Any:
    settings = Settings(strategy="dpor", keep_going=True, seed=seed)
    return values(only(simulation, source, processes, settings=settings, **more))


def test_each_process_draws_its_own_numbers(simulation: Simulation) -> None:
    first, second = drawn(simulation, DRAWS, ("draw", "again"))

    assert first != second


def test_the_same_seed_has_the_same_numbers_and_another_one_has_others(simulation: Simulation) -> None:
    once, again, other = (drawn(simulation, DRAWS, ("draw", "again"), seed=seed) for seed in (1, 1, 2))

    assert once == again
    assert not set(once) & set(other)


def test_replicas_of_one_process_draw_their_own(simulation: Simulation) -> None:
    found = drawn(simulation, DRAWS, ("draw[0]", "draw[1]", "draw[2]"))

    assert len(set(found)) == 3


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_who_seeds_has_what_python_draws_from_that(simulation: Simulation, start_method: str) -> None:
    source = """
    from random import choice, random, seed, shuffle
    def one():
        seed(5)
        items = list(range(9))
        shuffle(items)
        return [random(), choice("abc"), items]
    """
    generator = random.Random(5)
    items = list(range(9))
    generator.shuffle(items)

    assert drawn(simulation, source, ("one",), start_method=start_method) == (
        [generator.random(), generator.choice("abc"), items],
    )


def test_what_the_parent_has_seeded_is_not_the_children_s(simulation: Simulation) -> None:
    """Python seeds anew in a forked process (``os.register_at_fork`` in random.py)."""
    seeded = f"{DRAWS}def before(): random.seed(5)"

    first, second = drawn(simulation, seeded, ("draw", "again"), before=[])

    assert len({first, second, random.Random(5).random()}) == 3
    assert (first, second) == drawn(simulation, DRAWS, ("draw", "again"))


def test_a_generator_that_the_parent_has_made_is_copied_as_it_is(simulation: Simulation) -> None:
    source = """
    import random
    own = random.Random(5)
    def before(): own.random()
    def one(): return [own.random(), own.random()]
    def other(): return [own.random(), own.random()]
    """
    generator = random.Random(5)
    _, *following = (generator.random() for _ in range(3))

    assert drawn(simulation, source, ("one", "other"), before=[]) == (following, following)


def test_a_generator_of_a_spawned_process_s_own_module_is_a_new_one(simulation: Simulation) -> None:
    source = """
    import random
    own = random.Random(5)
    def before(): own.random()
    def one(): return own.random()
    """

    assert drawn(simulation, source, ("one",), before=[], start_method="spawn") == (random.Random(5).random(),)


def test_who_is_started_by_a_target_draws_its_own_too(simulation: Simulation) -> None:
    source = """
    import multiprocessing, random
    def child(queue): queue.put(random.random())
    def one():
        queue = multiprocessing.SimpleQueue()
        for _ in range(2): multiprocessing.Process(target=child, args=(queue,)).start()
        return [queue.get(), queue.get(), random.random()]
    """
    found = drawn_by_all(simulation, source)

    assert len(found) == 3
    assert found == drawn_by_all(simulation, source)


def drawn_by_all(simulation: Simulation, source: str) -> set[float]:
    """In whichever order the numbers came."""
    (numbers,) = {frozenset(numbers) for run in runs(simulation, source) for numbers in values(run)}  # type: ignore[call-overload]
    return set(numbers)


@pytest.mark.parametrize(
    ("imports", "draw"),
    [
        ("random", "random.Random().random()"),
        ("random", "(random.seed(), random.random())[1]"),
        ("random", "random.SystemRandom().random()"),
        ("os", "os.urandom(8)"),
        ("uuid", "uuid.uuid4()"),
        ("secrets", "secrets.randbits(64)"),
    ],
)
def test_what_the_system_draws_comes_from_the_seed_and_is_told(simulation: Simulation, imports: str, draw: str) -> None:
    source = f"import {imports}\ndef draw(): return repr({draw})\ndef again(): return repr({draw})"
    settings = [Settings(strategy="dpor", keep_going=True, seed=seed) for seed in (1, 1, 2)]

    found = [explored(simulation, source, ("draw", "again"), settings=one) for one in settings]

    once, again, other = (values(exploration.found[0].run) for exploration in found)
    assert once == again
    assert len({*once, *other}) == 4
    assert {exploration.reasons for exploration in found} == {(DRAWS_NUMBERS,)}


def test_a_generator_that_is_seeded_is_no_reason_for_doubt(simulation: Simulation) -> None:
    source = "import random\ndef one(): return random.Random(3).random()"

    exploration = explored(simulation, source)

    assert exploration.reasons == ()
    assert values(exploration.found[0].run) == (random.Random(3).random(),)
