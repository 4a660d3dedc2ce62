"""From the ``expect`` of a valid tree to the flat list of what is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..expectation import Expectation, Expected, ExpectedOutcome, Kind
from ..matching import BECAUSE
from ..words import show
from .tree import Map, Mark, Seq, unmarked
from .variants import Tree


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
        line=(tree.value.key_marks.get("expect") or tree.document.mark).line + 1,
        lines={name: mark.line + 1 for name, mark in tree.value["processes"].key_marks.items()},
    )


def _outcome(outcome: Map, number: int, mark: Mark) -> ExpectedOutcome:
    when = outcome["when"] or Map()
    because = outcome.get(BECAUSE) or when.get(BECAUSE)
    return ExpectedOutcome(
        label=because or ", ".join(f"{key}: {show(value)}" for key, value in when.items()),
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
            yield _expected(here, (key,), "duration", unmarked(value), because, key_mark)
        elif key == "shared":
            for name, _, item, item_mark in value.entries():
                yield _expected((*here, name), (key, name), "value", unmarked(item), because, item_mark)
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
            matcher = {**unmarked(value), **message} if isinstance(value, Map) else value
            yield _expected((*path, key), (*subject, key), "raises", matcher, because, mark)
        elif key in ("before", "after"):
            yield from _process(value, (*path, key), (*subject, key), because)
        elif key in ("exitcode", "returns"):
            yield _expected((*path, key), (*subject, key), "value", unmarked(value), because, mark)


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
