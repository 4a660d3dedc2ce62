"""All the ways in which a scenario can go, as lines of text: how much was explored, a table, a picture, what replays.

``columns`` decides what the table shows, for every renderer.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import click

from .. import words
from ..plan import PARENT
from ..report import ExampleReport, ExploredReport, OutcomeReport, RealityReport, ScenarioReport
from . import picture
from .text import WIDTH, clipped, fitted, on_one_line, padded, widest, wrapped

COLOURS = {"forbidden": "red", "unknown": "yellow", "interesting": "cyan", "acceptable": "green"}
MAX_ROWS = 20
_LONGEST = 120
"""Columns of a terminal that one thing may take, where there is no table."""
_NARROWEST = 10
"""Columns of a terminal that a cell needs, to say anything."""
_MAX_LINES = 4
"""Of a single cell, where it has no room beside the others."""
_DETERMINISTIC = ("dpor", "dfs", "bounded")


def count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def explored_text(explored: ExploredReport, duration_s: float) -> str:
    """What was explored: ``12 schedules, all there are (dpor), 96 steps, 0.02 s``."""
    if explored.refusal:
        until = f"; {count(explored.schedules, 'schedule')} until then" if explored.schedules else ""
        return f"cannot be simulated: {explored.refusal}{until}"
    how = [explored.strategy]
    if explored.strategy not in _DETERMINISTIC:
        how.append(f"seed {explored.seed}")
    if explored.timing != "any":
        how.append(f"{explored.timing} time")
    parts = [f"{count(explored.schedules, 'schedule')}, {_extent(explored)} ({', '.join(how)})"]
    if explored.classes not in (None, explored.schedules):
        parts.append(f"{explored.classes:,} different")
    return ", ".join([*parts, count(explored.steps, "step"), f"{duration_s:.2f} s"])


def _extent(explored: ExploredReport) -> str:
    if explored.reasons:
        return f"not all: {'; '.join(explored.reasons)}"
    if explored.exhausted:
        return "all there are"
    return "up to the first failure" if explored.first_failure == explored.schedules else "not all"


class Column(NamedTuple):
    """One thing that is seen of each outcome."""

    heading: str
    texts: tuple[str, ...]


def columns(outcomes: Sequence[OutcomeReport]) -> list[Column]:
    """The ending, and that in which outcomes differ; of a single one, all that it came to. That what is shared was only
    read where the run completed is no difference, if it completed in several of them. What says less (what was
    written to standard error, which fault struck) is only shown where that alone tells some of them apart."""
    examples = [one.example for one in outcomes]
    made = {"ending": tuple(one.ending for one in examples)}
    waits = tuple(map(_waits, examples))
    if len(set(waits) - {""}) > 1 or len(examples) == 1:
        made |= {"waits": waits} if any(waits) else {}
    for heading, look in _aspects(examples, _order(outcomes)):
        texts = tuple(map(look, examples))
        read = [text for text, one in zip(texts, examples, strict=True) if heading in one.shared]
        if len(read) > 1 and len(set(read)) == 1:
            continue
        if len(set(texts)) > 1 or (len(examples) == 1 and texts[0]):
            made[heading] = texts
    for heading, look in _lesser_aspects(examples):
        rows = len(set(zip(*made.values(), strict=True)))
        if rows == len(examples):
            break
        telling = {**made, heading: tuple(map(look, examples))}
        if len(set(zip(*telling.values(), strict=True))) > rows:
            made = telling
    return [Column(heading, texts) for heading, texts in made.items()]


def _order(outcomes: Sequence[OutcomeReport]) -> str:
    """What must be said of the order in which different processes printed."""
    is_certain = all(one.orders_output or _count_printing(one.example) < 2 for one in outcomes)
    return "" if is_certain else " (in any order)"


def _count_printing(example: ExampleReport) -> int:
    return sum(bool(one.stdout) for one in (example.parent, *example.processes.values()))


def _waits(example: ExampleReport) -> str:
    """Who is left waiting, and in what; that the parent waits for them goes without saying."""
    waiting = {name: one.waiting_for for name, one in {**example.processes, PARENT: example.parent}.items()}
    said = [f"{name} {one.operation}" for name, one in waiting.items() if one]
    return ", ".join(said[:-1] if len(said) > 1 and said[-1] == f"{PARENT} join" else said)


_Look = Callable[[ExampleReport], str]


def _aspects(examples: Sequence[ExampleReport], order: str) -> Iterator[tuple[str, _Look]]:
    shared = dict.fromkeys(name for one in examples for name in one.shared)
    for name in shared:
        yield name, lambda one, name=name: _shown(one.shared.get(name))  # type: ignore[misc]
    yield f"printed{order}", lambda one: _shown(one.stdout)
    for name in _names(examples):
        yield f"{name} returned", _look(name, "returns")
        yield f"{name} raised", _look(name, "raises")
        yield f"{name} exit code", lambda one, name=name: _exit_code(one, name)  # type: ignore[misc]
    yield "left behind", lambda one: _shown(", ".join(one.leaks))


def _lesser_aspects(examples: Sequence[ExampleReport]) -> Iterator[tuple[str, _Look]]:
    names = _names(examples)
    yield from ((f"{name} printed", _look(name, "stdout")) for name in names)
    yield from ((f"{name} stderr", _look(name, "stderr")) for name in names)
    yield "stderr", lambda one: _shown(one.stderr)
    for name in names:
        yield f"struck {name}", lambda one, name=name: ", ".join(_process(one, name, "faults") or ())  # type: ignore[misc]
    for name in names:
        yield f"{name} returned", lambda one, name=name: _returned(one, name)  # type: ignore[misc]
    yield from ((f"{name} exit code", _look(name, "exitcode")) for name in names)
    yield "took", lambda one: f"{one.duration:g} s"


def _names(examples: Sequence[ExampleReport]) -> tuple[str, ...]:
    return (PARENT, *dict.fromkeys(name for one in examples for name in one.processes))


def _look(name: str, aspect: str) -> _Look:
    return lambda one: _shown(_process(one, name, aspect))


def _shown(value: Any) -> str:
    return "" if value in (None, "") else words.show(value)


def _returned(example: ExampleReport, name: str) -> str:
    """What it returned, which may be null, if it came that far before it was killed."""
    return words.show(_process(example, name, "returns")) if _process(example, name, "has_returned") else ""


def _process(example: ExampleReport, name: str, aspect: str) -> Any:
    process = example.parent if name == PARENT else example.processes.get(name)
    return getattr(process, aspect, None)


def _exit_code(example: ExampleReport, name: str) -> str:
    """The exit code, where it says what the exception and the ending do not."""
    code = _process(example, name, "exitcode")
    return "" if code == 0 or _process(example, name, "raises") else _shown(code)


def share(outcome: OutcomeReport, outcomes: Sequence[OutcomeReport]) -> str:
    percent = 100 * outcome.count / (sum(one.count for one in outcomes) or 1)
    return "<1 %" if 0 < percent < 1 else ">99 %" if 99 < percent < 100 else f"{percent:.0f} %"


# As text


def explored_lines(report: ScenarioReport, width: int = WIDTH) -> Iterator[str]:
    """How much was explored."""
    if report.explored:
        yield from _paragraph(explored_text(report.explored, report.duration), width)


def lines(report: ScenarioReport, width: int = WIDTH) -> Iterator[str]:
    """The outcomes; of the worst one the picture, where it is worth a look; and how to have them again."""
    outcomes, is_pictured = report.outcomes, has_picture(report)
    if len(outcomes) > 1:
        yield ""
        yield from _table(outcomes, width)
    elif outcomes and not (report.explored and is_pictured):
        yield from _only(report, width)
    if is_pictured:
        yield ""
        yield _titled(outcomes[0], "#1 " if len(outcomes) > 1 else "", width)
        yield from picture.lines(outcomes[0], width)
    for number, one in enumerate(outcomes, 1):
        if one.reality is not None:
            which = "" if len(outcomes) == 1 else f" #{number}"
            yield from _paragraph(f"reality{which}: {reality_text(one.reality)}", width)
    for number, one in enumerate(outcomes if report.explored else (), 1):
        if one.saved is not None:
            which = "" if len(outcomes) == 1 else f" #{number}"
            yield f"  replay{which}: engine replay {on_one_line(shlex.quote(one.saved))}"


def has_picture(report: ScenarioReport) -> bool:
    """Whether the first outcome should be looked at: it is not simply right, or the only one that was asked for."""
    return any(one.steps and (one.grade != "acceptable" or not report.explored) for one in report.outcomes[:1])


def length(outcome: OutcomeReport) -> str:
    return f"{count(outcome.length, 'step')}, {count(outcome.preemptions, 'preemption')}"


def reality_text(reality: RealityReport) -> str:
    """What real processes came to under the schedule of an outcome."""
    if reality.agreement == "confirmed":
        return "confirmed, real processes came to the same"
    return f"{'differs' if reality.agreement == 'differs' else 'unknown'}: {reality.reason}"


def _titled(outcome: OutcomeReport, which: str, width: int) -> str:
    rest = f", in {length(outcome)}: {on_one_line(outcome.when or '')}".rstrip()
    grade = click.style(outcome.grade, fg=COLOURS[outcome.grade], bold=True)
    return f"  {which}{grade}{clipped(rest, width - 13 - len(which))}"


def _only(report: ScenarioReport, width: int) -> Iterator[str]:
    """All that the one outcome comes to; of one that did not complete also why, unless it was said above."""
    (outcome,), explored = report.outcomes, report.explored
    ending, *rest = (column for column in columns([outcome]) if column.heading != "waits")
    why = outcome.example.why
    is_said = any(check.reason == why for check in report.checks)
    how = ending.texts[0] if why is None or is_said else why
    said = [how, *(f"{column.heading} {clipped(column.texts[0], _LONGEST)}" for column in rest)]
    which = "it came to" if explored is None else "always" if explored.exhausted else "so far always"
    yield from _paragraph(f"{which}: {', '.join(said)}", width)


def _paragraph(text: str, width: int) -> list[str]:
    # A figure and its unit stay together.
    text = re.sub(r"(?<=[0-9]) (?=[a-z%]+(?:\W|$))", "\0", on_one_line(text))
    lines = textwrap.wrap(
        text,
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        max_lines=5,
        placeholder=" ...",
    )
    return [line.replace("\0", " ") for line in lines]


def _table(outcomes: Sequence[OutcomeReport], width: int) -> Iterator[str]:
    rows = outcomes[:MAX_ROWS]
    figures = [
        Column("", tuple(f"#{number}" for number in range(1, len(rows) + 1))),
        Column("count", tuple(f"{one.count:,}" for one in rows)),
        Column("share", tuple(share(one, outcomes) for one in rows)),
        Column("steps", tuple(f"{one.length:,}" for one in rows)),
    ]
    grades = Column("grade", tuple(one.grade for one in rows))
    fixed = [_width_of(column) for column in (*figures, grades)]
    names = (
        [Column("which is", tuple(on_one_line(one.when or "") for one in rows))]
        if any(one.when for one in rows)
        else []
    )
    differing = columns(outcomes)
    room = width - 2 - sum(fixed) - 2 * len(fixed)
    shown = [Column(one.heading, tuple(map(on_one_line, one.texts[:MAX_ROWS]))) for one in differing]
    while shown and sum(min(_least_width(one), _NARROWEST) + 2 for one in [*shown, *names]) - 2 > room:
        shown.pop()
    seen = [*shown, *names]
    room -= 2 * (len(seen) - 1)
    wanted = [_width_of(column) for column in seen]
    if sum(wanted) > room:
        wanted = [_least_width(column) for column in seen]
    widths = [*fixed, *fitted(wanted, room, _NARROWEST)]
    table = [*figures, grades, *seen]
    for line in _row([column.heading for column in table], widths, len(figures)):
        yield click.style(line, bold=True)
    for number, one in enumerate(rows):
        first, *others = _row([column.texts[number] for column in table], widths, len(figures))
        yield first.replace(one.grade, click.style(one.grade, fg=COLOURS[one.grade]), 1)
        yield from others
    if hidden := outcomes[MAX_ROWS:]:
        schedules = count(sum(one.count for one in hidden), "schedule")
        yield f"  ... and {count(len(hidden), 'more outcome')}, of {schedules}"
    if hidden_columns := len(differing) - len(shown):
        yield f"  ... and they differ in {count(hidden_columns, 'more thing')}: see --json"


def _row(texts: Sequence[str], widths: Sequence[int], figures: int) -> Iterator[str]:
    """The cells side by side, each on as many lines as it needs."""
    cells = [wrapped(on_one_line(text), columns, _MAX_LINES) for text, columns in zip(texts, widths, strict=True)]
    for line in zip_longest(*cells, fillvalue=""):
        made = [padded(text, widths[at], at < figures) for at, text in enumerate(line)]
        yield ("  " + "  ".join(made)).rstrip()


def _least_width(column: Column) -> int:
    """What it wants if its heading may have several lines."""
    return max(widest(column.heading.split()), widest(column.texts))


def _width_of(column: Column) -> int:
    return max(widest([column.heading]), widest(column.texts))
