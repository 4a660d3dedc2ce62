"""A report as lines of text: one for what passes, all that helps for what does not.

Colours are ANSI sequences that whoever prints may strip. What comes from a scenario is shown, never obeyed: its control
characters are spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from .. import words
from ..errors import Problem
from ..report import CheckReport, ProcessReport, Report, ScenarioReport
from .text import WIDTH, in_short, on_one_line, visible

_COLOURS = {"passed": "green", "failed": "red", "unknown": "yellow", "skipped": "cyan"}
_TAIL_LINES = 20
_DIFFERENCE_LINES = 40
_STACK_LINES = 8
_LONGEST_LINE = 1000


def problem(one: Problem) -> str:
    """What is wrong with a file, the line it is on, and a caret under the place."""
    lines = [f"{on_one_line(one.position.file)}:{one.position.line}:{one.position.column}: {on_one_line(one.message)}"]
    if one.excerpt is not None and one.excerpt.strip():
        start = max(0, one.position.column - 100)
        shown = on_one_line(one.excerpt[start : start + 160].replace("\t", " "))
        number = f"{one.position.line:>5} | "
        before = len(on_one_line(one.excerpt[start : one.position.column - 1].replace("\t", " ")))
        lines += [number + shown, " " * (len(number) - 2) + "| " + " " * before + "^"]
    if one.hint:
        lines.append(f"  hint: {on_one_line(one.hint)}")
    return "\n".join(lines)


def scenario(report: ScenarioReport, width: int = WIDTH) -> str:
    """One variant: a line, and what failed; tables and pictures are so wide at most."""
    return "\n".join(_scenario_lines(report, width))


def failure(report: ScenarioReport) -> str:
    """What does not hold of one variant, and what befell its processes."""
    return "\n".join(_failure_lines(report))


def summary(report: Report) -> str:
    """How many of each verdict, and the time."""
    counts = {verdict: getattr(report.summary, verdict) for verdict in _COLOURS}
    words = [
        click.style(f"{count} {verdict}", fg=_COLOURS[verdict], bold=verdict != "passed")
        for verdict, count in counts.items()
        if count or verdict in ("passed", "failed")
    ]
    return f"{', '.join(words)} in {report.summary.duration:.2f} s" + (" (interrupted)" if report.interrupted else "")


def _scenario_lines(report: ScenarioReport, width: int) -> Iterator[str]:
    verdict = click.style(f"{report.verdict:<8}", fg=_COLOURS[report.verdict], bold=True)
    labels = {name: value for name, value in report.variant.items() if _is_label(value)}
    if report.seed is not None:
        labels["seed"] = report.seed
    row = ", ".join(f"{name}={in_short(value)}" for name, value in labels.items())
    parts = [f"{verdict} {on_one_line(report.name)}", f"[{on_one_line(row)}]" if row else "", on_one_line(report.file)]
    parts.append(f"{report.duration:.2f} s" if report.verdict != "skipped" else on_one_line(report.reason or ""))
    yield "  ".join(part for part in parts if part)
    if report.seed is not None or report.trace:
        struck = [fault for process in report.processes.values() for fault in process.faults]
        yield from (f"  struck: {on_one_line(fault)}" for fault in struck)
    yield from _losses(report)
    yield from _timeline(report)
    failed = list(_failure_lines(report))
    if report.outcomes or report.explored:
        from . import outcomes  # `engine run` has none.

        yield from outcomes.explored_lines(report, width)
        yield from _left_out(report)
        yield from failed
        yield from outcomes.lines(report, width)
        yield ""
    elif failed:
        yield from failed
        yield ""


def _left_out(report: ScenarioReport) -> Iterator[str]:
    """What was not checked."""
    for check in report.checks:
        if check.verdict == "skipped":
            where = f"{report.file}:{check.line}: {check.path}"
            yield f"  {on_one_line(where)}: not checked: {on_one_line(check.reason or '')}"


def _failure_lines(report: ScenarioReport) -> Iterator[str]:
    undecided = _undecided(report)
    for check in undecided:
        yield from _check_lines(check, report)
    if undecided:
        yield from _story(report)


def _undecided(report: ScenarioReport) -> list[CheckReport]:
    """What does not hold. Of an exploration it is said elsewhere how much was explored, and what was not seen counts
    for nothing beside what was."""
    undecided = [check for check in report.checks if check.verdict in ("failed", "unknown")]
    if report.explored:
        undecided = [
            check
            for check in undecided
            if check.path != "explore" and (check.verdict == "failed" or report.verdict == "unknown")
        ]
    # What befell the parent is why the rest is missing.
    return sorted(undecided, key=lambda check: not check.path.startswith("expect.parent."))


def _losses(report: ScenarioReport) -> Iterator[str]:
    """What there was too much of to be kept."""
    everybody = {"the parent process": report.parent, **report.processes}
    for name, process in everybody.items():
        for stream, count in (process.cut if process else {}).items():
            yield f"  {on_one_line(name)}: {count:,} more bytes of {on_one_line(stream)} were not kept"
    if report.events_cut:
        were = "operation was" if report.events_cut == 1 else "operations were"
        yield f"  {report.events_cut:,} earlier {were} not kept"


def _timeline(report: ScenarioReport) -> Iterator[str]:
    """Every operation on a line of its own, in the order in which they were called."""
    width = max((len(event.process) for event in report.trace), default=0)
    for event in report.trace:
        call = f"{event.primitive}.{event.operation}({event.arguments})"
        if event.returned is None:
            came, took = "never returned", ""
        else:
            came = f"raised {event.error}" if event.error is not None else f"-> {event.result}"
            took = f"  {1e6 * (event.returned - event.called):.0f} µs"
        line = f"  {1e3 * event.called:>9.3f} ms  {event.process:<{width}}  {call}  {came}{took}"
        yield on_one_line(line)


def _is_label(value: Any) -> bool:
    """Whether a value of a row tells variants apart at a glance; sentences, references and data do not."""
    return not isinstance(value, (Mapping, list)) and not re.search(r"\s|\$\{", str(value))


def _check_lines(check: CheckReport, report: ScenarioReport) -> Iterator[str]:
    reason = f": {_first_line(check.reason)}" if check.reason else ""
    yield f"  {click.style(on_one_line(f'{report.file}:{check.line}: {check.path}'), bold=True)}{on_one_line(reason)}"
    if check.because:
        yield f"    because {on_one_line(check.because)}"
    if check.path.endswith(".must_occur"):
        return  # It did not, as is said.
    if isinstance(check.actual, str) and isinstance(check.expected, str) and check.path.endswith(("stdout", "stderr")):
        yield from _difference(_lines(check.expected), _lines(check.actual))
        return
    yield f"    expected {in_short(check.expected)}"
    if isinstance(check.actual, str) and "\n" in check.actual.rstrip("\n"):
        yield "    actual"
        yield from _tail(check.actual)
    else:
        yield f"    actual   {in_short(check.actual)}"


def _difference(expected: list[str], actual: list[str]) -> Iterator[str]:
    import difflib  # Slow to load, and only for what fails.

    yield f"    {click.style('- expected', fg='green')}, {click.style('+ actual', fg='red')}"
    # Where both are alike is of no interest, and where both are long nobody reads on.
    start = next((at for at, pair in enumerate(zip(expected, actual, strict=False)) if pair[0] != pair[1]), None)
    start = max(0, (min(len(expected), len(actual)) if start is None else start) - 3)
    if start:
        yield f"      ... {start} lines alike"
    # Cut before they are compared, which takes the square of their length.
    shown = slice(start, start + _DIFFERENCE_LINES)
    differences = difflib.ndiff(_shortened(expected[shown]), _shortened(actual[shown]))
    for line in differences:
        if not line.startswith("?"):
            colour = {"-": "green", "+": "red"}.get(line[0])
            yield "    " + click.style(visible(words.shorten(line, 300)), fg=colour)
    rest = max(len(expected), len(actual)) - start - _DIFFERENCE_LINES
    if rest > 0:
        yield f"      ... and up to {rest} more lines"


def _shortened(lines: list[str]) -> list[str]:
    return [words.shorten(line, _LONGEST_LINE) for line in lines]


def _story(report: ScenarioReport) -> Iterator[str]:
    """What befell each process, where it was not foreseen, for who looks for the reason."""
    if report.why and all(check.reason != report.why for check in report.checks):
        yield f"  {on_one_line(report.why)}"
    if not report.outcomes:  # In simulation that is all in the reason.
        yield from _standstill(report)
    everybody: Mapping[str, ProcessReport | None] = {"the parent process": report.parent, **report.processes}
    for name, process in everybody.items():
        path = "expect.parent." if process is report.parent else f"expect.processes.{name}."
        if process and (process.raises or process.stderr.strip()) and not _was_foreseen(path, report):
            yield f"  {on_one_line(name)}: {on_one_line(_fate(process, process is report.parent))}"
            yield from _tail(process.stderr)


def _standstill(report: ScenarioReport) -> Iterator[str]:
    """What each process was doing when the run had to be ended, with the scenario's own calls, innermost first."""
    everybody = {
        **report.processes,
        **report.strangers,
        **({"the parent process": report.parent} if report.parent else {}),
    }
    for name, process in everybody.items():
        waiting = process.waiting_for
        if waiting:
            who = f" ({waiting.who})" if waiting.who else ""
            yield on_one_line(f"  {name} waits in {waiting.operation} since {waiting.since:.2f} s{who}")
        elif process.stack:
            yield on_one_line(f"  {name} runs")
        yield from (f"    {on_one_line(line)}" for line in process.lines[:_STACK_LINES])
        if len(process.lines) > _STACK_LINES:
            yield f"    ... {len(process.lines) - _STACK_LINES} more lines"


def _was_foreseen(path: str, report: ScenarioReport) -> bool:
    said = [check for check in report.checks if check.path in (f"{path}raises", f"{path}stderr")]
    return bool(said) and all(check.verdict == "passed" for check in report.checks if check.path.startswith(path))


def _fate(process: ProcessReport, is_parent: bool) -> str:
    parts = [*process.faults]
    if process.raises:
        parts.append(f"raised {_first_line(process.raises)}")
    if process.exitcode is not None:
        parts.append(f"exit code {process.exitcode}")
    elif process.started is None and not is_parent:
        parts.append("was not started")
    return ", ".join(parts) or "did not end"


def _first_line(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    first = words.shorten(first, _LONGEST_LINE)
    return f"{first} ..." if rest else first


def _tail(text: str) -> Iterator[str]:
    lines = _lines(text) if text else []
    if len(lines) > _TAIL_LINES:
        yield f"    ... {len(lines) - _TAIL_LINES} more lines"
    yield from (f"    {visible(words.shorten(line, _LONGEST_LINE))}" for line in lines[-_TAIL_LINES:])


def _lines(text: str) -> list[str]:
    return (text[:-1] if text.endswith("\n") else text).split("\n")
