"""Try many programs, or the catalogue, and print what came of it.

Usage: python -m tests.conformance.faithful PROGRAMS RUNS [SEED [ONLY...]]
       python -m tests.conformance.faithful faults PROGRAMS RUNS [SEED [ONLY...]]
       python -m tests.conformance.faithful catalogue RUNS [FILE...]

PROGRAMS are drawn from SEED, and each is run RUNS times; ONLY are the numbers of those to try. With ``faults``
something goes wrong in each. The exit status is 1 if
reality and the simulation do not agree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.backends.processes.stage import Stage
from engine.backends.processes.supervisor import supervise
from engine.exploration import orders_output
from engine.plan import Plan
from engine.preparation import Prepared, prepare
from engine.requirements import unmet
from engine.scenario.files import Settings
from engine.trace import Run
from tests.conformance.faithful.figures import Figures
from tests.conformance.faithful.programs import drawn
from tests.conformance.faithful.trial import Perform, Trial, a_simulation, try_out
from tests.processes_support import Ground, a_ground, a_stage

CATALOGUE = Path(__file__).parents[3] / "scenarios"


class Candidate(NamedTuple):
    """What is tried: its name, its text if it is in no file, and whether the order of output matters; if it is in one,
    what that says of it."""

    name: str
    text: str
    plan: Plan
    orders_output: bool
    prepared: Prepared | None = None


def main(what: str, runs: str, *rest: str) -> int:
    has_faults = what == "faults"
    if has_faults:
        what, runs, *rest = (runs, *rest)  # type: ignore[assignment]
    candidates = _of_catalogue(rest) if what == "catalogue" else _generated(int(what), has_faults, *map(int, rest))
    figures = Figures()
    with a_ground() as ground, a_stage(ground) as stage, a_simulation() as simulation:
        perform = performing(ground, stage)
        for one in candidates:
            reason = one.prepared and unmet(one.prepared, stage.interpreter(), stage.missing_modules)
            trial = (
                Trial(left_out=reason)
                if reason
                else try_out(one.plan, simulation, perform, int(runs), one.orders_output)
            )
            figures.add(trial)
            print(f"{one.name}: {trial.left_out or f'{trial.outcomes} outcomes'}", file=sys.stderr, flush=True)
            for disagreement in trial.disagreements:
                print(f"{one.name}: {disagreement.kind}: {disagreement.text}", flush=True)
            if trial.disagreements:
                print(one.text, flush=True)
    print(figures)
    return 1 if figures.disagreements else 0


def performing(ground: Ground, stage: Stage) -> Perform:
    """A plan with an environment of its own gets a stage of its own: an interpreter reads it at its start."""

    def perform(plan: Plan) -> Run:
        if not plan.environment:
            return supervise(stage, plan)
        with a_stage(ground, **plan.environment) as own:
            return supervise(own, plan)

    return perform


def _generated(count: int, has_faults: bool, seed: int = 0, *only: int) -> Iterator[Candidate]:
    for number, program in enumerate(drawn(count, seed, has_faults=has_faults)):
        if not only or number in only:
            yield Candidate(f"program {number} of seed {seed}", str(program), program.plan, orders_output=True)


def _of_catalogue(files: Sequence[str]) -> Iterator[Candidate]:
    for file in files or sorted(map(str, CATALOGUE.rglob("*.yaml"))):
        for one in prepare([file], Settings()):
            yield Candidate(f"{file} {one.name}", "", one.plan, orders_output(one.expectation), one)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
