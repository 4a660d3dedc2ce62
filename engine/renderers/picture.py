"""A run in simulation as a picture: a column for each process, a row for each step.

``picture`` decides what is in which place, for every renderer; ``lines`` is its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import click

from ..plan import PARENT
from ..report import OutcomeReport, StepReport
from .text import WIDTH, fitted, on_one_line, padded, widest, wrapped

Kind = Literal["step", "error", "waits", "still", "stuck", "none"]


class Cell(NamedTuple):
    """``step`` is what a process did, ``error`` if that raised; ``waits`` is what it cannot go on in, ``still`` that
    nothing has changed about that, ``stuck`` that nothing ever did."""

    kind: Kind
    text: str


class Row(NamedTuple):
    """One step, or several that are all alike, from ``number`` to ``last``, by ``actor`` on the line ``where``.

    ``skipped`` counts the steps before it that are not told. The last row has no ``number`` (and no ``where``): it says
    in what everybody is left waiting.
    """

    number: int | None
    last: int | None
    where: str
    actor: str | None
    cells: tuple[Cell, ...]
    skipped: int = 0

    @property
    def numbers(self) -> str:
        return (
            "end"
            if self.number is None
            else f"{self.number}"
            if self.number == self.last
            else f"{self.number}-{self.last}"
        )


class Picture(NamedTuple):
    """``absent`` took no part and have no column. ``where`` of all rows are lines of ``file``, or it is None. At the
    steps ``idle`` nothing happens, and they have no row."""

    processes: tuple[str, ...]
    rows: tuple[Row, ...]
    file: str | None
    absent: tuple[str, ...]
    idle: tuple[int, ...]


_MOMENTS = frozenset(("pause", "return", "over"))
"""Steps that do nothing: moments for an interrupt to come, and the end of a fault. They have no row."""

_NOTHING = Cell("none", "")
_STILL = Cell("still", "|")


def picture(outcome: OutcomeReport) -> Picture:
    """What happens in ``outcome``."""
    steps = outcome.steps
    everybody = list(dict.fromkeys([PARENT, *outcome.example.processes, *(step.process for step in steps)]))
    acting = {step.process for step in steps}
    stuck = {name for step in steps for name in step.blocked if name != PARENT}
    processes = tuple(name for name in everybody if name in acting or name in stuck)
    files = {step.where.rpartition(":")[0] for step in steps if step.where}
    rows = tuple(_rows(steps, processes))
    shown = {row.number for row in rows}
    return Picture(
        processes=processes,
        rows=tuple(_together(rows)),
        file=min(files) if len(files) == 1 else None,
        absent=tuple(name for name in everybody if name not in processes and name != PARENT),
        idle=tuple(step.number for step in steps if step.number not in shown),
    )


def _rows(steps: Sequence[StepReport], processes: Sequence[str]) -> Iterator[Row]:
    shown: dict[str, str] = {}
    before: Mapping[str, str] = {}
    previous = skipped = 0
    for step in steps:
        skipped += step.number - previous - 1
        previous = step.number
        cells = []
        for name in processes:
            # What it was waiting in until now may have had no place of its own: the last row was that of its own step.
            waiting = step.blocked.get(name) or (before.get(name) if name not in shown else None)
            if name == step.process:
                cells.append(_of_step(step))
            elif waiting is None:
                cells.append(_NOTHING)
            else:
                cells.append(_STILL if shown.get(name) == waiting else Cell("waits", f"waits {waiting}"))
                shown[name] = waiting
        if not step.thread:
            shown.pop(step.process, None)
        shown = {name: waiting for name, waiting in shown.items() if name in step.blocked}
        before = step.blocked
        is_moment = not step.primitive and step.operation in _MOMENTS
        if not is_moment or any(cell.kind == "waits" for cell in cells):
            yield Row(step.number, step.number, step.where, step.process, tuple(cells), skipped)
            skipped = 0
    if any(name in processes for name in before):
        stuck = tuple(Cell("stuck", f"waits {before[name]}") if name in before else _NOTHING for name in processes)
        yield Row(None, None, "", None, stuck)


def _together(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, with those that follow each other and are all alike as a single one."""
    alike: list[Row] = []
    for row in rows:
        if alike and (row.skipped or _looks(row) != _looks(alike[0])):
            yield _as_one(alike)
            alike = []
        alike.append(row)
    if alike:
        yield _as_one(alike)


def _looks(row: Row) -> tuple[object, ...]:
    return row.where, row.actor, row.cells


def _as_one(alike: Sequence[Row]) -> Row:
    first, count = alike[0], len(alike)
    if count == 1:
        return first
    cells = tuple(
        cell._replace(text=f"{cell.text}, {count:,} times") if cell.kind in ("step", "error") else cell
        for cell in first.cells
    )
    return first._replace(last=alike[-1].last, cells=cells)


def _of_step(step: StepReport) -> Cell:
    thread = f"{step.thread}: " if step.thread else ""
    what = f"{step.primitive}.{step.operation}" if step.primitive else step.operation
    given = f"({step.arguments})" if step.arguments else ""
    if step.error is not None:
        return Cell("error", f"{thread}{what}{given} raises {step.error}")
    came = "" if step.result in (None, "None") else f" -> {step.result}"
    return Cell("step", f"{thread}{what}{given}{came}")


# As text

_NARROWEST = 13
"""Columns of a terminal that one process needs, for the picture to say anything."""
_GAP = "  "
_MAX_LINES = 2
"""Of a single cell, where it has no room beside the others."""
_MARGIN = 2
"""Columns before those of the processes: the number of the step, the line."""
_FIRST_ROWS, _LAST_ROWS = 30, 70
"""Of a longer picture these are shown."""
_STYLES: dict[Kind, dict[str, Any]] = {
    "step": {},
    "error": {"fg": "red"},
    "waits": {"fg": "yellow"},
    "still": {"fg": "yellow", "dim": True},
    "stuck": {"fg": "red", "bold": True},
    "none": {},
}


def lines(outcome: OutcomeReport, columns: int = WIDTH) -> Iterator[str]:
    """The picture in text, so wide at most; where there are too many processes for that, one below the other."""
    made = picture(outcome)
    rows = _shortened(made.rows)
    numbers = [row.numbers for row in rows]
    places = [_place(row, made.file) for row in rows]
    margin = [max(4, widest(numbers)), max(4, min(24, widest(places)))]
    room = columns - 4 - sum(margin) - len(_GAP) * (1 + len(made.processes))
    if _NARROWEST * len(made.processes) > room:
        yield from _list_lines(made, rows, numbers, places, margin, columns)
    else:
        wanted = [
            max(widest([name]), widest(on_one_line(row.cells[at].text) for row in rows))
            for at, name in enumerate(made.processes)
        ]
        widths = [*margin, *fitted(wanted, room, _NARROWEST)]
        yield from _heading(["step", "line", *made.processes], widths)
        for row, number, place in zip(rows, numbers, places, strict=True):
            yield from _skipped_line(row)
            yield from _lines([_plain(number), _plain(place), *row.cells], widths)
    yield from (f"    {on_one_line(note)}" for note in notes(made))


def notes(made: Picture) -> Iterator[str]:
    """What the picture does not show, and why."""
    if made.absent:
        yield f"no step of {_listed(made.absent)}"
    if made.idle:
        yield f"nothing happens at {_listed(made.idle)}: moments at which a fault could strike"


def _listed(items: Sequence[object]) -> str:
    rest = len(items) - 5
    return ", ".join(map(str, items[:5])) + (f" and {rest} more" if rest > 0 else "")


def _shortened(rows: Sequence[Row]) -> Sequence[Row]:
    if len(rows) <= _FIRST_ROWS + _LAST_ROWS:
        return rows
    beginning, end = rows[:_FIRST_ROWS], rows[-_LAST_ROWS:]
    skipped = (end[0].number or 0) - (beginning[-1].last or 0) - 1
    return [*beginning, end[0]._replace(skipped=skipped), *end[1:]]


def _skipped_line(row: Row) -> Iterator[str]:
    if row.skipped:
        yield f"    ... {row.skipped:,} step{'' if row.skipped == 1 else 's'}"


def _heading(texts: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for line in _lines([_plain(text) for text in texts], widths):
        yield click.style(line, bold=True)


def _lines(cells: Sequence[Cell], widths: Sequence[int]) -> Iterator[str]:
    """The cells side by side, each on as many lines as it needs."""
    texts = [
        wrapped(on_one_line(cell.text), columns, 1 if at < _MARGIN else _MAX_LINES)
        for at, (cell, columns) in enumerate(zip(cells, widths, strict=True))
    ]
    for number in range(max(map(len, texts))):
        yield _line(
            [
                cell._replace(text=text[number] if number < len(text) else cell.text if cell.kind == "still" else "")
                for cell, text in zip(cells, texts, strict=True)
            ],
            widths,
        )


def _line(cells: Sequence[Cell], widths: Sequence[int]) -> str:
    """The cells side by side, those of the margin to the right; nothing behind the last that is not empty."""
    last = max((at for at, cell in enumerate(cells) if cell.text), default=0)
    parts = []
    for at, (cell, columns) in enumerate(zip(cells[: last + 1], widths, strict=False)):
        text = padded(cell.text, columns, is_right=at < _MARGIN)
        bare = text.rstrip()
        # Colours end where the text does: spaces have none.
        spaces = "" if at == last else text[len(bare) :]
        parts.append((click.style(bare, **_STYLES[cell.kind]) if _STYLES[cell.kind] else bare) + spaces)
    return "    " + _GAP.join(parts)


def _plain(text: str) -> Cell:
    return Cell("none", text)


def _list_lines(
    made: Picture,
    rows: Sequence[Row],
    numbers: Sequence[str],
    places: Sequence[str],
    margin: Sequence[int],
    columns: int,
) -> Iterator[str]:
    """One column for who did it, one for what; who has to wait from then on stands below."""
    name_width = min(24, widest(map(on_one_line, made.processes)))
    widths = [*margin, name_width, columns - 4 - sum(margin) - name_width - 3 * len(_GAP)]
    yield from _heading(["step", "line", "who", "what"], widths)
    for row, number, place in zip(rows, numbers, places, strict=True):
        yield from _skipped_line(row)
        for name, cell in zip(made.processes, row.cells, strict=True):
            if name == row.actor:
                yield from _lines([_plain(number), _plain(place), _plain(name), cell], widths)
        for name, cell in zip(made.processes, row.cells, strict=True):
            if name != row.actor and cell.kind in ("waits", "stuck"):
                yield from _lines(
                    [_plain(number if cell.kind == "stuck" else ""), _NOTHING, _plain(name), cell], widths
                )


def _place(row: Row, file: str | None) -> str:
    return row.where.rpartition(":")[2] if file is not None else row.where.rpartition("/")[2]
