"""How many schedules each strategy needs to the first that fails, over all broken scenarios of the catalogue.

Broken are the pitfalls' `broken.yaml`, the puzzles tagged `wrong`, and the litmus tests that have an interesting or a
forbidden outcome; of each the variant with processes that are forked, or the next one where that cannot fail. What
counts as a failure is said by one of two rules:

- ``twin``: a run does not come out as the pitfall's `fixed.yaml` expects, where both declare the same processes and
  the same names of what is shared;
- ``shown``: it comes out as the file itself describes: a run that passes by what a pitfall or a puzzle expects (which
  is there to fail), and one whose outcome is graded interesting or forbidden where the file has such outcomes.

To start, to join and to end processes are steps, as they are for `engine explore`. What can be exhausted without a
failure (`none there is`: store buffers are not simulated), and what is refused, is named, and does not count. Each cell
is the median over the seeds, and the share of the seeds that found a failure within the budget, where that is not all
of them; what is deterministic is run once, but for `auto`, which has its own budget: that of the command. The last
lines count the halves of the catalogue, by turns, apart: what was changed while looking at one is judged by the other.

A search ends at its budget of schedules, or after four thousand steps if that is sooner, and a strategy that has
taken twenty thousand in all has no further seeds: so all of it is the same each time, and long runs are not repeated
as often as short ones.

Usage: python -m benchmarks.catalogue [SEEDS [BUDGET [STRATEGY ...]]]
"""

from __future__ import annotations

import gc
import json
import math
import os
import select
import signal
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import greenlet

from engine.backends.simulation.backend import phases
from engine.backends.simulation.runs import run_from
from engine.expectation import Expectation
from engine.exploration import Settings, judge_simulated, orders_output, settings_of, undecidable
from engine.plan import Plan
from engine.preparation import Prepared, prepare
from engine.scenario.files import Settings as Files
from engine.scenario.files import find_files
from engine.stage.simulation import stand_ins
from engine.stage.simulation.here import here
from engine.stage.simulation.library import Library
from engine.stage.simulation.play import Terms
from engine.stage.simulation.search import Phase, Search, searched
from engine.stage.simulation.stock import Stock
from engine.stage.simulation.system import new_names
from engine.trace import Run

SCENARIOS = Path(__file__).parents[1] / "scenarios"
STRATEGIES = ("auto", "bounded", "dpor", "random", "pct", "pos", "rf-pos", "urw", "surw")
ONCE = {"bounded", "dpor"}
"""What draws nothing."""

SILENCE_S = 60.0
MOST_STEPS, MOST_STEPS_OF_ALL = 4_000, 20_000
"""How many steps one search takes, and those for all seeds of a strategy, but for `auto`."""


class Case(NamedTuple):
    """A broken scenario, and what it is to fail."""

    name: str
    plan: Plan
    settings: Settings
    rule: str
    is_failure: Callable[[Run], bool]
    reason: str | None
    """Why no exploration can tell, if that is so."""


class Counted(NamedTuple):
    """What one strategy needed, by seed: None where it found nothing. ``note`` says why there is nothing to find."""

    counts: tuple[int | None, ...]
    note: str | None = None


# What is broken


def cases() -> Iterator[list[Case]]:
    """Every broken scenario that there is an order to look for in: the variants to try, one after the other."""
    for folder in sorted((SCENARIOS / "pitfalls").iterdir()):
        if (folder / "broken.yaml").exists():
            fixed = _variants(folder / "fixed.yaml")
            yield [_pitfall(one, fixed) for one in _variants(folder / "broken.yaml")]
    for path in sorted((SCENARIOS / "puzzles").rglob("*.yaml")):
        yield [_case(one, "shown", one.expectation) for one in _variants(path) if "wrong" in one.tags]
    for path in sorted((SCENARIOS / "litmus").rglob("*.yaml")):
        yield [_case(one, "shown", one.expectation) for one in _variants(path) if _has_bad(one.expectation)]


def _pitfall(broken: Prepared, fixed: Sequence[Prepared]) -> Case:
    methods = {one.plan.start_method: one for one in reversed(fixed)}
    twin = methods.get(broken.plan.start_method) or (fixed[0] if fixed else None)
    if twin and _declared(twin) == _declared(broken):
        return _case(broken, "twin", twin.expectation)
    return _case(broken, "shown", broken.expectation)


def _case(one: Prepared, rule: str, expectation: Expectation) -> Case:
    settings = settings_of(one.explore, {"orders_output": orders_output(expectation)})
    name = str(Path(one.file).relative_to(SCENARIOS)).removesuffix(".yaml").removesuffix("/broken")
    reason = undecidable(expectation, settings.timing)
    return Case(name, one.plan, settings, rule, failing(rule, expectation, settings), reason)


def failing(rule: str, expectation: Expectation, settings: Settings) -> Callable[[Run], bool]:
    def is_failure(run: Run) -> bool:
        verdict = judge_simulated(expectation, run, settings.timing)
        if rule == "twin":
            return verdict.verdict == "failed"
        if _has_bad(expectation):
            is_bad = verdict.outcome is None or verdict.outcome.grade != "acceptable"
            return is_bad and verdict.verdict != "unknown"
        return verdict.verdict == "passed"

    return is_failure


def _has_bad(expectation: Expectation) -> bool:
    return any(outcome.grade != "acceptable" for outcome in expectation.outcomes)


def _variants(path: Path) -> list[Prepared]:
    """Those that are processes, the forked ones first."""
    variants = [one for one in prepare(find_files([str(path)]), Files()) if one.plan.run_as == "process"]
    return sorted(variants, key=lambda one: one.plan.start_method != "fork")


def _declared(one: Prepared) -> tuple[list[str], list[str]]:
    return sorted(process.name for process in one.plan.processes), sorted(shared.name for shared in one.plan.shared)


# What is counted


def measured(case: Case, names: Sequence[str], seeds: int, budget: int) -> dict[str, Counted] | str:
    """What each of the strategies needed; or why it cannot be said. In a process of its own: targets are run."""
    if case.reason is not None:
        return case.reason
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            for name, counted in _counted(case, names, seeds, budget):
                os.write(writing, json.dumps([name, counted]).encode() + b"\n")
        except BaseException as error:
            os.write(writing, json.dumps(["", repr(error)]).encode() + b"\n")
        os._exit(0)
    os.close(writing)
    told: dict[str, Counted] = {}
    with open(reading, "rb", buffering=0) as lines:
        try:
            while select.select([lines], [], [], SILENCE_S * seeds)[0] and (line := lines.readline()):
                name, counted = json.loads(line)
                if not name:
                    return str(counted)
                told[name] = Counted(tuple(counted[0]), counted[1])
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    note = next((one.note for one in told.values() if one.note), None)
    return note or (told if len(told) == len(names) else "it is silent, or has ended its interpreter")


def _counted(case: Case, names: Sequence[str], seeds: int, budget: int) -> Iterator[tuple[str, Counted]]:
    here.hub = greenlet.getcurrent()
    sys.argv = [case.plan.file]
    sys.path[:0] = case.plan.search_path
    os.environ.update(case.plan.environment)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    stand_ins.install()
    gc.freeze()
    gc.set_threshold(100_000)
    terms = Terms(
        plan=case.plan,
        library=Library(case.plan.code, case.plan.search_path),
        stock=Stock(case.plan),
        names=new_names(),
        max_steps=case.settings.steps,
        is_virtual=case.settings.timing == "virtual",
        seed=0,
        orders_output=case.settings.orders_output,
    )
    for name in names:
        counted = _of_strategy(case, terms, name, seeds, budget)
        yield name, counted
        if counted.note:
            break


def _of_strategy(case: Case, terms: Terms, name: str, seeds: int, budget: int) -> Counted:
    counts: list[int | None] = []
    note, steps = None, 0
    for seed in range(1 if name in ONCE else seeds):
        searches = list(_searches(case, terms._replace(seed=seed), name, seed, budget))
        last = searches[-1]
        before = sum(search.schedules for search in searches[:-1])
        counts.append(None if last.first_failure is None else before + last.first_failure)
        if last.refusal is not None:
            note = f"refused: {last.refusal.what}"
        elif last.exhausted and last.first_failure is None:
            note = f"none there is, in {last.schedules} schedules"
        steps += sum(search.steps for search in searches)
        if note or (steps >= MOST_STEPS_OF_ALL and name != "auto"):
            break
    return Counted(tuple(counts), note)


def _searches(case: Case, terms: Terms, name: str, seed: int, budget: int) -> Iterator[Search]:
    """One search; of `auto` two, as the backend has them on one core."""
    settings = Settings(strategy=name, schedules=10_000 if name == "auto" else budget)
    first = _search(case, terms, [Phase(*phase) for phase in phases(settings)], seed, name == "auto")
    yield first
    left = settings.schedules - first.schedules - first.redundant
    if name == "auto" and left > 0 and not (first.exhausted or first.refusal or first.first_failure):
        yield _search(case, terms, [Phase("portfolio", left, None)], seed, True)


def _search(case: Case, terms: Terms, its_phases: list[Phase], seed: int, is_auto: bool) -> Search:
    def judge(told: dict[str, Any]) -> bool:
        return case.is_failure(run_from(told))

    most_steps = 100 * MOST_STEPS_OF_ALL if is_auto else MOST_STEPS
    search = Search(terms, keep_going=False, judge=judge, beat=lambda _: True, most_steps=most_steps)
    return searched(search, its_phases, seed)


# What is printed


def cell(counted: Counted) -> str:
    hits = sum(count is not None for count in counted.counts)
    median = _median(counted.counts)
    share = "" if hits == len(counted.counts) else f" {hits / len(counted.counts):.0%}"
    return f">{share}" if median == math.inf else f"{median:.0f}{share}"


def _median(counts: Sequence[int | None]) -> float:
    return statistics.median_low([math.inf if count is None else count for count in counts])


def main(seeds: int = 20, budget: int = 200, *, only: Sequence[str] = ()) -> None:
    names = only or STRATEGIES
    print(f"{'':44}{'rule':>6}" + "".join(f"{name:>10}" for name in names))
    shown: dict[str, dict[str, Counted]] = {}
    left_out: dict[str, str] = {}
    for case in (one for variants in cases() for one in variants):
        if case.name in shown:
            continue
        told = measured(case, names, seeds, budget)
        if isinstance(told, str):
            left_out.setdefault(case.name, told)
            continue
        shown[case.name] = told
        print(f"{case.name:44}{case.rule:>6}" + "".join(f"{cell(told[name]):>10}" for name in names), flush=True)
    rows = list(shown.values())
    for title, part in (("all", rows), ("one half", rows[::2]), ("the other half", rows[1::2])):
        print(f"\n{title}: {len(part)} broken scenarios")
        for name in names:
            print(f"  {name:8}" + summary([row[name] for row in part]))
    print("\nnot counted:")
    for name, why in left_out.items():
        if name not in shown:
            print(f"  {name}: {why}")


def summary(column: Sequence[Counted]) -> str:
    """What one strategy comes to: over scenarios, each by its median over the seeds, and the worst of all seeds."""
    medians = [_median(one.counts) for one in column]
    always = sum(None not in one.counts for one in column)
    worst = max(math.inf if count is None else count for one in column for count in one.counts)
    within = sum(median <= 5 for median in medians)
    return (
        f"{always} found with every seed; median {statistics.median_low(medians):.0f}, "
        f"at most 5 in {within}; worst {'not found' if worst == math.inf else worst}"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), only=sys.argv[3:])
