"""Run variants: several at a time, each judged, reported in the order of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .backends.processes import Processes
from .backends.processes.stages import Stages
from .planning import plan, unmet_requirement
from .report import ScenarioReport, of_run, of_skipped
from .scenario.load import Variant
from .verdict import judge


@dataclass(frozen=True)
class Options:
    """How to run. ``jobs`` runs at a time; ``repeat`` runs of each variant; ``timeout_s`` overrides the scenarios'
    own."""

    jobs: int = 1
    repeat: int = 1
    fail_fast: bool = False
    timeout_s: float | None = None


def run(variants: Sequence[Variant], stages: Stages, options: Options) -> Iterator[ScenarioReport]:
    """Run every variant, and report each as soon as those before it are reported.

    With ``fail_fast`` nothing follows the first one that does not pass.
    Raises Interrupted once ``stages`` are told to end, and what a stage raises.
    """
    tasks = [variant for variant in variants for _ in range(options.repeat)]
    for exclusive, group in groupby(tasks, key=lambda variant: variant.scenario.exclusive):
        jobs = 1 if exclusive else options.jobs
        for report in _in_order(lambda variant: _run_one(variant, stages, options), list(group), jobs, stages):
            yield report
            if options.fail_fast and report.verdict in ("failed", "unknown"):
                return


def _in_order(
    work: Callable[[Variant], ScenarioReport], variants: Sequence[Variant], jobs: int, stages: Stages
) -> Iterator[ScenarioReport]:
    if jobs == 1 or len(variants) == 1:
        yield from map(work, variants)
        return
    from concurrent.futures import ThreadPoolExecutor

    executor = ThreadPoolExecutor(jobs)
    done = False
    try:
        yield from executor.map(work, variants)
        done = True
    finally:
        if not done:
            stages.interrupt()
        executor.shutdown(cancel_futures=True)


def _run_one(variant: Variant, stages: Stages, options: Options) -> ScenarioReport:
    planned = plan(variant, options.timeout_s)
    with stages.borrow(planned.environment) as stage:
        unmet = unmet_requirement(variant, stage.interpreter(), stage.missing_modules)
        if unmet:
            return of_skipped(variant.name, variant.file, variant.assignments, unmet)
        executed = next(Processes(stage).runs(planned))
    verdict = judge(variant.expectation, executed)
    return of_run(variant.name, variant.file, variant.assignments, executed, verdict)
