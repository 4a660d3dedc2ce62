"""What every scenario of the catalogue owes its readers: a name, a source, and a reason for all that it expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.expectation import Expectation
from engine.primitives import TYPES
from engine.scenario.files import Settings
from engine.scenario.load import load
from engine.scenario.source import read
from tests.catalogue.index import README, page

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
FILES = [file for file in sorted(SCENARIOS.rglob("*.yaml")) if file.is_relative_to(SCENARIOS / "seeds") is False]
PITFALLS = sorted(folder for folder in (SCENARIOS / "pitfalls").iterdir() if folder.is_dir())
SETTINGS = Settings({"run_as": "process", "start_method": "fork"})


def _from_root(path: Path) -> str:
    return str(path.relative_to(SCENARIOS))


def _unexplained(expectation: Expectation) -> Iterator[str]:
    yield from (expected.path for expected in expectation.expected if not expected.because)
    for number, outcome in enumerate(expectation.outcomes):
        if not outcome.because:
            yield f"expect.outcomes[{number}]"


@pytest.mark.parametrize("file", FILES, ids=_from_root)
def test_every_expectation_says_why_it_must_hold(file: Path) -> None:
    variants = load([str(file)], SETTINGS)

    assert [path for variant in variants for path in _unexplained(variant.expectation)] == []
    assert all(variant.expectation.expected or variant.expectation.outcomes for variant in variants)


def test_an_expectation_that_does_not_say_why_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "silent.yaml"
    file.write_text(
        "code: |\n  def idle(): pass\nprocesses: {p: {target: idle}}\n"
        "expect:\n  stdout: ''\n  stderr: {equals: '', because: it does nothing}\n  outcomes: [{when: {stdout: ''}}]\n"
    )

    [variant] = load([str(file)], SETTINGS)

    assert list(_unexplained(variant.expectation)) == ["expect.stdout", "expect.outcomes[0]"]


@pytest.mark.parametrize("file", FILES, ids=_from_root)
def test_a_scenario_of_the_catalogue_is_named_and_tagged_by_where_it_stands(file: Path) -> None:
    kind, *folders = file.relative_to(SCENARIOS).parts[:-1]
    [document] = read(str(file), file.read_bytes())[0]
    tags = document.value["tags"]

    assert tags[0] == kind
    assert all(re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", name) for name in (*folders, file.stem))
    if kind == "pitfalls":
        assert file.stem in tags


@pytest.mark.parametrize("folder", PITFALLS, ids=_from_root)
def test_a_pitfall_has_a_broken_and_a_fixed_scenario_that_share_their_targets(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir() if file.is_file()) == [
        "broken.yaml",
        "fixed.yaml",
        "targets.py",
    ]
    assert all("targets.py:" in (folder / name).read_text() for name in ("broken.yaml", "fixed.yaml"))


def test_there_are_more_than_forty_pitfalls() -> None:
    assert len(PITFALLS) >= 40


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_of_shared_has_scenarios_that_use_it_and_show_its_final_value(kind: str) -> None:
    files = sorted((SCENARIOS / "primitives" / TYPES[kind]).glob("*.yaml"))
    variants = load([str(file) for file in files], SETTINGS)
    shown = [
        expected.subject[1]
        for variant in variants
        for expected in variant.expectation.expected
        if expected.subject[0] == "shared"
    ]

    assert len(files) >= 2
    assert all(kind in {shared_type(given) for given in variant.scenario.shared.values()} for variant in variants)
    assert shown


def shared_type(given: object) -> object:
    return given["type"] if isinstance(given, dict) else given


def test_the_index_names_every_scenario() -> None:
    text = README.read_text()

    assert text == page(text), "make index writes it anew"
    assert all(f"({_from_root(file)})" in text for file in FILES)
