"""``engine validate``: all that is wrong with the files, and nothing executed."""

from __future__ import annotations

import multiprocessing
import time

import click

from ..errors import ScenarioError
from ..scenario.files import Settings, find_files
from ..scenario.load import load
from . import selection
from .output import Output


@click.command("validate")
@selection.paths
@selection.json
def command(paths: tuple[str, ...], json_path: str | None) -> int:
    """Check the scenarios in PATH... and the names of their targets, and execute none of their code."""
    output = Output({"json": json_path})
    started_s = time.monotonic()
    defaults = {"run_as": "process", "start_method": multiprocessing.get_all_start_methods()[0]}
    try:
        files = find_files(paths)
        variants = load(files, Settings(defaults))
    except ScenarioError as error:
        output.save("validate", [], time.monotonic() - started_s, error.problems)
        raise
    scenarios = len({(variant.file, variant.name) for variant in variants})
    output.say(f"{_count(files, 'file')}, {_count(range(scenarios), 'scenario')}, {_count(variants, 'variant')}: valid")
    output.save("validate", [], time.monotonic() - started_s)
    return 0


def _count(things: object, word: str) -> str:
    number = len(things)  # type: ignore[arg-type]
    return f"{number} {word}" + ("" if number == 1 else "s")
