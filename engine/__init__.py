"""Litmus tests for Python processes: a YAML file says who runs, what they share and what must come out.

The names below are the public ones. They are imported when they are asked for, because every process of a scenario that
imports anything of this package passes through here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import EngineError, InternalError, InterpreterError, Interrupted, Position, Problem, ScenarioError
    from .report import Report, ScenarioReport

__all__ = [
    "EngineError",
    "InternalError",
    "InterpreterError",
    "Interrupted",
    "Position",
    "Problem",
    "Report",
    "ScenarioError",
    "ScenarioReport",
]

_MODULES = {"Report": ".report", "ScenarioReport": ".report"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES.get(name, ".errors"), __name__), name)
