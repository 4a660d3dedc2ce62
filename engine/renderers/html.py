"""A report as one page of HTML that needs nothing beside it: no script, no font, no network."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .. import words
from ..report import ProcessReport, Report, ScenarioReport
from . import outcomes, picture, terminal
from .text import visible

_TEMPLATE = "page.html"
_LONGEST = 4000
"""Characters of one text that are shown; the JSON report has all of it."""


class Bar(NamedTuple):
    """When a process lived, in hundredths of the run."""

    start: float
    width: float
    is_open: bool
    """Whether it did not end by itself."""


def render(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Whatever a scenario printed is shown, and never obeyed.
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters.update(
        value=_value,
        text=_text,
        bar=_bar,
        failure=_failure,
        everybody=_everybody,
        explored=outcomes.explored_text,
        columns=outcomes.columns,
        effort=outcomes.length,
        reality=outcomes.reality_text,
        picture=picture.picture,
        notes=picture.notes,
    )
    environment.globals.update(share=outcomes.share, has_picture=outcomes.has_picture)
    files = [(file, list(group)) for file, group in groupby(report.scenarios, key=lambda scenario: scenario.file)]
    return environment.get_template(_TEMPLATE).render(
        report=report, files=files, verdicts=("passed", "failed", "unknown", "skipped")
    )


def _value(value: Any) -> str:
    return words.brief(value, 300)


def _text(text: Any) -> str:
    return words.shorten(text if isinstance(text, str) else json.dumps(text, indent=2, default=str), _LONGEST)


def _failure(scenario: ScenarioReport) -> str:
    """What the terminal says of what does not hold."""
    return textwrap.dedent(click.unstyle(terminal.failure(scenario)))


def _everybody(scenario: ScenarioReport) -> list[tuple[str, ProcessReport]]:
    """The processes, and the parent where it has something to tell."""
    parent = scenario.parent
    told = [("the parent process", parent)] if parent and (parent.stack or parent.raises) else []
    return [*scenario.processes.items(), *scenario.strangers.items(), *told]


def _bar(process: ProcessReport, scenario: ScenarioReport) -> Bar | None:
    if process.started is None:
        return None
    everybody: Mapping[str, ProcessReport] = scenario.processes
    whole = max([scenario.duration, *(one.ended or 0 for one in everybody.values())]) or 1.0
    end = whole if process.ended is None else process.ended
    start = 100 * min(process.started, whole) / whole
    return Bar(start, max(0.5, 100 * end / whole - start), process.ended is None)
