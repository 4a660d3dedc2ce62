"""Blocks of shared memory leave a note until they are unlinked."""

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


def test_any_name_can_be_noted(tmp_path: Path) -> None:
    for name in ("a", "/b/c%2Fd"):
        (tmp_path / os.path.basename(blocks._note("", name))).touch()
    (tmp_path / "something else").touch()

    assert blocks.noted(str(tmp_path)) == ["a", "b/c%2Fd"]
