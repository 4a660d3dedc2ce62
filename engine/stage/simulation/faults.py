"""What goes wrong in a simulated run: to whom, and when.

A fault by the clock or anywhere is a strand of its own with one step to take, so that every moment is tried. One at an
operation strikes in the process that does it, just before the operation is its turn or just after it was.
"""

from __future__ import annotations

from typing import Any


def begin(life: Any) -> None:
    """Have the faults of a run come into it."""
