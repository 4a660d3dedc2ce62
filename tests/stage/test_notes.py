"""Notes that processes of a run leave in its folder."""

from __future__ import annotations

from pathlib import Path

from engine.stage import notes


def test_a_note_is_there_until_it_is_taken_away(tmp_path: Path) -> None:
    note = tmp_path / "note"

    notes.leave(str(note))
    assert (note.read_bytes(), note.stat().st_mode & 0o777) == (b"", 0o600)

    notes.take_away(str(note))
    assert list(tmp_path.iterdir()) == []


def test_where_the_folder_is_gone_nothing_happens(tmp_path: Path) -> None:
    notes.leave(str(tmp_path / "gone" / "note"))
    notes.take_away(str(tmp_path / "gone" / "note"))

    assert list(tmp_path.iterdir()) == []
