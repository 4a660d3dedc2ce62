"""YAML text as a tree.

Words stay words: scalars are read by YAML 1.2's core schema (``on``, ``yes`` and ``1:30`` are text, ``010`` is ten),
aliases and merge keys (``<<``) are followed, two equal keys and tags that make objects are refused. The tree is built
from the parser's events and not by its composer, which recurses in C and would take the interpreter with it on a
deeply nested file.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, NamedTuple

import yaml

from ..errors import Position, Problem
from .files import MAX_BYTES
from .scalars import TAGS, resolved
from .tree import MAX_NODES, Document, Map, Mark, Seq, problem_at

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml.
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

MAX_DEPTH = 100

_OWN_LIMIT = "nesting depth"
"""What libyaml says of more levels than it follows itself, some versions of it."""

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""As YAML counts lines, so that its marks and ours agree."""


def read(file: str, raw: bytes) -> tuple[list[Document], list[Problem]]:
    """The documents of a file, empty ones left out, and all that is wrong with it as YAML.

    What stands before a place where the YAML breaks off is there all the same.
    """
    if len(raw) > MAX_BYTES:
        return [], [Problem(Position(file, 1, 1), f"the file has more than {MAX_BYTES:,} bytes")]
    text, undecodable = _decode(file, raw)
    if undecodable:
        return [], [undecodable]
    lines = tuple(_LINE_BREAK.split(text))
    builder = _Builder(file, lines)
    if not builder.build(text, Loader):
        # libyaml has looked ahead beyond our own limit. The parser in Python, which is slow, has none, and comes to it.
        builder = _Builder(file, lines)
        builder.build(text, yaml.SafeLoader)
    return builder.documents, builder.problems


def _syntax_problem(file: str, lines: tuple[str, ...], error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    excerpt = lines[line] if line < len(lines) else ""
    if excerpt[column : column + 1] == "\t":
        return problem_at(file, lines, line, column, "a tab: YAML is indented with spaces")
    began = error.context_mark.line if error.context_mark else line
    opened = f" (it began on line {began + 1})" if began != line else ""
    message = f"not YAML: {' '.join(part for part in (error.context, error.problem) if part)}{opened}"
    unquoted = re.search(r"(?<![\"'$])\$\{", excerpt)
    return problem_at(file, lines, line, column, message, 'quote references: "${name}"' if unquoted else None)


def _decode(file: str, raw: bytes) -> tuple[str, Problem | None]:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(encoding, errors="replace")
        line, column = _place(before, len(before))
        message = f"not {encoding.removesuffix('-sig').upper()} text: byte 0x{raw[error.start]:02x}"
        return "", Problem(Position(file, line + 1, column + 1), message)
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable is None:
        return text, None
    line, column = _place(text, unprintable.start())
    message = f"character {unprintable.group()!r} is not allowed in YAML"
    return "", Problem(Position(file, line + 1, column + 1), message)


def _place(text: str, index: int) -> tuple[int, int]:
    """The line and column, from 0, of the character at ``index``."""
    before = _LINE_BREAK.split(text[:index])
    return len(before) - 1, len(before[-1])


class _Open:
    """A collection that the parser is inside of."""

    def __init__(self, value: Map | Seq, mark: Mark, anchor: str | None) -> None:
        self.value = value
        self.mark = mark
        self.anchor = anchor
        self.key: tuple[Any, Mark] | None = None
        self.merged: list[Map] = []
        self.size = 1
        self.height = 1


class _TooMuch(Exception):
    """The rest of the file is not worth reading."""


class _Anchored(NamedTuple):
    """What an alias stands for: how many values it holds, and on how many levels, once aliases are followed."""

    value: Any
    mark: Mark
    size: int
    height: int


class _Builder:
    """Builds the documents of one file, and collects what is wrong."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.documents: list[Document] = []
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._root: tuple[Any, Mark] | None = None
        self._size = 0

    def build(self, text: str, loader: Any) -> bool:
        """False where the parser gave up for a limit of its own."""
        try:
            self._build(text, loader)
        except yaml.MarkedYAMLError as error:
            if _OWN_LIMIT in (error.problem or ""):
                return False
            self.problems.append(_syntax_problem(self._file, self._lines, error))
        except _TooMuch:
            pass
        if not self.documents and not self.problems:
            self._problem(Mark(0, 0), "there is no scenario in this file")
        return True

    def _build(self, text: str, loader: Any) -> None:
        number = 0
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.DocumentStartEvent):
                number += 1
                self._anchors, self._root = {}, None
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.DocumentEndEvent) and self._root and self._root[0] is not None:
                self.documents.append(Document(self._file, self._lines, number, *self._root))

    def _node(self, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.AliasEvent):
            mark = Mark(start.line, start.column)
            found = self._alias(event.anchor, mark)
            # A scalar stands where it is written: code keeps its lines. A collection stands where it is used.
            is_scalar = found.mark.written is not None
            self._add(found._replace(mark=found.mark._replace(span=None) if is_scalar else mark))
            return
        mark = Mark(start.line, start.column, span=(start.index, end.index))
        if isinstance(event, yaml.ScalarEvent):
            scalar = _Anchored(*self._scalar(event, mark), size=1, height=0)
            if event.anchor:
                self._anchors[event.anchor] = scalar
            self._add(scalar)
            return
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map" if is_map else "tag:yaml.org,2002:seq"):
            self._refuse_tag(event.tag, mark)
        self._open.append(_Open(Map() if is_map else Seq(), mark, event.anchor))
        self._check_depth(0, mark)

    def _close(self, event: Any) -> None:
        closed = self._open.pop()
        if closed.mark.span:
            closed.mark = closed.mark._replace(span=(closed.mark.span[0], event.end_mark.index))
        for merged in closed.merged:
            for key, key_mark, value, mark in merged.entries():
                if key not in closed.value:
                    closed.value.put(key, key_mark, value, mark)  # type: ignore[call-arg]
        done = _Anchored(closed.value, closed.mark, closed.size, closed.height)
        if closed.anchor:
            self._anchors[closed.anchor] = done
        self._add(done)

    def _check_depth(self, height: int, mark: Mark) -> None:
        if len(self._open) + height > MAX_DEPTH:
            self._problem(mark, f"nested more than {MAX_DEPTH} levels deep")
            raise _TooMuch

    def _add(self, added: _Anchored) -> None:
        value, mark = added.value, added.mark
        if not self._open:
            self._root = value, mark
            self._size += added.size
            return
        into = self._open[-1]
        into.size += added.size
        into.height = max(into.height, added.height + 1)
        self._check_depth(added.height, mark)
        if self._size + into.size > MAX_NODES:
            self._problem(mark, f"more than {MAX_NODES:,} values, once aliases are followed")
            raise _TooMuch
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
                self._problem(key_mark, f'the key "{key}" is given twice, first on line {first}')
            else:
                into.value.put(key, key_mark, value, mark)

    def _key(self, value: Any, mark: Mark) -> Hashable:
        if isinstance(value, (Map, Seq)):
            self._problem(mark, "a key must be a plain word or number")
            return repr(value)
        key: Hashable = value
        return key

    def _merge(self, into: _Open, value: Any, mark: Mark) -> None:
        sources = value if isinstance(value, Seq) else [value]
        if all(isinstance(source, Map) for source in sources):
            into.merged += sources
        else:
            self._problem(mark, '"<<" takes a mapping, or a list of mappings')

    def _alias(self, anchor: Any, mark: Mark) -> _Anchored:
        if anchor in self._anchors:
            return self._anchors[anchor]
        if any(collection.anchor == anchor for collection in self._open):
            self._problem(mark, f"*{anchor} refers to the value it is part of")
        else:
            self._problem(mark, f"there is no anchor &{anchor} before this")
        return _Anchored(None, mark, 1, 0)

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
            self._problem(mark, f'"{event.value}" is no {name}')
            return event.value, mark

    def _refuse_tag(self, tag: str, mark: Mark) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self._problem(mark, f"the tag {shown} is not allowed: a scenario is plain data")

    def _problem(self, mark: Mark, message: str) -> None:
        self.problems.append(problem_at(self._file, self._lines, mark.line, mark.column, message))
