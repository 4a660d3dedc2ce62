"""Writing other values into a file, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scenario.rewrite import CannotRewrite, Change, rewritten
from engine.scenario.source import read
from engine.scenario.tree import unmarked


def made(text: str, path: str, line: int, value: Any) -> str:
    return rewritten("scenario.yaml", text, [Change(path, line, value)])


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: {b: 1}  # one\n", 2, "a: {b: 2}  # one\n"),
        ("a:\n  b: 'x' # ünd\nc: 3\n", "y", "a:\n  b: y # ünd\nc: 3\n"),
        ("a:\n  b: x\n", "5", "a:\n  b: '5'\n"),
        ("a: {b: x}\n", "two\nlines\n", 'a: {b: "two\\nlines\\n"}\n'),
        ("a:\n  b: x  # why\n", "two\n lines\n", "a:\n  b: |  # why\n    two\n     lines\n"),
        ("a:\n  b: |\n    one\n    two\n\n# after\n", "one\n", "a:\n  b: |\n    one\n\n# after\n"),
        ("a:\n  b: |\n    one\n    two\n", "one\nthree\n", "a:\n  b: |\n    one\n    three\n"),
        ("a:\n  b: |  # why\n    one\n", "one\nthree\n", "a:\n  b: |  # why\n    one\n    three\n"),
        ("a: {b: [1, 2]}\n", [1], "a: {b: [1]}\n"),
        ("a:\n  b:\n    - 1 # first\n    - 2\n", [1, 3], "a:\n  b:\n    - 1 # first\n    - 3\n"),
        ("a:\n  b:\n    - 1\n    - 2\nc: 3\n", [1], "a:\n  b:\n    [1]\nc: 3\n"),
        ("a:\n  b: {c: 1, d: x}\n", {"c": 1, "d": "y"}, "a:\n  b: {c: 1, d: y}\n"),
        ("\ufeffa: {b: 1}\n", 2, "\ufeffa: {b: 2}\n"),
    ],
)
def test_only_the_value_changes(before: str, value: object, after: str) -> None:
    line = next(number for number, text in enumerate(before.splitlines(), 1) if "b:" in text)
    # A collection that is written as a block begins on the line below its key.
    line += before.splitlines()[line - 1].endswith("b:")

    assert made(before, "a.b", line, value) == after


def test_what_is_said_of_a_process_is_said_of_its_replicas() -> None:
    assert made("p:\n  w: {stdout: a}\n", "p.w[1].stdout", 2, "b") == "p:\n  w: {stdout: b}\n"
    assert made("p:\n  w[1]: {stdout: a}\n", "p.w[1].stdout", 2, "b") == "p:\n  w[1]: {stdout: b}\n"


def test_names_may_hold_dots_themselves() -> None:
    assert made("p: {a.b: {c: 1}}\n", "p.a.b.c", 1, 2) == "p: {a.b: {c: 2}}\n"


def test_the_line_tells_documents_apart() -> None:
    assert made("a: 1\n---\na: 1\n", "a", 3, 2) == "a: 1\n---\na: 2\n"


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("a: ${n}\n", "a", "a reference stands there"),
        ("x: &x 1\na: *x\n", "a", "a is not written there"),
        ("a: &x 1\nb: *x\n", "a", "other values would change with it"),
        ("a: [1, # one\n 2]\n", "a", "there is a comment in it"),
        ("b: 1\n", "a", "a is not written there"),
    ],
)
def test_what_cannot_be_rewritten_is_refused(text: str, path: str, why: str) -> None:
    with pytest.raises(CannotRewrite, match=why):
        made(text, path, 1 if not text.startswith("x") else 2, [3])


VALUES: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.just("\n")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_what_was_written_is_what_is_read(old: object, new: object) -> None:
    before = made("# head\na:\n  b: old  # tail\n  c: [1]\n", "a.b", 3, new)

    [document] = read("scenario.yaml", before.encode())[0]

    assert unmarked(document.value) == {"a": {"b": new, "c": [1]}}
    assert before.startswith("# head\n")
    assert "# tail" in before
