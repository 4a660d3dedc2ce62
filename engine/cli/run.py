"""``engine run``: every variant on real processes."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from ..backends.processes.stages import Stages
from ..errors import Interrupted, ScenarioError
from . import FAILED, INTERRUPTED, heed, selection
from .output import Output

if TYPE_CHECKING:
    from ..report import ScenarioReport


MAX_SEED = 1_000_000
"""Seeds that nobody chose are below this, to be easily typed."""


class Duration(click.ParamType):  # type: ignore[type-arg]
    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from ..scenario import durations
        from ..scenario.scalars import resolved

        try:
            return durations.timeout_s(resolved(value) if isinstance(value, str) else value)
        except ValueError as error:
            self.fail(f'"{value}" is not {error}', param, ctx)


@click.command("run")
@selection.paths
@click.option("-j", "--jobs", type=click.IntRange(1), help="Runs at a time; by default as many as there are cores.")
@selection.options
@click.option("--repeat", type=click.IntRange(1), default=1, metavar="N", help="Run each variant N times.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first that does not pass.")
@click.option("--timeout", type=Duration(), metavar="DURATION", help="Instead of each scenario's own: 2s, 500ms.")
@click.option("--python", default=sys.executable, metavar="INTERPRETER", help="Run scenarios on this interpreter.")
@selection.json
@click.option("--junit", "junit_path", metavar="PATH", help="Also write JUnit XML there, for a CI server.")
@click.option("--html", "html_path", metavar="PATH", help="Also write a page there, for a browser.")
@click.option("--trace", is_flag=True, help="Show every operation: who, on what, when, and what came of it.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Have faults strike at the same points again.")
@click.option("--update", is_flag=True, help="Write what came out into the files, if two runs of each agree.")
@click.pass_obj
def command(
    early_stages: Stages | None,
    paths: tuple[str, ...],
    jobs: int | None,
    tag: tuple[str, ...],
    match: str | None,
    start_method: str | None,
    run_as: str | None,
    repeat: int,
    fail_fast: bool,
    timeout: float | None,
    python: str,
    json_path: str | None,
    junit_path: str | None,
    html_path: str | None,
    update: bool,
    trace: bool,
    seed: int | None,
) -> int:
    """Run every variant of the scenarios in PATH... on real processes, and check it.

    PATH is a scenario file, or a folder that is searched for them.
    """
    output = Output({"json": json_path, "junit": junit_path, "html": html_path})
    started_s = time.monotonic()
    stages = early_stages or Stages(python)
    try:
        from ..preparation import prepare
        from ..scenario.files import Settings, find_files
        from ..session import Options, run

        reports: list[ScenarioReport] = []
        interrupted = False
        try:
            files = find_files(paths)
            defaults = {"run_as": "process", "start_method": stages.interpreter().start_methods[0]}
            settings = Settings(defaults, selection.forced(start_method, run_as), foreign=python != sys.executable)
            prepared = selection.select(prepare(files, settings), tag, match)
            options = Options(
                jobs=jobs or len(os.sched_getaffinity(0)),
                repeat=max(repeat, 2 if update else 1),
                fail_fast=fail_fast,
                timeout_s=timeout,
                trace=trace,
                seed=random.randrange(MAX_SEED) if seed is None else seed,
            )
            gc.enable()
            for one in run(prepared, stages, options):
                output.say_scenario(one)
                reports.append(one)
        except ScenarioError as error:
            output.save("run", [], time.monotonic() - started_s, error.problems)
            raise
        except (Interrupted, KeyboardInterrupt):
            interrupted = True
    finally:
        # Whoever presses Ctrl-C again would only keep us from tidying up, which is bounded.
        heed(signal.SIG_IGN)
        stages.close()
        heed(signal.default_int_handler)
    made = output.save("run", reports, time.monotonic() - started_s, interrupted=interrupted)
    output.say_summary(made)
    if interrupted:
        return INTERRUPTED
    if update:
        from .update import update as bring_up_to_date

        return 0 if bring_up_to_date(reports, output) else FAILED
    return FAILED if made.summary.failed or made.summary.unknown else 0
