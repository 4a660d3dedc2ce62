"""Which scenario files a command line means."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ScenarioError
from engine.scenario.files import find_files


def test_a_folder_means_every_yaml_file_below_it_in_path_order(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/b/c.yaml", "a-b/x.yaml", "a.yaml", "notes.md", "a/x.yaml.part", ".git/x.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = [str(Path(file).relative_to(tmp_path)) for file in find_files([str(tmp_path)])]

    assert found == ["a/b/c.yaml", "a/z.yml", "a-b/x.yaml", "a.yaml", "b.yaml"]


def test_files_come_as_they_are_given_and_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch()
    (tmp_path / "b.txt").touch()
    first, second = str(tmp_path / "b.txt"), str(tmp_path / "a.yaml")

    assert find_files([first, second, first, str(tmp_path)]) == [first, second]


def test_all_paths_without_a_scenario_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ScenarioError) as caught:
        find_files([str(tmp_path / "missing.yaml"), str(tmp_path / "empty")])

    assert str(caught.value).replace(f"{tmp_path}/", "") == (
        "empty:1:1: there is no .yaml or .yml file in this folder\nmissing.yaml:1:1: there is no such file or folder"
    )
