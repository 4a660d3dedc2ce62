"""``--update``: write what came out into the files that expected something else."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..scenario.files import read_bytes
from ..scenario.rewrite import CannotRewrite, rewritten
from ..updating import updates
from .output import Output, write

if TYPE_CHECKING:
    from ..report import ScenarioReport


def update(reports: Sequence[ScenarioReport], output: Output) -> bool:
    """Bring files up to date, show how, and say whether all that failed is as expected now."""
    is_complete = True
    for file, wanted in updates(reports).items():
        refusals = wanted.refusals
        if wanted.changes:
            try:
                before = read_bytes(file).decode("utf-8")
                after = rewritten(file, before, wanted.changes)
            except UnicodeDecodeError:
                refusals = ("1: it is not UTF-8",)
            except CannotRewrite as refusal:
                refusals = (f"{refusal.line}: {refusal}",)
            else:
                write(file, after)
                output.say(f"updated {file}\n{_difference(before, after)}")
        if refusals:
            output.say(f"nothing was written to {file}, because of")
        for refused in refusals:
            output.say(f"  {file}:{refused}")
        is_complete = is_complete and not refusals
    return is_complete


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", n=1, lineterm="")
    colours = {"-": "red", "+": "green"}
    return "\n".join(click.style(f"  {line}", fg=colours.get(line[0])) for line in list(lines)[2:])
