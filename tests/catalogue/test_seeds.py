"""Every scenario of the repository holds, and is as the published schema says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.scenario.source import read

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").rglob("*.yaml"))
AT_ONCE = 16
BATCHES = [FILES[start : start + AT_ONCE] for start in range(0, len(FILES), AT_ONCE)]
"""An engine takes longer to start than most scenarios take to run, and while one waits, others go on."""
MODELINE = "# yaml-language-server: $schema="


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads((ROOT / "schemas" / "scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.slow
@pytest.mark.parametrize("files", BATCHES, ids=lambda files: f"from {files[0].relative_to(ROOT)}")
def test_the_scenarios_of_the_catalogue_pass(files: list[Path]) -> None:
    command = [sys.executable, "-m", "engine", "run", "-j", "8", *map(str, files)]

    result = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_scenario_of_the_catalogue_is_as_a_stock_json_schema_validator_wants_it(file: Path, validator: Any) -> None:
    for document in read(str(file), file.read_bytes())[0]:
        problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document.value)]

        assert problems == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_scenario_of_the_catalogue_tells_editors_its_schema_and_people_what_it_shows(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    [document] = read(str(file), file.read_bytes())[0]

    assert first.startswith(MODELINE)
    assert (file.parent / first.removeprefix(MODELINE)).resolve() == ROOT / "schemas" / "scenario.schema.json"
    assert document.value["name"]
    assert "Source: " in document.value["description"]


def test_there_are_scenarios_to_check() -> None:
    assert len(FILES) >= 9
