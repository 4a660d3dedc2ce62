"""``dpor`` and ``bounded`` against plain enumeration, over all that can be simulated: the same outcomes; and of
``dpor`` one run for each class of equivalent schedules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Any, NamedTuple

import greenlet
import pytest

from engine.models.model import conflict, looks_at_memory
from engine.plan import Fault, FaultAction, StartMethod
from engine.stage.simulation.here import here
from engine.stage.simulation.library import Library
from engine.stage.simulation.play import Terms, key, play
from engine.stage.simulation.schedulers.bounded import Bounded
from engine.stage.simulation.schedulers.dfs import DepthFirst
from engine.stage.simulation.schedulers.dpor import PartialOrder
from engine.stage.simulation.stock import Stock
from engine.stage.simulation.system import IDLE, new_names
from engine.stage.simulation.world import Scheduler, Taken
from tests.processes_support import a_plan, ref
from tests.stage.simulation.schedulers.programs import Drawn, programs

_STRIKES = frozenset({"kill", "stop", "resume", "interrupt"})
_OF_THE_SYSTEM = frozenset({"closes", "sentinel", "ends"})


class Found(NamedTuple):
    """The outcomes of all runs that came to their end, and the forms of these; ``is_whole`` where there are no more."""

    outcomes: set[Any]
    forms: Counter[Any]
    is_whole: bool
    refused: bool


Make = Callable[[], Scheduler]


def found(drawn: Drawn, make: Make, most: int, exact: frozenset[str] = frozenset()) -> tuple[Found, Any]:
    """All that comes of it, and the scheduler that was made for that."""
    here.hub = greenlet.getcurrent()
    plan, scheduler = drawn.plan, make()
    terms = Terms(plan, Library(plan.code, ()), Stock(plan), new_names(), 400, drawn.is_virtual, 0, True, exact)
    outcomes: set[Any] = set()
    forms = Counter[Any]()
    for _ in range(most):
        if not scheduler.begin():
            return Found(outcomes, forms, True, False), scheduler
        played = play(terms, scheduler)
        assert played.life.parent.raised is None, played.life.parent.raised  # What is shared can be built.
        if played.life.refusal is not None or played.ending == "step_limit":
            played.life.end()
            return Found(outcomes, forms, False, True), scheduler
        if not played.world.looked_into <= exact:
            played.life.end()
            return found(drawn, make, most, exact | played.world.looked_into)
        if played.ending is not None:
            outcomes.add(key(played, terms))
            forms[form(played.world.trace)] += 1
        played.life.end()
    return Found(outcomes, forms, not scheduler.begin(), False), scheduler


def form(trace: list[Taken]) -> Any:
    """What equivalent runs have in common: the steps of each strand, and in which order those came that conflict."""
    counts: Counter[int] = Counter()
    steps = []
    for taken in trace:
        counts[taken.strand.number] += 1
        steps.append(((taken.strand.number, counts[taken.strand.number]), taken))
    return frozenset(name for name, _ in steps), frozenset(
        (before, after)
        for (before, one), (after, other) in combinations(steps, 2)
        if one.strand is not other.strand and depend(one, other)
    )


def depend(one: Taken, other: Taken) -> bool:
    """Whether the order of two steps of different strands can be told."""
    if IDLE in (one.operation, other.operation):
        return True
    if (victim(one) is not None and actor(other) == victim(one)) or (
        victim(other) is not None and actor(one) == victim(other)
    ):
        return True
    if one.operation.name in _STRIKES and other.operation.name in _STRIKES and victim(one) == victim(other):
        return True
    return one.cell == other.cell and conflict(one.step.touches, other.step.touches)


def actor(taken: Taken) -> int | None:
    """Whose step it is; None for what the system does at a process's end."""
    return None if taken.operation.name in _OF_THE_SYSTEM else taken.strand.process.number


def victim(taken: Taken) -> int | None:
    """Whom a step strikes, wherever that one is; a feeder that pickles looks at all that its process has."""
    if looks_at_memory(taken.step.touches):
        return taken.strand.process.number
    return taken.operation.arguments[0] if taken.operation.name in _STRIKES else None


class Compared(NamedTuple):
    """How many programs were small enough, and the sums over them."""

    programs: int
    interleavings: int
    classes: int
    redundant: int


def small(seed: int, most: int) -> Iterator[tuple[Drawn, Found]]:
    """Programs that can be enumerated, with all that they come to."""
    for drawn in programs(seed):
        everything, _ = found(drawn, DepthFirst, most)
        if everything.is_whole and sum(everything.forms.values()) > 1:
            yield drawn, everything


def check(drawn: Drawn, everything: Found, most: int, said: str = "") -> PartialOrder:
    """Fails if ``dpor``, which is returned, does not find ``everything`` in one run for each class."""
    one_each, partial = found(drawn, PartialOrder, most)
    assert one_each.is_whole, said
    assert one_each.outcomes == everything.outcomes, said
    assert max(one_each.forms.values()) == 1, said
    assert set(one_each.forms) == set(everything.forms), said
    assert isinstance(partial, PartialOrder)
    return partial


def compare(seed: int, count: int, most: int) -> Compared:
    """Fails at the first program of which ``dpor`` does not find the same."""
    total = Compared(0, 0, 0, 0)
    for drawn, everything in islice(small(seed, most), count):
        said = f"seed {seed}, program {total.programs}, virtual {drawn.is_virtual}, {drawn.plan.faults}, " + (
            f"{[one.type for one in drawn.plan.shared]}\n{drawn.plan.code and drawn.plan.code.source}"
        )
        partial = check(drawn, everything, 10 * most, said)
        total = Compared(
            total.programs + 1,
            total.interleavings + sum(everything.forms.values()),
            total.classes + partial.classes,
            total.redundant + partial.redundant,
        )
    return total


@pytest.mark.slow
def test_what_is_drawn_over_all_types_has_one_run_for_each_class() -> None:
    total = compare(seed=1, count=40, most=40)

    assert total.classes < total.interleavings


DEATHS = """
from engine.stage.simulation.objects.processes import Process, active_children
from engine.stage.simulation.objects.wait import wait
def waits(x): x[0].recv()
def ends(x): pass
def started(target, *given):
    child = Process(target=target, args=given)
    child.start()
    return child
def boss(x):
    {boss}
def looks(x): return x[1].poll(0), x[1].poll(0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("start_method", ["fork", "forkserver"])
@pytest.mark.parametrize(
    "boss",
    [
        "child = started(waits, x); child.terminate(); child.kill(); return child.is_alive(), child.exitcode",
        "child = started(waits, x); child.terminate(); child.join(1); return child.exitcode",
        "child = started(waits, x); x[0].close(); child.kill(); return x[1].poll(0), child.exitcode",
        "child = started(waits, x); x[0].close(); child.kill(); return wait([x[1], child.sentinel]) == [x[1]]",
        "child = started(waits, x); child.terminate(); return active_children() == [], child.is_alive()",
        "child = started(ends, x); return len(wait([child.sentinel])), child.exitcode, child.join(0)",
        "child = started(ends, x); child.kill(); child.join(1); child.kill(); return child.exitcode",
        "a = started(ends, x); b = started(waits, x); b.kill(); return wait([a.sentinel, b.sentinel]) == [0]",
    ],
)
def test_the_moments_of_a_death_have_one_run_for_each_class(boss: str, start_method: StartMethod) -> None:
    processes = {name: [ref("x")] for name in ("boss", *["looks"] * ("x[1]" in boss))}
    plan = a_plan(DEATHS.format(boss=boss), processes, shared={"x": {"type": "Pipe"}}, start_method=start_method)
    drawn = Drawn(plan, False)
    everything, _ = found(drawn, DepthFirst, 20_000)

    assert everything.is_whole
    check(drawn, everything, 20_000)


LOOKED = {"x": {"type": "Queue"}, "v": {"type": "RawValue", "typecode": "i"}}


@pytest.mark.slow
@pytest.mark.parametrize("action", ["kill", "stop"])
def test_who_is_struck_may_have_seen_before_what_others_do_late(action: FaultAction) -> None:
    """Also where what he saw of it before they did has been tried: the item comes by a feeder, which takes its turn
    after the blow if it can."""
    source = """
        def looks(x, v):
            try: x.get(False)
            except Exception: pass
            v.value = 1
        def puts(x, v): x.put(1)
        """
    given = {name: [ref("x"), ref("v")] for name in ("looks", "puts")}
    drawn = Drawn(a_plan(source, given, shared=LOOKED, faults=(Fault(action, "looks", nth=0),)), False)
    everything, _ = found(drawn, DepthFirst, 10_000)

    assert everything.is_whole
    check(drawn, everything, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("action", ["stop", "interrupt"])
def test_two_may_strike_one_in_either_order(action: FaultAction, first: int) -> None:
    both = Fault(action, "one", nth=0), Fault("kill", "one", nth=0)
    faults = (both[first], both[1 - first])
    source = "def one(v): v.value = 1\ndef other(v): return v.value"
    given = {name: [ref("v")] for name in ("one", "other")}
    drawn = Drawn(a_plan(source, given, shared={"v": LOOKED["v"]}, faults=faults), False)

    everything, _ = found(drawn, DepthFirst, 20_000)

    assert everything.is_whole
    check(drawn, everything, 5000)


@pytest.mark.slow
def test_who_is_killed_may_have_seen_before_what_comes_by_two_others() -> None:
    source = """
        def looks(x, q, v):
            if x.value: v.value = 1
        def puts(x, q, v): q.put(1)
        def hands_on(x, q, v): x.value = q.get()
        """
    shared = dict.fromkeys(("x", "v"), LOOKED["v"]) | {"q": LOOKED["x"]}
    given = {name: [ref("x"), ref("q"), ref("v")] for name in ("looks", "puts", "hands_on")}
    drawn = Drawn(a_plan(source, given, shared=shared, faults=(Fault("kill", "looks", nth=0),)), False)

    one_each, _ = found(drawn, PartialOrder, 1000)

    assert one_each.is_whole
    assert max(one_each.forms.values()) == 1
    struck = [finals for _, marks, finals, *_ in one_each.outcomes if marks[1][0] == -9]
    assert sorted({("v", 1) in one for one in struck}) == [False, True]


@pytest.mark.slow
def test_what_bounded_calls_exhausted_is_all_that_there_is() -> None:
    for drawn, everything in islice(small(seed=2, most=40), 20):
        found_in_order, bounded = found(drawn, Bounded, 200)

        assert found_in_order.outcomes == everything.outcomes
        assert bounded.is_exhausted
