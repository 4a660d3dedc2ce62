"""What is made in shared memory under a name leaves a note until it is unlinked."""

from __future__ import annotations

import os
from pathlib import Path

from engine.stage import blocks
from tests.processes_support import in_shared_memory, python

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


KILLED = """
import os, sys
import _multiprocessing, _posixshmem
from multiprocessing import shared_memory
from engine.stage import blocks

make = _posixshmem.shm_open
def killed_when_it_is_made(path, flags, *given, **keywords):
    make(path, flags, *given, **keywords)
    os.kill(os.getpid(), 9)

class SemLock(_multiprocessing.SemLock):
    def __new__(cls, *given):
        super().__new__(cls, *given)
        os.kill(os.getpid(), 9)

_posixshmem.shm_open, _multiprocessing.SemLock = killed_when_it_is_made, SemLock
blocks.announce(sys.argv[1])
if os.fork() == 0:
    shared_memory.SharedMemory(sys.argv[2], create=True, size=1)
if os.fork() == 0:
    _multiprocessing.SemLock(1, 1, 1, f"/{sys.argv[2]}", False)
print([os.WTERMSIG(os.wait()[1]) for _ in range(2)])
"""


def test_what_was_just_made_when_its_process_was_killed_is_removed_and_named(tmp_path: Path) -> None:
    name = f"engine-test-{os.getpid()}"
    assert python(KILLED, str(tmp_path), name) == "[9, 9]\n"
    assert (Path("/dev/shm") / name).stat().st_size == 0

    left = blocks.remove_left(str(tmp_path))

    assert left == [f"shared memory {name}", f"semaphore sem.{name}"]
    assert in_shared_memory(name) == []


def test_what_somebody_else_has_made_before_is_left_to_him_when_its_second_maker_is_killed(tmp_path: Path) -> None:
    name = f"engine-test-{os.getpid()}"
    theirs = [Path(f"/dev/shm/{name}"), Path(f"/dev/shm/sem.{name}")]
    for path in theirs:
        path.touch()

    killed = python(
        KILLED.replace("    make(path", "    # make(path").replace("        super()", "        # super()"),
        str(tmp_path),
        name,
    )
    left = blocks.remove_left(str(tmp_path))

    assert (killed, left) == ("[9, 9]\n", [])
    for path in theirs:
        path.unlink()  # Raises if it is gone.


REFUSED = """
import os, sys
from multiprocessing import shared_memory
from engine.stage import blocks
blocks.announce(sys.argv[1])
try:
    shared_memory.SharedMemory("no/name", create=True, size=1)
except OSError:
    print(os.listdir(sys.argv[1]))
"""


def test_what_the_system_refuses_to_make_is_not_noted(tmp_path: Path) -> None:
    assert python(REFUSED, str(tmp_path)) == "[]\n"


def test_what_is_left_is_removed_and_named_whether_it_bears_the_mark_or_is_noted(tmp_path: Path) -> None:
    folder = tmp_path / "3"
    folder.mkdir()
    mark = blocks.mark(str(folder))
    names = [f"sem.{mark}-a", f"{mark}-b", f"sem.noted-{os.getpid()}", f"noted-{os.getpid()}"]
    for name in names:
        Path(f"/dev/shm/{name}").touch()
        if mark not in name:
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
