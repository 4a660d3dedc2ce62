"""A report as lines of text: one for what passes, all that helps for what does not.

Colours are ANSI sequences that whoever prints may strip. What comes from a scenario is shown, never obeyed: its control
characters are spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from ..errors import Problem
from ..report import CheckReport, ProcessReport, Report, ScenarioReport

_COLOURS = {"passed": "green", "failed": "red", "unknown": "yellow", "skipped": "cyan"}
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TAIL_LINES = 12


def visible(text: str) -> str:
    """``text`` with control characters spelled out (``\\x1b``), but for line breaks and tabs."""
    return _UNSAFE.sub(lambda match: ascii(match.group())[1:-1], text)


def problem(one: Problem) -> str:
    """What is wrong with a file, the line it is on, and a caret under the place."""
    lines = [f"{visible(one.position.file)}:{one.position.line}:{one.position.column}: {visible(one.message)}"]
    if one.excerpt is not None and one.excerpt.strip():
        start = max(0, one.position.column - 100)
        shown = visible(one.excerpt[start : start + 160].replace("\t", " "))
        number = f"{one.position.line:>5} | "
        lines += [number + shown, " " * (len(number) - 2) + "| " + " " * (one.position.column - 1 - start) + "^"]
    if one.hint:
        lines.append(f"  hint: {visible(one.hint)}")
    return "\n".join(lines)


def scenario(report: ScenarioReport) -> str:
    """One variant: a line, and what failed."""
    return "\n".join(_scenario_lines(report))


def summary(report: Report) -> str:
    """How many of each verdict, and the time."""
    counts = {verdict: getattr(report.summary, verdict) for verdict in _COLOURS}
    words = [
        click.style(f"{count} {verdict}", fg=_COLOURS[verdict], bold=verdict != "passed")
        for verdict, count in counts.items()
        if count or verdict in ("passed", "failed")
    ]
    return f"{', '.join(words)} in {report.summary.duration:.2f} s" + (" (interrupted)" if report.interrupted else "")


def _scenario_lines(report: ScenarioReport) -> Iterator[str]:
    verdict = click.style(f"{report.verdict:<8}", fg=_COLOURS[report.verdict], bold=True)
    row = ", ".join(f"{name}={_value(value)}" for name, value in report.variant.items() if _is_label(value))
    parts = [f"{verdict} {visible(report.name)}", f"[{visible(row)}]" if row else "", visible(report.file)]
    parts.append(f"{report.duration:.2f} s" if report.verdict != "skipped" else visible(report.reason or ""))
    yield "  ".join(part for part in parts if part)
    undecided = [check for check in report.checks if check.verdict != "passed"]
    for check in undecided:
        yield from _check_lines(check, report)
    if undecided:
        yield from _story(report)
        yield ""


def _is_label(value: Any) -> bool:
    """Whether a value of a row tells variants apart at a glance; sentences, references and data do not."""
    return not isinstance(value, (Mapping, list)) and not re.search(r"\s|\$\{", str(value))


def _check_lines(check: CheckReport, report: ScenarioReport) -> Iterator[str]:
    place = f"{report.file}:{check.line}: " if check.line else f"{report.file}: "
    reason = f": {check.reason}" if check.reason else ""
    yield f"  {click.style(visible(place) + check.path, bold=True)}{visible(reason)}"
    if check.because:
        yield f"    because {visible(check.because)}"
    if (
        isinstance(check.actual, str)
        and isinstance(check.expected, str)
        and "\n" in check.expected.rstrip("\n") + check.actual.rstrip("\n")
    ):
        yield from _difference(check.expected, check.actual)
    else:
        yield f"    expected {_value(check.expected)}"
        yield f"    actual   {_value(check.actual)}"


def _difference(expected: str, actual: str) -> Iterator[str]:
    import difflib  # Slow to load, and only for what fails.

    yield f"    {click.style('- expected', fg='green')}, {click.style('+ actual', fg='red')}"
    for line in difflib.ndiff(_lines(expected), _lines(actual)):
        if not line.startswith("?"):
            colour = {"-": "green", "+": "red"}.get(line[0])
            yield "    " + click.style(visible(line), fg=colour)


def _story(report: ScenarioReport) -> Iterator[str]:
    """What each process did, for who looks for the reason."""
    if report.why:
        yield f"  {visible(report.why)}"
    everybody: Mapping[str, ProcessReport | None] = {"the parent process": report.parent, **report.processes}
    for name, process in everybody.items():
        if process and (process.raises or process.stderr.strip()):
            yield f"  {visible(name)}: {visible(_fate(process))}"
            yield from _tail(process.stderr)


def _fate(process: ProcessReport) -> str:
    words = []
    if process.raises:
        words.append(f"raised {process.raises}")
    if process.exitcode is not None:
        words.append(f"exit code {process.exitcode}")
    elif process.started is None:
        words.append("was not started")
    return ", ".join(words) or "did not end"


def _tail(text: str) -> Iterator[str]:
    lines = _lines(text) if text else []
    if len(lines) > _TAIL_LINES:
        yield f"    ... {len(lines) - _TAIL_LINES} more lines"
    yield from (f"    {visible(line)}" for line in lines[-_TAIL_LINES:])


def _lines(text: str) -> list[str]:
    return (text[:-1] if text.endswith("\n") else text).split("\n")


def _value(value: Any) -> str:
    """A value as an author would write it, on one line."""
    if isinstance(value, str):
        text = f'"{value}"' if value != value.strip() or not value or "\n" in value else value
        text = text.replace("\n", "\\n")
    elif value is None or isinstance(value, bool):
        text = {None: "nothing", True: "true", False: "false"}[value]
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key}: {_value(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, Iterable):
        text = "[" + ", ".join(map(_value, value)) + "]"
    else:
        text = str(value)
    return visible(text if len(text) <= 300 else f"{text[:300]}... [{len(text) - 300} more characters]")
