"""Whatever a file contains: it is valid, or what is wrong with it is said with its place. Never anything else.

Files are mutations of the catalogue's own, so that most of them get far into the language before they go wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Position, Problem, ScenarioError
from engine.scenario.files import Settings
from engine.scenario.load import load

ROOT = Path(__file__).parents[2]
TEXTS = [file.read_text() for file in sorted((ROOT / "scenarios").rglob("*.yaml"))]
BATCHES = 5
EXAMPLES = 2_000
"""In each batch, so that all workers have something to do: ten thousand files in all."""

SNIPPETS = [
    *("${", "}", "${a}", "${code.a}", "${queue[0]}", "$${", "[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "\t", "#"),
    *(
        "&a ",
        "*a",
        "<<: *a",
        "!!python/object:os.system ",
        "!!int ",
        "? ",
        "|",
        ">",
        "'",
        '"',
        "---\n",
        "...\n",
        "%YAML 9\n",
    ),
    *(
        "null",
        "~",
        "true",
        "-1",
        "1e999",
        "0x1f",
        ".nan",
        "[[[[[[[[",
        "{a: {a: {a: ",
        "\x00",
        "\ufeff",
        "\ud7ff",
        "é",
        "\u2028",
    ),
    *(
        "processes:",
        "matrix: ",
        "expect: ",
        "outcomes: ",
        "when: ",
        "count: 9999999",
        "timeout: ",
        "shared: ",
        "target: ",
        "faults: ",
        "faults: [{kill: ",
        "resume: ",
        "at: anywhere",
        "before: lock.release",
    ),
    *(
        "not: ",
        "equals: ",
        "one_of: ",
        "contains: ",
        "unordered: ",
        "approx: ",
        "matches: '('",
        "raises: ",
        "type: Queue",
    ),
]

Edit = tuple[str, int, int, str]
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "delete", "repeat", "swap"]),
        st.integers(0, 10_000),
        st.integers(0, 60),
        st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8)),
    ),
    min_size=1,
    max_size=6,
)


def mutated(text: str, edits: list[Edit]) -> str:
    for kind, where, length, snippet in edits:
        start = where % (len(text) + 1)
        end = min(len(text), start + length)
        if kind == "insert":
            text = text[:start] + snippet + text[start:]
        elif kind == "replace":
            text = text[:start] + snippet + text[end:]
        elif kind == "delete":
            text = text[:start] + text[end:]
        elif kind == "repeat":
            text = text[:end] + text[start:end] * (1 + length % 5) + text[end:]
        else:
            other = (where * 7 + length) % (len(text) + 1)
            first, second = sorted((start, other))
            text = text[second:] + text[first:second] + text[:first]
    return text


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_whatever_a_file_contains_is_valid_or_refused_with_a_place(batch: int, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(TEXTS[batch::BATCHES]), EDITS)
    def holds(text: str, edits: list[Edit]) -> None:
        path.write_bytes(mutated(text, edits).encode("utf-8", "surrogatepass"))
        check(path)

    holds()


@pytest.mark.slow
def test_bytes_of_any_kind_are_valid_or_refused_with_a_place(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"

    @settings(max_examples=1_000)
    @given(st.binary(max_size=400))
    def holds(raw: bytes) -> None:
        path.write_bytes(raw)
        check(path)

    holds()


def test_the_check_itself_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("a: 1")

    for wrong in (ValueError("a traceback"), ScenarioError([]), ScenarioError([Problem(Position("x", 0, 0), "lost")])):
        monkeypatch.setattr(f"{__name__}.load", _raising(wrong))
        with pytest.raises((AssertionError, ValueError)):
            check(path)


def _raising(error: Exception) -> Callable[..., None]:
    def load(*_: object) -> None:
        raise error

    return load


def check(path: Path) -> None:
    """The file at ``path`` is valid, or what is wrong with it is said, each with its place."""
    problems = problems_of(path)
    assert problems is None or problems
    for problem in problems or ():
        assert problem.message
        assert problem.position.line >= 1
        assert problem.position.column >= 1


def problems_of(path: Path) -> tuple[Problem, ...] | None:
    try:
        load([str(path)], Settings())
    except ScenarioError as error:
        return error.problems
    return None
