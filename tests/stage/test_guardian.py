"""What a nursery leaves that was killed is removed by its guardian."""

from __future__ import annotations

from pathlib import Path

from engine.stage import guardian


def test_what_the_engine_has_made_goes_even_where_the_folder_is_gone(tmp_path: Path) -> None:
    marked = Path(f"/dev/shm/sem.engine-{tmp_path.name}-1-a")
    like_it = Path(f"/dev/shm/sem.engine-{tmp_path.name}x-1-a")
    for file in (marked, like_it):
        file.touch()

    guardian.remove(str(tmp_path / f"engine-{tmp_path.name}"))

    assert (marked.exists(), like_it.exists()) == (False, True)
    like_it.unlink()
