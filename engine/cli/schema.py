"""``engine schema``: what editors and other programs validate with."""

from __future__ import annotations

import json

import click

from ..scenario.schema import scenario_schema
from .output import STANDARD_OUTPUT, write


@click.command("schema")
@click.option("--report", "of_report", is_flag=True, help="The schema of the JSON report instead.")
@click.option("--schedule", "of_schedule", is_flag=True, help="The schema of saved schedules instead.")
@click.option("--json", "json_path", metavar="PATH", help="Write it there instead of to standard output.")
def command(of_report: bool, of_schedule: bool, json_path: str | None) -> int:
    """Print the JSON Schema of scenarios.

    Editors that know YAML schemas use it to complete, explain and check a scenario as it is written.
    """
    if of_report and of_schedule:
        raise click.UsageError("--report and --schedule are two schemas: ask for one at a time")
    if of_report:
        from ..schemas import report_schema as schema
    elif of_schedule:
        from ..schemas import schedule_schema as schema
    else:
        schema = scenario_schema
    write(json_path or STANDARD_OUTPUT, json.dumps(schema(), indent=2) + "\n")
    return 0
