"""What is expected of a run, as a flat list: one entry for each thing that is checked.

Plain records, so that judging needs neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

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
    """All that a variant expects.

    ``line`` says where the expectation stands, and ``lines`` where each process does, for what goes without saying.
    """

    expected: tuple[Expected, ...]
    outcomes: tuple[ExpectedOutcome, ...]
    line: int
    lines: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Expectation:
        return Expectation(
            expected=_expected_from(data["expected"]),
            outcomes=tuple(
                ExpectedOutcome(**{**outcome, "expected": _expected_from(outcome["expected"])})
                for outcome in data["outcomes"]
            ),
            line=data["line"],
            lines=data["lines"],
        )


def _expected_from(data: list[Mapping[str, Any]]) -> tuple[Expected, ...]:
    return tuple(Expected(**{**expected, "subject": tuple(expected["subject"])}) for expected in data)
