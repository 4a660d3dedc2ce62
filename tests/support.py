"""Scenarios, runs and problems as tests write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import Problem, ScenarioError
from engine.scenario.files import Settings
from engine.scenario.load import Variant, load
from engine.scenario.tree import Document, Map, Mark
from engine.trace import Ending, ProcessRun, Run

HEAD = """\
code: |
  def work(*args, **kwargs): ...
processes:
  worker: {target: work}
"""
"""The least that is a scenario. It has four lines: what is added to it begins on line 5."""


def variants_of(folder: Path, text: str, settings: Settings | None = None) -> list[Variant]:
    """The variants of a file with this text."""
    return load([_written(folder, text)], settings or Settings())


def variant_of(folder: Path, text: str, settings: Settings | None = None) -> Variant:
    """The one variant of a file with this text."""
    (variant,) = variants_of(folder, text, settings)
    return variant


def problems_of(folder: Path, text: str | bytes, settings: Settings | None = None) -> list[str]:
    """All that is wrong with a file with this text, each as ``line:column: message``; nothing where it is valid."""
    try:
        load([_written(folder, text)], settings or Settings())
    except ScenarioError as error:
        return [shown(problem) for problem in error.problems]
    return []


def shown(problem: Problem) -> str:
    hint = f" (hint: {problem.hint})" if problem.hint else ""
    return f"{problem.position.line}:{problem.position.column}: {problem.message}{hint}"


def _written(folder: Path, text: str | bytes) -> str:
    file = folder / "scenario.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(file)


def document_of(text: str) -> Document:
    """A document of which only the lines matter."""
    return Document("scenario.yaml", tuple(text.split("\n")), 1, Map(), Mark(0, 0))


def process_run(name: str = "worker", **seen: Any) -> ProcessRun:
    """A process that ended well, but for what is given."""
    return ProcessRun(**{"name": name, "exitcode": 0, "started_s": 0.1, "ended_s": 0.2, **seen})


def run_of(
    *processes: ProcessRun,
    ending: Ending = "completed",
    why: str | None = None,
    stdout: str = "",
    stderr: str = "",
    parent: ProcessRun | None = None,
    shared: dict[str, object] | None = None,
    leaks: tuple[str, ...] = (),
    duration_s: float = 0.5,
    calls: dict[str, ProcessRun] | None = None,
) -> Run:
    """A run in which all went well, but for what is given."""
    everybody = processes or (process_run(),)
    return Run(
        ending=ending,
        why=why,
        duration_s=duration_s,
        stdout=stdout,
        stderr=stderr,
        parent=parent or process_run("parent"),
        calls=calls or {},
        processes={process.name: process for process in everybody},
        shared=shared or {},
        leaks=leaks,
    )
