"""Folders that nobody holds any more are tidied up; those that somebody holds, or is about to, are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.stage import abandoned
from tests.processes_support import python

HOLDING = """
import sys
from engine.stage import abandoned
abandoned.claim(sys.argv[1])
abandoned.tidy_up(sys.argv[2])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A nursery's, with one of a run in it."""
    (tmp_path / "engine-abc" / "1").mkdir(parents=True)
    return tmp_path / "engine-abc"


def tidied(where: Path) -> list[str]:
    """What is there after a nursery with a folder of its own has tidied up."""
    (where / "engine-own").mkdir()
    python(HOLDING, str(where / "engine-own"), str(where / "engine-own"))
    return sorted(name for name in os.listdir(where) if name != "engine-own")


def test_a_folder_whose_holder_is_gone_is_removed(folder: Path) -> None:
    python("import sys; from engine.stage import abandoned; abandoned.claim(sys.argv[1])", str(folder))

    assert tidied(folder.parent) == []


def test_a_folder_that_somebody_holds_is_left_alone(folder: Path) -> None:
    claim = abandoned.claim(str(folder))

    assert tidied(folder.parent) == ["engine-abc"]

    os.close(claim)
    assert tidied_again(folder.parent) == []


def tidied_again(where: Path) -> list[str]:
    (where / "engine-own" / "alive").unlink()
    (where / "engine-own").rmdir()
    return tidied(where)


def test_a_folder_that_somebody_is_about_to_claim_is_left_alone(folder: Path) -> None:
    assert tidied(folder.parent) == ["engine-abc"]

    (folder / "alive").touch()
    assert tidied_again(folder.parent) == ["engine-abc"]


def test_what_only_bears_such_a_name_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "alive").write_text("claimed\n")
    (tmp_path / "engine-link").symlink_to(elsewhere)
    (tmp_path / "engine-file").touch()
    (tmp_path / "other").mkdir()

    assert tidied(tmp_path) == ["elsewhere", "engine-file", "engine-link", "other"]
    assert (elsewhere / "alive").exists()


def test_what_its_runs_left_in_shared_memory_goes_with_it(folder: Path) -> None:
    ours, theirs = Path(f"/dev/shm/sem.engine-abc-1-{os.getpid()}"), Path(f"/dev/shm/noted-{os.getpid()}")
    for file in (ours, theirs):
        file.touch()
    (folder / "1" / f"left-{theirs.name}").touch()
    (folder / "alive").write_text("claimed\n")

    assert tidied(folder.parent) == []
    assert (ours.exists(), theirs.exists()) == (False, False)
