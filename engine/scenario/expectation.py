"""What a variant expects, as a flat list: one entry for each thing that is checked.

Plain records, so that judging needs neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..matching import BECAUSE
from .source import Map, Mark, Seq
from .variants import Tree

Kind = Literal["ending", "text", "value", "raises", "duration", "leaks"]


@dataclass(frozen=True)
class Expected:
    """One thing to check.

    ``path`` is how the author would say where it is, ``subject`` what of the run it is about; ``matcher`` is plain
    data (see :mod:`engine.matching`), ``line`` the file's line it is on, counted from 1.
    """

    path: str
    subject: tuple[str, ...]
    kind: Kind
    matcher: Any
    because: str | None
    line: int


@dataclass(frozen=True)
class ExpectedOutcome:
    """One way in which a run may end; ``label`` names it for people."""

    label: str
    grade: str
    must_occur: bool
    because: str | None
    line: int
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Expectation:
    """All that a variant expects. ``lines`` says where each process stands, for what is expected without being
    written."""

    expected: tuple[Expected, ...]
    outcomes: tuple[ExpectedOutcome, ...]
    lines: Mapping[str, int]


def expectation(tree: Tree) -> Expectation:
    """The expectation of a valid ``tree``."""
    expect = tree.value.get("expect") or Map()
    outcomes = expect.get("outcomes") or Seq()
    return Expectation(
        expected=tuple(_when(expect, ("expect",), None)),
        outcomes=tuple(
            _outcome(outcome, number, mark)
            for number, (outcome, mark) in enumerate(zip(outcomes, outcomes.marks, strict=True))
        ),
        lines={name: mark.line + 1 for name, mark in tree.value["processes"].key_marks.items()},
    )


def _outcome(outcome: Map, number: int, mark: Mark) -> ExpectedOutcome:
    when = outcome["when"] or Map()
    because = outcome.get(BECAUSE) or when.get(BECAUSE)
    return ExpectedOutcome(
        label=because or ", ".join(f"{key}: {_plain(value)}" for key, value in when.items()),
        grade=outcome.get("grade", "acceptable"),
        must_occur=outcome.get("must_occur", False),
        because=because,
        line=mark.line + 1,
        expected=tuple(_when(when, ("expect", f"outcomes[{number}]", "when"), because)),
    )


def _when(when: Map, path: tuple[str, ...], because: str | None) -> Iterator[Expected]:
    because = when.get(BECAUSE) or because
    for key, key_mark, value, mark in when.entries():
        here = (*path, key)
        if key in ("stdout", "stderr"):
            yield _expected(here, (key,), "text", _text(value, mark), because, mark)
        elif key in ("ending", "leaks"):
            yield _expected(here, (key,), key, value, because, mark)
        elif key == "duration":
            yield _expected(here, (key,), "duration", _plain(value), because, key_mark)
        elif key == "shared":
            for name, _, item, item_mark in value.entries():
                yield _expected((*here, name), (key, name), "value", _plain(item), because, item_mark)
        elif key == "parent":
            yield from _process(value, here, (key,), because)
        elif key == "processes":
            for name, process in value.items():
                yield from _process(process, (*here, name), (key, name), because)


def _process(said: Map, path: tuple[str, ...], subject: tuple[str, ...], because: str | None) -> Iterator[Expected]:
    because = said.get(BECAUSE) or because
    for key, _, value, mark in said.entries():
        if key in ("stdout", "stderr"):
            yield _expected((*path, key), (*subject, key), "text", _text(value, mark), because, mark)
        elif key == "raises":
            message = (
                {"message": _text(value["message"], value.marks["message"])}
                if isinstance(value, Map) and "message" in value
                else {}
            )
            matcher = {**_plain(value), **message} if isinstance(value, Map) else value
            yield _expected((*path, key), (*subject, key), "raises", matcher, because, mark)
        elif key in ("exitcode", "returns"):
            yield _expected((*path, key), (*subject, key), "value", _plain(value), because, mark)


def _expected(
    path: tuple[str, ...], subject: tuple[str, ...], kind: Kind, matcher: Any, because: str | None, mark: Mark
) -> Expected:
    own = matcher.get(BECAUSE) if isinstance(matcher, dict) else None
    return Expected(".".join(path), subject, kind, matcher, own or because, mark.line + 1)


def _text(value: Any, mark: Mark) -> Any:
    """A text or a matcher of texts: a bare number or boolean is taken as it is written in the file."""
    if isinstance(value, Map):
        return {key: _text(item, value.marks[key]) for key, item in value.items()}
    if isinstance(value, Seq):
        return [_text(item, item_mark) for item, item_mark in zip(value, value.marks, strict=True)]
    return value if isinstance(value, str) or mark.written is None else mark.written


def _plain(value: Any) -> Any:
    """The same data without marks."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
