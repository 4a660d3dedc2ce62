"""Where what a scenario requires is not met, it is skipped with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.plan import Interpreter
from engine.preparation import prepare
from engine.requirements import unmet
from engine.scenario.files import Settings
from tests.support import HEAD

INTERPRETER = Interpreter("3.11.7", "linux", "/usr/bin/python3", ("fork", "spawn"))
INSTALLED = {"json", "numpy"}


def reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rest: str, interpreter: Interpreter = INTERPRETER
) -> str | None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    file = folder / "scenario.yaml"
    file.write_text(f"{HEAD}{rest}\n")
    (prepared,) = prepare([str(file)], Settings())

    def missing(modules: Sequence[str], folders: Sequence[str]) -> list[str]:
        assert folders[0] == str(folder)
        return [module for module in modules if module not in INSTALLED]

    return unmet(prepared, interpreter, missing)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "requires: {python: '>=3.10'}",
        "requires: {python: '>=3.10,<3.12'}",
        "requires: {platform: linux}",
        "requires: {platform: [darwin, linux]}",
        "requires: {modules: [json, numpy]}",
        "start_method: spawn",
        "run_as: thread\nfaults: []",
        "faults: [{kill: worker, at: 1}]",
    ],
)
def test_what_is_met_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    assert reason(tmp_path, monkeypatch, rest) is None


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("requires: {python: '>=3.12'}", "needs Python >=3.12, and this is 3.11.7"),
        ("requires: {platform: win32}", "needs win32, and this is linux"),
        ("requires: {platform: [darwin, win32]}", "needs darwin or win32, and this is linux"),
        (
            "requires: {modules: [numpy, torch, jax]}",
            "needs the module torch, jax, which /usr/bin/python3 has not",
        ),
        (
            "run_as: thread\nfaults: [{kill: worker, at: 1}]",
            "a thread cannot be killed: faults need processes",
        ),
        ("start_method: forkserver", "needs the start method forkserver, which is not there on linux"),
    ],
)
def test_what_is_not_met_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str, why: str) -> None:
    assert reason(tmp_path, monkeypatch, rest) == why


def test_a_version_that_is_not_yet_released_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coming = Interpreter("3.14.0rc1", "linux", "python3.14", ("fork",))

    assert reason(tmp_path, monkeypatch, "requires: {python: '>=3.12'}", coming) is None
