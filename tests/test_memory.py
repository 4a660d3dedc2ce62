"""What took long to find out is remembered, and forgotten when it may not hold any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import memory


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


def test_nothing_is_remembered_at_first() -> None:
    assert memory.recall("a file", "as it is") is None


def test_what_was_found_is_remembered_in_the_same_circumstances() -> None:
    memory.remember("a file", "as it is", [1, {"a": None}])

    assert memory.recall("a file", "as it is") == [1, {"a": None}]


def test_in_other_circumstances_it_is_not() -> None:
    memory.remember("a file", "as it is", 1)

    assert memory.recall("a file", "as it was") is None
    assert memory.recall("another file", "as it is") is None


def test_another_engine_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    memory.remember("a file", "as it is", 1)
    monkeypatch.setattr(memory, "_engine", lambda: "another one")

    assert memory.recall("a file", "as it is") is None


def test_a_subject_has_one_memory_however_often_it_changes(caches: Path) -> None:
    for circumstances in "abc":
        memory.remember("a file", circumstances, circumstances)

    assert len([path for path in caches.rglob("*") if path.is_file()]) == 1
    assert memory.recall("a file", "c") == "c"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"found": 1}', '{"circumstances": 1}', "\x00"])
def test_a_memory_that_makes_no_sense_is_none(caches: Path, content: str) -> None:
    memory.remember("a file", "as it is", 1)
    (path,) = (path for path in caches.rglob("*") if path.is_file())
    path.write_text(content)

    assert memory.recall("a file", "as it is") is None


def test_where_nothing_can_be_kept_nothing_is_and_nobody_minds(caches: Path) -> None:
    caches.write_text("a file where the folder should be")

    memory.remember("a file", "as it is", 1)

    assert memory.recall("a file", "as it is") is None


def test_the_memory_is_the_users_own(caches: Path) -> None:
    memory.remember("a file", "as it is", 1)

    assert (caches / "process-scenario-engine").stat().st_mode & 0o077 == 0
