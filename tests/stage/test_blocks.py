"""What is made in shared memory under a name leaves a note until it is unlinked."""

from __future__ import annotations

import os
from pathlib import Path

from engine.stage import blocks
from tests.processes_support import python

NOTING = """
import os, sys
from multiprocessing import resource_tracker, shared_memory
from engine.stage import blocks
resource_tracker.register = resource_tracker.unregister = lambda *_: None
blocks.announce(sys.argv[1])
blocks.announce(sys.argv[1])
name = f"engine-test-{os.getpid()}"
block = shared_memory.SharedMemory(name, create=True, size=1)
print(blocks.noted(sys.argv[1]) == [name])
shared_memory.SharedMemory(name).close()
print(len(blocks.noted(sys.argv[1])))
block.close()
block.unlink()
print(blocks.noted(sys.argv[1]))
"""


def test_a_block_is_noted_from_its_making_to_its_unlinking(tmp_path: Path) -> None:
    assert python(NOTING, str(tmp_path)) == "True\n1\n[]\n"


NOTING_SEMAPHORES = """
import multiprocessing, os, sys
import _multiprocessing
from engine.stage import blocks
blocks.announce(sys.argv[1])
blocks.announce(sys.argv[1])
name = f"engine-test-{os.getpid()}"
made = _multiprocessing.SemLock(1, 1, 1, f"/{name}", False)
print(blocks.noted(sys.argv[1]) == [f"sem.{name}"], type(made).__name__, made.acquire(), made._is_zero())
_multiprocessing.sem_unlink(f"/{name}")
print(blocks.noted(sys.argv[1]))
lock = multiprocessing.get_context("fork").Lock()
print(blocks.noted(sys.argv[1]), type(lock._semlock).__module__, lock)
"""


def test_a_semaphore_is_noted_from_its_making_to_its_unlinking(tmp_path: Path) -> None:
    assert python(NOTING_SEMAPHORES, str(tmp_path)) == (
        "True SemLock True True\n[]\n[] _multiprocessing <Lock(owner=None)>\n"
    )


def test_what_is_left_is_removed_and_named_whether_it_bears_the_mark_or_is_noted(tmp_path: Path) -> None:
    folder = tmp_path / "3"
    folder.mkdir()
    mark = blocks.mark(str(folder))
    names = [f"sem.{mark}-a", f"{mark}-b", f"sem.noted-{os.getpid()}", f"noted-{os.getpid()}"]
    for name in names:
        Path(f"/dev/shm/{name}").touch()
        Path(folder, f"left-{name}").touch()
    (folder / "left-removed by now").touch()

    left = blocks.remove_left(str(folder))

    assert mark == f"{tmp_path.name}-3"
    assert sorted(left[:2]) == [f"semaphore sem.{mark}-a", f"shared memory {mark}-b"]
    assert left[2:] == [
        f"shared memory noted-{os.getpid()}",
        "shared memory removed by now",
        f"semaphore sem.noted-{os.getpid()}",
    ]
    assert not any(Path(f"/dev/shm/{name}").exists() for name in names)


def test_any_name_can_be_noted(tmp_path: Path) -> None:
    for name in ("a", "/b/c%2Fd"):
        (tmp_path / os.path.basename(blocks._note("", name, ""))).touch()
    (tmp_path / "something else").touch()

    assert blocks.noted(str(tmp_path)) == ["a", "b/c%2Fd"]


def test_of_very_much_that_is_left_the_rest_is_counted(tmp_path: Path) -> None:
    for number in range(1_002):
        (tmp_path / f"left-{number:04}").touch()

    assert blocks.remove_left(str(tmp_path))[-2:] == ["shared memory 0999", "2 more like these"]
