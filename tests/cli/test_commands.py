"""The commands, their help, and what they print for other programs."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest

from engine.primitives import TYPES, primitive
from tests.processes_support import PATIENCE_S, engine, engine_command, engine_environment, write_scenario

pytestmark = pytest.mark.slow

COMMANDS = ("run", "explore", "replay", "validate", "primitives", "schema")
VALID = """
code: |
  def target(): print("hello")
processes:
  one: {target: target}
"""
MIXED = """
name: passes
shared: {queue: Queue, numbers: {type: Manager.list, value: [1, [2, null]]}}
matrix: {run_as: [process, thread]}
code: |
  def target(queue): queue.put({"a": (1, {2}, b"x", float("inf"), object)})
processes:
  one: {target: target, args: ["${queue}"]}
---
name: fails
code: |
  def target(): raise ValueError("no")
processes:
  one: {target: target}
expect: {stdout: {lines: [a, b]}, outcomes: [{when: {ending: timeout}, grade: acceptable, because: so}]}
---
name: skipped
requires: {python: ">=4"}
code: |
  def target(): pass
processes:
  one: {target: target}
---
name: takes too long
timeout: 300ms
code: |
  import threading
  def target(): threading.Event().wait()
processes:
  one: {target: target}
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    done = engine(command, "--help", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: engine {command} [OPTIONS]")
    assert "--json PATH" in done.stdout


def test_the_engine_lists_its_commands(tmp_path: Path) -> None:
    done = engine("--help", cwd=tmp_path)

    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert done.returncode == 0
    assert set(COMMANDS) <= {line.split()[0] for line in listed}


def test_the_engine_tells_its_version(tmp_path: Path) -> None:
    done = engine("--version", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, f"engine {version('process-scenario-engine')}\n")


def test_a_mistyped_command_is_met_with_the_right_one(tmp_path: Path) -> None:
    done = engine("rnu", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert 'no such command "rnu" - did you mean "run"?' in done.stderr


@pytest.mark.parametrize("arguments", [["run"], ["validate"], ["run", "--no-such"], ["--no-such"]])
def test_a_command_line_that_is_wrong_is_status_2(tmp_path: Path, arguments: list[str]) -> None:
    done = engine(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_a_report_is_valid_against_its_schema(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", MIXED)

    schema = json.loads(engine("schema", "--report", cwd=tmp_path).stdout)
    made = json.loads(engine("run", "story.yaml", "--json", "-", cwd=tmp_path).stdout)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(made, schema)
    assert [one["verdict"] for one in made["scenarios"]] == ["passed", "passed", "failed", "skipped", "failed"]


def test_a_report_of_wrong_files_is_valid_too(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", VALID + "unknown: 1\n")

    schema = json.loads(engine("schema", "--report", cwd=tmp_path).stdout)
    for command in ("run", "validate"):
        made = json.loads(engine(command, "story.yaml", "--json", "-", cwd=tmp_path).stdout)

        jsonschema.validate(made, schema)
        assert (made["command"], len(made["problems"])) == (command, 1)


def test_the_schema_of_reports_refuses_what_is_none(tmp_path: Path) -> None:
    schema = json.loads(engine("schema", "--report", cwd=tmp_path).stdout)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "command": "run"}, schema)


def test_the_schema_of_scenarios_takes_scenarios_only(tmp_path: Path) -> None:
    schema = json.loads(engine("schema", cwd=tmp_path).stdout)
    scenario = {"processes": {"one": {"target": "target"}}}

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(scenario, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**scenario, "proceses": {}}, schema)


def test_a_schema_may_be_written_to_a_file(tmp_path: Path) -> None:
    done = engine("schema", "--json", "schema.json", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((tmp_path / "schema.json").read_text()) == json.loads(engine("schema", cwd=tmp_path).stdout)


def test_who_stops_reading_a_schema_sees_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$@" | head -1', "bash", *engine_command("schema")],
        cwd=tmp_path,
        env=engine_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


def test_validating_counts_what_is_valid(tmp_path: Path) -> None:
    write_scenario(tmp_path / "a.yaml", MIXED)
    write_scenario(tmp_path / "b.yaml", VALID)

    done = engine("validate", ".", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "2 files, 5 scenarios, 6 variants: valid\n", "")


def test_validating_executes_nothing(tmp_path: Path) -> None:
    (tmp_path / "workers.py").write_text("open('imported', 'w')\ndef target(): pass\n")
    write_scenario(
        tmp_path / "story.yaml",
        """
        code: |
          open("executed", "w")
        processes:
          one: {target: "workers.py:target"}
        """,
    )

    done = engine("validate", "story.yaml", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] != ".") == ["story.yaml", "workers.py"]


def test_validating_what_is_wrong_is_status_2(tmp_path: Path) -> None:
    write_scenario(tmp_path / "story.yaml", VALID.replace("target: target", "target: nobody"))

    done = engine("validate", "story.yaml", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("story.yaml:4:17: ")
    assert done.stderr.endswith("1 problem, nothing was run\n")


def test_the_types_of_shared_are_listed_with_their_parameters(tmp_path: Path) -> None:
    listed = engine("primitives", cwd=tmp_path)
    described = json.loads(engine("primitives", "--json", "-", cwd=tmp_path).stdout)

    assert (listed.returncode, listed.stderr) == (0, "")
    assert "\nQueue\n  A first-in, first-out queue between processes.\n" in listed.stdout
    assert "    maxsize (default 0): How many items it holds before `put` blocks.\n" in listed.stdout
    assert list(described) == list(TYPES)
    assert described["Barrier"]["parameters"]["parties"]["required"] is True
    assert {name: one["simulated"] for name, one in described.items()} == {
        name: bool(primitive(name).simulation) for name in TYPES
    }
    assert listed.stdout.count("\n  Not simulated: what has one can be run, and not explored.\n") == sum(
        not one["simulated"] for one in described.values()
    )


def test_the_schema_of_schedules_takes_schedules_only(tmp_path: Path) -> None:
    schema = json.loads(engine("schema", "--schedule", cwd=tmp_path).stdout)
    schedule = {
        "fingerprint": "code:1",
        "file": "a.yaml",
        "name": "a",
        "variant": {},
        "timing": "any",
        "seed": 0,
        "exact": [],
        "steps": ["left*2", "right"],
    }

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(schedule, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**schedule, "timing": "real"}, schema)


def test_one_schema_is_printed_at_a_time(tmp_path: Path) -> None:
    done = engine("schema", "--schedule", "--report", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "--report and --schedule are two schemas: ask for one at a time" in done.stderr
