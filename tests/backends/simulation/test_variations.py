"""What hangs on the hashes of texts, or on process ids, does not count for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from engine.backends.simulation.backend import Simulation
from engine.backends.simulation.variations import OTHERWISE, comes_out_otherwise
from engine.errors import Diverged
from engine.exploration import Found, Settings
from engine.trace import Returned, Run
from tests.exploring_support import found
from tests.processes_support import a_plan, ref
from tests.support import run_of

FOUND = [found(run_of(stdout=text)) for text in ("a", "b")]


def fails(run: Run) -> bool:
    return run.stdout == "bad"


def as_it_was(found: Sequence[Found]) -> list[Run]:
    return [one.run for one in found]


def bad_after_b(found: Sequence[Found]) -> list[Run]:
    return [run_of(stdout="bad") if one.run.stdout == "b" else one.run for one in found]


def diverging(found: Sequence[Found]) -> list[Run]:
    raise Diverged("at step 1 left cannot go on")


@pytest.mark.parametrize(
    ("ways", "is_otherwise"),
    [([], False), ([as_it_was], False), ([as_it_was, bad_after_b], True), ([as_it_was, diverging], True)],
)
def test_it_comes_out_otherwise_where_an_outcome_fails_or_cannot_be_had_again(
    ways: list[Callable[[Sequence[Found]], list[Run]]], is_otherwise: bool
) -> None:
    assert comes_out_otherwise(FOUND, ways, fails) is is_otherwise


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    simulation = Simulation()
    yield simulation
    simulation.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "is_certain"),
    [
        ("def one(): return sorted({'a', 'b', 'c'}) == ['a', 'b', 'c']", True),
        ("def one(): return list({'a', 'b', 'c'}) == %r", False),
        ("def one(): return hash('a') == %r", False),
        ("import os\ndef one(): return os.getpid() > 0", True),
        ("import os\ndef one(): return os.getpid() == 10_001", False),
        ("import os\ndef one(): return os.environ.get('PYTHONHASHSEED') is None", True),
    ],
)
def test_only_what_is_the_same_with_other_hashes_and_ids_is_certain(
    simulation: Simulation, source: str, is_certain: bool
) -> None:
    if "%r" in source:
        shown = source.replace(" == %r", "")
        (found,) = simulation.explore(a_plan(shown, ["one"]), Settings(), lambda run: False).found
        source %= (found.run.processes["one"].returned.value,)  # type: ignore[union-attr]

    def is_failure(run: Run) -> bool:
        return run.processes["one"].returned != Returned(True)

    explored = simulation.explore(a_plan(source, ["one"]), Settings(), is_failure)

    assert explored.reasons == (() if is_certain else (OTHERWISE,))
    assert explored.first_failure is None


@pytest.mark.slow
@pytest.mark.parametrize("seen", [0, 60])
def test_every_outcome_is_had_again_however_many_there_are(simulation: Simulation, seen: int) -> None:
    source = """
    def counting(x):
        for number in range(60): x.value = number + 1
    def looking(x):
        seen = x.value
        return seen, hash("a") if seen == %d else 0
    """
    given = {"counting": [ref("x")], "looking": [ref("x")]}
    plan = a_plan(source % seen, given, shared={"x": {"type": "RawValue", "typecode": "i", "value": 0}})
    once = simulation.explore(plan, Settings(), lambda run: False)
    returns = [one.run.processes["looking"].returned for one in once.found]

    explored = simulation.explore(plan, Settings(), lambda run: run.processes["looking"].returned not in returns)

    assert (len(returns), explored.reasons) == (61, (OTHERWISE,))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "is_certain"),
    [
        ("start = time.monotonic()\n    time.sleep(2)\n    return 2 <= time.monotonic() - start < 2.1", True),
        ("start = time.time()\n    time.sleep(2)\n    return 2 <= time.time() - start < 2.1", True),
        ("return int(time.time()) % 2 == 0", False),
        ("return time.gmtime().tm_year == 2020", False),
        ("start = time.monotonic()\n    return time.monotonic() - start < 5e-6", False),
    ],
)
def test_what_goes_by_the_clock_is_certain_if_it_is_the_same_at_other_times(
    simulation: Simulation, source: str, is_certain: bool
) -> None:
    plan = a_plan(f"import time\ndef one():\n    {source}", ["one"])

    def is_failure(run: Run) -> bool:
        return run.processes["one"].returned != Returned(True)

    explored = simulation.explore(plan, Settings(timing="virtual"), is_failure)

    assert (explored.reasons, explored.first_failure) == (() if is_certain else (OTHERWISE,), None)
