"""``engine explore``: every variant in simulation, under every schedule that can make a difference."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from ..errors import Interrupted, ScenarioError
from . import FAILED, INTERRUPTED, selection, simulation
from .interrupts import undisturbed
from .output import Output
from .schedules import Saving

if TYPE_CHECKING:
    from ..report import ScenarioReport

STRATEGIES = ("auto", "bounded", "dpor", "dfs", "random", "pct", "pos", "rf-pos", "urw", "surw")


@click.command("explore")
@selection.paths
@click.option("--strategy", type=click.Choice(STRATEGIES), help="Which schedules to try; auto by default.")
@click.option("--schedules", type=click.IntRange(1), metavar="N", help="How many at most; 10,000 by default.")
@click.option("--for", "for_s", type=selection.Duration(), metavar="DURATION", help="How long at most, each: 60s.")
@click.option("--steps", type=click.IntRange(1), metavar="N", help="How long one may be; 10,000 by default.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="What random choices are drawn from; 0 by default.")
@click.option(
    "--timing",
    type=click.Choice(["any", "virtual"]),
    help="any: a sleep may end and a time-out fire at any moment; virtual: as a clock says. any by default.",
)
@click.option("--keep-going", is_flag=True, help="Do not stop at the first schedule that fails.")
@click.option("--confirm", is_flag=True, help="Have real processes say whether what is not acceptable is so.")
@click.option("--save", "folder", default=".engine", metavar="DIR", help="Where schedules go; .engine by default.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Cores to use; by default all there are.")
@selection.options("--tag", "--match", "--start-method")
@selection.json
@click.option("--junit", "junit_path", metavar="PATH", help="Also write JUnit XML there, for a CI server.")
@click.option("--html", "html_path", metavar="PATH", help="Also write a page there, for a browser.")
def command(
    paths: tuple[str, ...],
    strategy: str | None,
    schedules: int | None,
    for_s: float | None,
    steps: int | None,
    seed: int | None,
    timing: str | None,
    keep_going: bool,
    confirm: bool,
    folder: str,
    jobs: int | None,
    tag: tuple[str, ...],
    match: str | None,
    start_method: str | None,
    json_path: str | None,
    junit_path: str | None,
    html_path: str | None,
) -> int:
    """Run every variant of the scenarios in PATH... in simulation, under every schedule that can make a difference.

    PATH is a scenario file, or a folder that is searched for them. What a scenario says itself, under `explore`, the
    command line overrides. Schedules that are not acceptable are saved, for `engine replay`; with --confirm they are
    also forced on real processes, where each operation waits for its turn. That these come to the same is a proof.
    """
    output = Output({"json": json_path, "junit": junit_path, "html": html_path})
    given = {
        "strategy": strategy,
        "schedules": schedules,
        "for_s": for_s,
        "steps": steps,
        "seed": seed,
        "timing": timing,
        "keep_going": keep_going,
        "jobs": jobs or len(os.sched_getaffinity(0)),
    }
    started_s = time.monotonic()
    reports: list[ScenarioReport] = []
    interrupted = False
    reality, backend = simulation.Reality(), simulation.Gentle(simulation.backend())
    try:
        from ..exploring import explore
        from ..preparation import prepare
        from ..scenario.files import find_files

        prepared = selection.select(prepare(find_files(paths), simulation.settings(start_method)), tag, match)
        force = reality.force if confirm else None
        for one in explore(prepared, backend, given, Saving(folder), reality.missing, force, start_method):
            output.say_scenario(one)
            reports.append(one)
            if backend.is_stopped:
                raise Interrupted
    except ScenarioError as error:
        output.save("explore", [], time.monotonic() - started_s, error.problems)
        raise
    except (Interrupted, KeyboardInterrupt):
        interrupted = True
    finally:
        with undisturbed():
            backend.close()
            reality.close()
    made = output.save("explore", reports, time.monotonic() - started_s, interrupted=interrupted)
    output.say_summary(made)
    if interrupted:
        return INTERRUPTED
    return FAILED if made.summary.failed or made.summary.unknown else 0
