"""YAML text as plain data in which every value knows where it was written.

Words stay words: scalars are read by YAML 1.2's core schema (``on``, ``yes`` and ``1:30`` are text, ``010`` is ten),
aliases and merge keys (``<<``) are followed, two equal keys and tags that make objects are refused. The tree is built
from the parser's events and not by its composer, which recurses in C and would take the interpreter with it on a
deeply nested file.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from ..errors import Position, Problem, ScenarioError
from .files import MAX_BYTES
from .scalars import TAGS, resolved

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml.
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

MAX_NODES = 100_000
MAX_DEPTH = 100


class Mark(NamedTuple):
    """Where a value stands, counted from 0, and a scalar as it is written there."""

    line: int
    column: int
    written: str | None = None


class Map(dict[Any, Any]):
    """A mapping, with the mark of each key and of each value."""

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
        return _problem(self.file, self.lines, mark.line, mark.column, message, hint)


def read(file: str, raw: bytes) -> list[Document]:
    """The documents of a file, empty ones left out. Raises ScenarioError with what is wrong with it as YAML."""
    if len(raw) > MAX_BYTES:
        raise ScenarioError([Problem(Position(file, 1, 1), f"the file has more than {MAX_BYTES:,} bytes")])
    text = _decode(file, raw)
    # As YAML counts lines, so that its marks and ours agree.
    lines = tuple(re.split("\r\n|[\r\n\x85\u2028\u2029]", text))
    try:
        documents = list(_Builder(file, lines).documents(text))
    except yaml.MarkedYAMLError as error:
        raise ScenarioError([_syntax_problem(file, lines, error)]) from None
    except yaml.reader.ReaderError as error:
        line, column = _place(text, error.position)
        message = f"character {error.character!r} is not allowed in YAML"
        raise ScenarioError([_problem(file, lines, line, column, message)]) from None
    if not documents:
        raise ScenarioError([_problem(file, lines, 0, 0, "there is no scenario in this file")])
    return documents


def _syntax_problem(file: str, lines: tuple[str, ...], error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    excerpt = lines[line] if line < len(lines) else ""
    if excerpt[column : column + 1] == "\t":
        return _problem(file, lines, line, column, "a tab: YAML is indented with spaces")
    opened = (
        f" (it began on line {error.context_mark.line + 1})"
        if error.context_mark and mark != error.context_mark
        else ""
    )
    message = f"not YAML: {' '.join(part for part in (error.context, error.problem) if part)}{opened}"
    unquoted = re.search(r"(?<![\"'$])\$\{", excerpt)
    return _problem(file, lines, line, column, message, 'quote references: "${name}"' if unquoted else None)


def _decode(file: str, raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, errors="replace")
        line, column = _place(before, len(before))
        message = f"not {encoding.removesuffix('-sig').upper()} text: byte 0x{raw[error.start]:02x}"
        raise ScenarioError([Problem(Position(file, line + 1, column + 1), message)]) from None
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line, column = _place(text, unprintable.start())
        message = f"character {unprintable.group()!r} is not allowed in YAML"
        raise ScenarioError([Problem(Position(file, line + 1, column + 1), message)])
    return text


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


def _problem(
    file: str, lines: tuple[str, ...], line: int, column: int, message: str, hint: str | None = None
) -> Problem:
    excerpt = lines[line] if line < len(lines) else None
    return Problem(Position(file, line + 1, column + 1), message, hint, excerpt)


class _Open:
    """A collection that the parser is inside of."""

    def __init__(self, value: Map | Seq, mark: Mark, anchor: str | None) -> None:
        self.value = value
        self.mark = mark
        self.anchor = anchor
        self.key: tuple[Any, Mark] | None = None
        self.merged: list[Map] = []
        self.size = 1


class _Builder:
    """Builds the documents of one file; everything that is wrong is collected, and raised at a document's end."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self._file = file
        self._lines = lines
        self._problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, Mark, int]] = {}
        self._root: tuple[Any, Mark] | None = None

    def documents(self, text: str) -> Iterator[Document]:
        number = 0
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.DocumentStartEvent):
                number += 1
                self._anchors, self._root = {}, None
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.DocumentEndEvent) and self._root and self._root[0] is not None:
                yield Document(self._file, self._lines, number, *self._root)
        if self._problems:
            raise ScenarioError(self._problems)

    def _node(self, event: Any) -> None:
        mark = Mark(event.start_mark.line, event.start_mark.column)
        if isinstance(event, yaml.AliasEvent):
            value, _, size = self._alias(event.anchor, mark)
            self._add(value, mark, size)
            return
        if isinstance(event, yaml.ScalarEvent):
            value, mark = self._scalar(event, mark)
            if event.anchor:
                self._anchors[event.anchor] = value, mark, 1
            self._add(value, mark, 1)
            return
        if len(self._open) >= MAX_DEPTH:
            raise ScenarioError([self._problem(mark, f"nested more than {MAX_DEPTH} levels deep")])
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map" if is_map else "tag:yaml.org,2002:seq"):
            self._refuse_tag(event.tag, mark)
        self._open.append(_Open(Map() if is_map else Seq(), mark, event.anchor))

    def _close(self) -> None:
        closed = self._open.pop()
        if closed.size > MAX_NODES:
            raise ScenarioError(
                [self._problem(closed.mark, f"more than {MAX_NODES:,} values, once aliases are followed")]
            )
        for merged in closed.merged:
            for key, key_mark, value, mark in merged.entries():
                if key not in closed.value:
                    closed.value.put(key, key_mark, value, mark)  # type: ignore[call-arg]
        if closed.anchor:
            self._anchors[closed.anchor] = closed.value, closed.mark, closed.size
        self._add(closed.value, closed.mark, closed.size)

    def _add(self, value: Any, mark: Mark, size: int) -> None:
        if not self._open:
            self._root = value, mark
            return
        into = self._open[-1]
        into.size += size
        if isinstance(into.value, Seq):
            into.value.put(value, mark)
        elif into.key is None:
            into.key = self._key(value, mark), mark
        else:
            (key, key_mark), into.key = into.key, None
            if key == "<<" and key_mark.written == "<<":
                self._merge(into, value, mark)
            elif key in into.value:
                first = into.value.key_marks[key].line + 1
                self._problems.append(self._problem(key_mark, f'the key "{key}" is given twice, first on line {first}'))
            else:
                into.value.put(key, key_mark, value, mark)

    def _key(self, value: Any, mark: Mark) -> Hashable:
        if isinstance(value, (Map, Seq)):
            self._problems.append(self._problem(mark, "a key must be a plain word or number"))
            return repr(value)
        key: Hashable = value
        return key

    def _merge(self, into: _Open, value: Any, mark: Mark) -> None:
        sources = value if isinstance(value, Seq) else [value]
        if all(isinstance(source, Map) for source in sources):
            into.merged += sources
        else:
            self._problems.append(self._problem(mark, '"<<" takes a mapping, or a list of mappings'))

    def _alias(self, anchor: Any, mark: Mark) -> tuple[Any, Mark, int]:
        if anchor in self._anchors:
            return self._anchors[anchor]
        inside = any(collection.anchor == anchor for collection in self._open)
        message = (
            f"*{anchor} refers to the value it is part of" if inside else f"there is no anchor &{anchor} before this"
        )
        self._problems.append(self._problem(mark, message))
        return None, mark, 1

    def _scalar(self, event: Any, mark: Mark) -> tuple[Any, Mark]:
        plain, tag = event.style in (None, ""), event.tag
        mark = mark._replace(written=event.value)
        if tag is None and plain:
            return resolved(event.value), mark
        if tag in (None, "!", "tag:yaml.org,2002:str"):
            return event.value, mark
        reader = TAGS.get(tag)
        if reader is None:
            self._refuse_tag(tag, mark)
            return event.value, mark
        try:
            return reader(event.value), mark
        except (KeyError, ValueError):
            name = tag.rpartition(":")[2]
            self._problems.append(self._problem(mark, f'"{event.value}" is no {name}'))
            return event.value, mark

    def _refuse_tag(self, tag: str, mark: Mark) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self._problems.append(self._problem(mark, f"the tag {shown} is not allowed: a scenario is plain data"))

    def _problem(self, mark: Mark, message: str) -> Problem:
        return _problem(self._file, self._lines, mark.line, mark.column, message)
