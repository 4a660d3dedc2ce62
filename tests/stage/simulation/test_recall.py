"""A run in which no target runs comes to what it would have come to with them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import greenlet
import pytest

from engine.plan import Fault, Plan
from engine.stage.simulation.here import here
from engine.stage.simulation.output import Stream
from engine.stage.simulation.play import Played, Terms, key, play
from engine.stage.simulation.process import STDOUT
from engine.stage.simulation.recall import Recall
from engine.stage.simulation.search import SAMPLERS, Phase, Search
from engine.stage.simulation.world import Scheduler
from tests.playing_support import terms_of
from tests.processes_support import a_plan, ref
from tests.stage.simulation.schedulers.programs import programs

pytestmark = pytest.mark.slow


class Seen(NamedTuple):
    """Who took each step, and what the run came to; all runs of one sampler."""

    runs: list[Any]
    recalled: int


def sampled(
    terms: Terms, sampler: str, count: int, play_as: Callable[[Terms], Callable[[Scheduler], Played]]
) -> Seen | None:
    """The runs that a sampler makes; None where something is not simulated."""
    here.hub = greenlet.getcurrent()
    scheduler, player = SAMPLERS[sampler](7), play_as(terms)
    runs: list[Any] = []
    recalled = 0
    with redirect_stdout(Stream(STDOUT, sys.stdout)):
        for _ in range(count):
            assert scheduler.begin()
            played = player(scheduler)
            looked_into = played.world.looked_into - terms.exact
            refused = played.life.refusal is not None
            runs.append(([taken.strand.number for taken in played.world.trace], key(played, terms)))
            recalled += played.is_recalled
            played.life.end()
            if refused:
                return None
            if looked_into:
                return sampled(terms_of_same(terms, terms.exact | looked_into), sampler, count, play_as)
    return Seen(runs, recalled)


def terms_of_same(terms: Terms, exact: frozenset[str]) -> Terms:
    return terms_of(terms.plan, exact=exact, orders_output=terms.orders_output, max_steps=300)


def by_targets(terms: Terms) -> Callable[[Scheduler], Played]:
    return lambda scheduler: play(terms, scheduler)


def by_recall(terms: Terms) -> Callable[[Scheduler], Played]:
    return Recall(terms).play


def compare(plan: Plan, sampler: str, count: int = 60) -> int:
    """How many runs were recalled, if all came to the same as those of the targets."""
    terms = terms_of(plan, max_steps=300)
    real = sampled(terms, sampler, count, by_targets)
    recalled = sampled(terms_of_same(terms, frozenset()), sampler, count, by_recall)
    assert (real is None) == (recalled is None)
    if real is None or recalled is None:
        return 0
    assert recalled.runs == real.runs, plan.code and plan.code.source
    return recalled.recalled


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_whatever_a_program_does_it_comes_to_the_same_by_the_same_choices(sampler: str) -> None:
    drawn = islice((one.plan for one in programs(23) if not one.plan.faults), 60)

    recalled = [compare(plan, sampler) for plan in drawn]

    assert sum(count > 0 for count in recalled) > 30


SHARED = {"x": {"type": "Value", "typecode": "i", "value": 0, "lock": False}}


def of_two(source: str, **more: Any) -> Plan:
    return a_plan(source, {"left": [ref("x")], "right": [ref("x")]}, shared=SHARED, **more)


PROGRAMS: Mapping[str, str] = {
    "prints": """
        def left(x):
            print("left", x.value)
            x.value = 1
            print("more")
        def right(x): print("right", x.value, flush=True)
        """,
    "polls": """
        def left(x):
            while not x.value: pass
            return x.value
        def right(x): x.value = 1
        """,
    "raises and exits": """
        import sys
        def left(x):
            if x.value: raise ValueError(x.value)
            x.value = 2
            sys.exit(3)
        def right(x):
            x.value += 1
            return [x.value]
        """,
}


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_process_does_besides_its_operations_is_done_again(name: str, start_method: str) -> None:
    assert compare(of_two(PROGRAMS[name], start_method=start_method), "random", 200) > 20


@pytest.mark.parametrize("orders_output", [False, True])
def test_what_is_printed_is_printed_again_in_its_order(orders_output: bool) -> None:
    def seen(play_as: Callable[[Terms], Callable[[Scheduler], Played]]) -> Seen:
        found = sampled(terms_of(of_two(PROGRAMS["prints"]), orders_output=orders_output), "random", 100, play_as)
        assert found is not None
        return found

    recalled = seen(by_recall)

    assert recalled.recalled > 50
    assert recalled.runs == seen(by_targets).runs


def test_a_target_that_goes_by_what_nobody_sees_is_found_out(tmp_path: Path) -> None:
    """In the fifth run it does something else: by then what it did before is known."""
    source = f"""
        def left(x):
            with open({str(tmp_path / "runs")!r}) as file: x.value = int(file.read()) > 4
        def right(x): return x.value
        """
    runs = tmp_path / "runs"
    runs.write_text("0")
    here.hub = greenlet.getcurrent()
    counted = iter(range(1, 100))

    def beat(schedules: int) -> bool:
        runs.write_text(str(next(counted)))
        return True

    search = Search(terms_of(of_two(source)), True, lambda run: False, beat, 10**9)
    search.run([Phase("random", 40, None)], 1)

    assert [found["differs"] for found in search.found()] != [False] * len(search.outcomes)


@pytest.mark.parametrize("looks_first", [False, True])
def test_a_target_that_does_something_else_with_the_same_is_recalled_no_more(tmp_path: Path, looks_first: bool) -> None:
    runs = tmp_path / "runs"
    source = f"""
        def left(x):
            if {looks_first}: x.value
            with open({str(runs)!r}) as file: is_first = file.read() == "0"
            if is_first: x.value = 2
            else: x.value
        def right(x): pass
        """
    here.hub = greenlet.getcurrent()
    recall, sampler = Recall(terms_of(of_two(source))), SAMPLERS["random"](1)

    for content in "001":  # The first is not noted.
        runs.write_text(content)
        sampler.begin()
        played = recall.play(sampler)
        played.life.end()
        if played.is_recalled:  # As it would not be, had it come to something new.
            recall._watch(sampler).life.end()

    assert not recall.pays


def test_who_comes_to_something_new_each_time_is_not_recalled_for_long() -> None:
    plan = of_two("def left(x):\n while True: x.value += 1\ndef right(x):\n while True: x.value += 2")
    here.hub = greenlet.getcurrent()
    recall = Recall(terms_of(plan, max_steps=60))
    sampler = SAMPLERS["random"](1)

    for _ in range(101):
        sampler.begin()
        recall.play(sampler).life.end()

    assert not recall.pays


@pytest.mark.parametrize(
    "more", [{"options": {"left": {"daemon": True}}}, {"faults": (Fault("kill", "left", at_s=0.1),)}]
)
def test_where_others_end_a_process_nothing_is_recalled(more: Mapping[str, Any]) -> None:
    assert not Recall(terms_of(of_two(PROGRAMS["polls"], **more))).pays


def test_where_a_clock_tells_how_long_others_took_nothing_is_recalled() -> None:
    assert not Recall(terms_of(of_two(PROGRAMS["polls"]), is_virtual=True)).pays
