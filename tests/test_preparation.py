"""Files become what can be run and judged; those that were found valid are not loaded again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import preparation
from engine.errors import ScenarioError
from engine.preparation import prepare
from engine.scenario.files import Settings

SCENARIO = """\
matrix: {count: [1, 2]}
tags: [quick]
requires: {python: ">=3.10"}
shared: {queue: {type: Queue, maxsize: 3}}
code: |
  def put(queue, count): queue.put([count, {"a": None}])
processes:
  putter: {target: put, args: ["${queue}", "${count}"], daemon: true}
expect:
  shared: {queue: [[1, {a: null}]]}
  outcomes: [{when: {stdout: {lines: [a]}}, must_occur: true}]
"""


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Which files were loaded, at each time anything was."""
    loaded = []
    original = preparation._load

    def counting(files: list[str], *rest: object) -> object:
        loaded.append([Path(file).name for file in files])
        return original(files, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(preparation, "_load", counting)
    return loaded


def written(folder: Path, name: str = "scenario.yaml", text: str = SCENARIO) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_what_is_remembered_is_what_was_loaded(tmp_path: Path, loads: list[list[str]]) -> None:
    file = written(tmp_path)

    first, second = prepare([file], Settings()), prepare([file], Settings())

    assert loads == [["scenario.yaml"]]
    assert first == second
    assert [one.assignments for one in second] == [{"count": 1}, {"count": 2}]


def test_only_what_a_scenario_says_itself_of_how_to_explore_it_is_kept(tmp_path: Path) -> None:
    silent, said = (
        written(tmp_path),
        written(tmp_path, "said.yaml", SCENARIO + "explore: {schedules: 10000, seed: 3}\n"),
    )

    for _ in range(2):
        assert [one.explore for one in prepare([silent], Settings())] == [{}, {}]
        assert [one.explore for one in prepare([said], Settings())] == [{"schedules": 10000, "seed": 3}] * 2


def test_only_what_is_new_is_loaded_and_the_order_is_kept(tmp_path: Path, loads: list[list[str]]) -> None:
    old, new = written(tmp_path), written(tmp_path, "new.yaml")
    prepare([old], Settings())

    prepared = prepare([new, old], Settings())

    assert loads == [["scenario.yaml"], ["new.yaml"]]
    assert [one.file for one in prepared] == [new, new, old, old]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(defaults={"run_as": "process", "start_method": "spawn"}),
        Settings(forced={"run_as": "thread"}),
        Settings(foreign=True),
    ],
    ids=["defaults", "forced", "foreign"],
)
def test_other_settings_are_other_circumstances(tmp_path: Path, loads: list[list[str]], settings: Settings) -> None:
    file = written(tmp_path)
    prepare([file], Settings())

    prepare([file], settings)

    assert len(loads) == 2


def test_a_file_that_changed_is_loaded_again(tmp_path: Path, loads: list[list[str]]) -> None:
    file = written(tmp_path)
    prepare([file], Settings())
    written(tmp_path, text=SCENARIO.replace("[quick]", "[slow]"))

    prepared = prepare([file], Settings())

    assert len(loads) == 2
    assert prepared[0].tags == ("slow",)


def test_what_depends_on_other_files_is_not_remembered(tmp_path: Path, loads: list[list[str]]) -> None:
    (tmp_path / "workers.py").write_text("def put(*_): pass")
    file = written(tmp_path, text=SCENARIO.replace("target: put", "target: 'workers.py:put'"))

    prepare([file], Settings())
    prepare([file], Settings())

    assert len(loads) == 2


def test_what_json_cannot_hold_is_not_remembered(tmp_path: Path, loads: list[list[str]]) -> None:
    file = written(tmp_path, text=SCENARIO.replace("{a: null}", "{1: null}"))

    first, second = prepare([file], Settings()), prepare([file], Settings())

    assert len(loads) == 2
    assert first == second


def test_what_is_wrong_is_said_every_time(tmp_path: Path) -> None:
    file = written(tmp_path, text="nme: x")

    for _ in range(2):
        with pytest.raises(ScenarioError, match="unknown key"):
            prepare([file], Settings())
