"""Write other values into a scenario file, and leave everything else in it as it is.

Pure: text in, text out. What was written is read again, so that a rewritten file is never another than was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml

from .scalars import resolved
from .source import read
from .tree import Document, Map, Mark, Seq, unmarked


class Change(NamedTuple):
    """The value at ``path`` (``expect.shared.counter``), which stands on ``line`` (from 1), is to be ``value``."""

    path: str
    line: int
    value: Any


class CannotRewrite(Exception):
    """Why a change cannot be made, and where (``line``, from 1); nothing was."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def rewritten(file: str, text: str, changes: Sequence[Change]) -> str:
    """``text`` with ``changes`` made. Raises CannotRewrite."""
    mark = text[: text.startswith("\ufeff")]  # Of the byte order, which is no part of what is read.
    text = text[len(mark) :]
    documents, _ = read(file, text.encode())
    edits = sorted(edit for change in changes for edit in _edits(*_find(documents, change), text))
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    after, problems = read(file, text.encode())
    # An anchored value may be used elsewhere, too: then more has changed than was meant.
    for change in changes:
        _replace(documents, change)
    if problems or [unmarked(document.value) for document in documents] != [
        unmarked(document.value) for document in after
    ]:
        raise CannotRewrite("other values would change with it", changes[0].line)
    return mark + text


def _find(documents: Sequence[Document], change: Change) -> tuple[Any, Mark, Any]:
    """What stands there, where, and what is to stand there."""
    for owner, key in _owners(documents, change):
        return owner[key], owner.marks[key], change.value
    raise CannotRewrite(f"{change.path} is not written there", change.line)


def _replace(documents: Sequence[Document], change: Change) -> None:
    for owner, key in _owners(documents, change):
        owner[key] = change.value


def _owners(documents: Sequence[Document], change: Change) -> Iterator[tuple[Any, Any]]:
    """The mapping that holds what is to be changed, and its key there."""
    for document in documents:
        for owner, key in _descend(document.value, change.path):
            if owner.marks[key].line + 1 == change.line:
                yield owner, key
                return


def _descend(owner: Any, path: str) -> Iterator[tuple[Map, Any]]:
    """Names may hold dots themselves, so every way to read ``path`` is tried."""
    if not isinstance(owner, Map):
        return
    for key in owner:
        # What is said of a process is said of each of its replicas.
        for way in (path, _REPLICA.sub("", path)):
            if str(key) == way:
                yield owner, key
            elif way.startswith(f"{key}."):
                yield from _descend(owner[key], way[len(str(key)) + 1 :])


_REPLICA = re.compile(r"(?<=\w)\[\d+\](?=\.)")


def _edits(old: Any, mark: Mark, new: Any, text: str) -> Iterator[tuple[int, int, str]]:
    """What to write where: from, to, and the text. Where two collections are of one shape, only what differs."""
    if isinstance(old, Seq) and isinstance(new, list) and len(old) == len(new):
        for index, value in enumerate(new):
            yield from _edits(old[index], old.marks[index], value, text)
    elif isinstance(old, Map) and isinstance(new, dict) and list(old) == list(new):
        for key, value in new.items():
            yield from _edits(old[key], old.marks[key], value, text)
    elif old != new or type(old) is not type(new):
        yield _edit(old, mark, new, text)


def _edit(old: Any, mark: Mark, new: Any, text: str) -> tuple[int, int, str]:
    if mark.span is None:
        raise CannotRewrite("an alias stands there", mark.line + 1)
    if isinstance(old, str) and "${" in old.replace("$${", ""):
        raise CannotRewrite("a reference stands there", mark.line + 1)
    start, end = mark.span
    end = start + len(text[start:end].rstrip())
    if isinstance(old, (Map, Seq)) and "#" in text[start:end]:
        raise CannotRewrite("there is a comment in it", mark.line + 1)
    before = text[text.rfind("\n", 0, start) + 1 : start]
    if isinstance(new, str) and "\n" in new and not any(bracket in before for bracket in "[{"):
        # What follows on the line is a comment, which a block has room for only in its first line.
        line_end = (text + "\n").index("\n", end)
        own = _BLOCK_COMMENT.match(text, start)
        comment = own[1] if own else text[end:line_end]
        block = _block(new, len(before) - len(before.lstrip(" ")), comment)
        if block:
            return start, line_end, block
    return start, end, _flow(new)


def _block(value: str, indent: int, comment: str) -> str | None:
    """``value`` line by line below a key that is indented by ``indent``; None where YAML must quote it."""
    dumped: str = yaml.safe_dump(value, default_style="|", allow_unicode=True, width=_ENDLESS)
    if not dumped.startswith("|"):
        return None
    head, *lines = dumped.rstrip("\n").split("\n")
    return "\n".join([head + comment, *(" " * indent + line if line else "" for line in lines)])


def _flow(value: Any) -> str:
    dumped: str = yaml.dump([value], Dumper=_Dumper, default_flow_style=True, allow_unicode=True, width=_ENDLESS)
    return dumped.strip()[1:-1]


_BLOCK_COMMENT = re.compile(r"[|>][-+0-9]*([ \t]+#.*)")
_ENDLESS = 1 << 20
"""A line's width; the emitter would break longer ones."""


class _Dumper(yaml.SafeDumper):
    """Quotes what this language would read as something else than text, which is not what YAML 1.1 would."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if "\n" in text else None if isinstance(resolved(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent)
