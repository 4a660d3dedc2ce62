"""What can go wrong, by fault: the scenario's author, the target, us.

A failed expectation is none of these; it is a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Position(NamedTuple):
    """A place in a file; ``line`` and ``column`` count characters from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One thing that is wrong with a scenario file.

    ``excerpt`` is the line of the file that ``position`` names, without its line break.
    """

    position: Position
    message: str
    hint: str | None = None
    excerpt: str | None = None


class EngineError(Exception):
    """Whatever the engine raises on purpose."""


class ScenarioError(EngineError):
    """The author's: everything that is wrong in the files given, at once, in order of place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.position, problem.message)))
        super().__init__("\n".join(f"{problem.position}: {problem.message}" for problem in self.problems))


class InterpreterError(EngineError):
    """The user's: ``--python`` names something that is no interpreter we can use."""


class InternalError(EngineError):
    """Ours: the engine could not do its job."""


class Diverged(EngineError):
    """The user's, or ours: a run did not follow the schedule that it was to repeat; says at which step, and why."""


class Interrupted(EngineError):
    """The user asked us to stop; everything that was started is gone."""
