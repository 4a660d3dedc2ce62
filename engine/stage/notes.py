"""What a process of the run writes down for who comes after it: an empty file in the run's folder, whose name says all.

A name needs no writing that a kill could tear, and no lock.
"""

from __future__ import annotations

import os
from contextlib import suppress


def leave(path: str) -> None:
    """Leave a note. Does nothing where the run's folder is gone, for who has outlived it."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def take_away(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
