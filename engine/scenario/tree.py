"""Plain data in which every value knows where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import Position, Problem

MAX_NODES = 100_000
"""How many values a file may have."""


class Mark(NamedTuple):
    """Where a value stands, counted from 0, and a scalar as it is written there.

    ``span`` is where it begins and ends, in characters of the text; None for what an alias stands for.
    """

    line: int
    column: int
    written: str | None = None
    span: tuple[int, int] | None = None


class Map(dict[Any, Any]):
    """A mapping, with the mark of each key and of each value."""

    __slots__ = ("key_marks", "marks")

    def __init__(self) -> None:
        super().__init__()
        self.key_marks: dict[Any, Mark] = {}
        self.marks: dict[Any, Mark] = {}

    def put(self, key: Any, key_mark: Mark, value: Any, mark: Mark) -> None:
        self[key] = value
        self.key_marks[key] = key_mark
        self.marks[key] = mark

    def entries(self) -> Iterator[tuple[Any, Mark, Any, Mark]]:
        for key, value in self.items():
            yield key, self.key_marks[key], value, self.marks[key]


class Seq(list[Any]):
    """A sequence, with the mark of each item."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []

    def put(self, value: Any, mark: Mark) -> None:
        self.append(value)
        self.marks.append(mark)


def unmarked(value: Any) -> Any:
    """The same data in ordinary lists and dictionaries."""
    if isinstance(value, dict):
        return {key: unmarked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unmarked(item) for item in value]
    return value


@dataclass(frozen=True)
class Document:
    """One YAML document of a file; ``number`` counts from 1."""

    file: str
    lines: tuple[str, ...] = field(repr=False)
    number: int
    value: Any
    mark: Mark

    def problem(self, mark: Mark, message: str, hint: str | None = None) -> Problem:
        return problem_at(self.file, self.lines, mark.line, mark.column, message, hint)


def problem_at(
    file: str, lines: tuple[str, ...], line: int, column: int, message: str, hint: str | None = None
) -> Problem:
    excerpt = lines[line] if line < len(lines) else None
    return Problem(Position(file, line + 1, column + 1), message, hint, excerpt)
