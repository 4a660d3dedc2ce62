"""``engine replay``: one recorded schedule again."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..errors import Diverged
from . import FAILED, schedules, selection, simulation
from .interrupts import undisturbed
from .output import Output
from .selection import forced

if TYPE_CHECKING:
    from ..preparation import Prepared
    from ..schedule import Schedule


@click.command("replay")
@click.argument("path", metavar="SCHEDULE")
@click.option("--real", is_flag=True, help="Also force it on real processes, and say whether they come to the same.")
@selection.json
@click.option("--html", "html_path", metavar="PATH", help="Also write a page there, for a browser.")
def command(path: str, real: bool, json_path: str | None, html_path: str | None) -> int:
    """Run the schedule in the file SCHEDULE again, in simulation: step for step what `engine explore` found.

    With --real its schedule is forced on real processes, too: each operation waits for its turn, and where that is
    done the outcome is proved.

    It is refused where its scenario has changed since in a way that matters. The scenario's file is looked for where
    it was as seen from SCHEDULE, and then from the folder in which the command is called.
    """
    output = Output({"json": json_path, "html": html_path})
    started_s = time.monotonic()
    schedule = schedules.read(path)
    one = _recorded(path, schedule)

    from ..exploring import replay

    reality, backend = simulation.Reality(), simulation.backend()
    try:
        made = replay(one, backend, schedule, path, reality.force if real else None)
    except Diverged as error:
        raise schedules.Refused(f"{path} leads elsewhere than it did: {error}", _again(one.file, schedule)) from error
    finally:
        with undisturbed():
            backend.close()
            reality.close()
    output.say_scenario(made)
    output.save("replay", [made], time.monotonic() - started_s)
    return FAILED if made.verdict in ("failed", "unknown") else 0


def _recorded(path: str, schedule: Schedule) -> Prepared:
    """The variant that ``schedule`` was recorded from. Raises Refused where it is not there any more."""
    from ..preparation import prepare
    from ..schedule import differences, untold

    file = schedules.scenario_of(path, schedule)
    candidates = prepare([file], simulation.settings(schedule.start_method))
    fitting = [one for one in candidates if not differences(schedule, one.plan)]
    if not fitting:
        message = f"{path} does not fit {file} any more: {_difference(schedule, candidates)}"
        raise schedules.Refused(message, _again(file, schedule))
    one = next(filter(lambda one: _is_named(one, schedule), fitting), fitting[0])
    if files := untold(schedule, one.plan):
        message = f"{path} does not say what {', '.join(files)} was when it was saved"
        raise schedules.Refused(message, _again(file, schedule))
    # The scenario does not show what only the command line has asked for.
    return replace(one, assignments={**one.assignments, **forced(schedule.start_method, None)})


def _again(file: str, schedule: Schedule) -> str:
    """What finds a schedule that fits."""
    option = [] if schedule.start_method is None else ["--start-method", schedule.start_method]
    return f"explore it again: {shlex.join(['engine', 'explore', *option, file])}"


def _difference(schedule: Schedule, candidates: Sequence[Prepared]) -> str:
    """What is not as it was when ``schedule`` was recorded, in the candidate that is most like it."""
    from ..schedule import differences

    changed = [
        (differences(schedule, one.plan), _is_named(one, schedule)) for one in candidates if one.name == schedule.name
    ]
    # A start method may have moved to or from the matrix.
    alike = [parts for parts, is_named in changed if is_named or parts == ["start_method"]]
    if not alike:
        return f'it has no scenario "{schedule.name}" with that variant'
    least = min(alike, key=len)
    return f"changed since then in {', '.join(least)}"


def _is_named(one: Prepared, schedule: Schedule) -> bool:
    return one.name == schedule.name and one.assignments == schedule.variant
