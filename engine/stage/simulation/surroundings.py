"""What of the interpreter is as each process has made it: its modules, and what it has in the place of ``sys.stdout``.

The interpreter is one for all processes, so this is put in its place whenever one goes on.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from .here import here
from .process import Process


class Surroundings:
    """Those of one process. ``modules`` are where pickling, and who looks into ``sys.modules``, finds them."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._modules = modules
        self._streams: tuple[Any, Any] | None = None

    def enter(self) -> None:
        """It goes on."""
        sys.modules.update(self._modules)
        if self._streams is not None:
            sys.stdout, sys.stderr = self._streams

    def leave(self) -> None:
        """It stands before its next operation, and has other streams than everybody has at first."""
        self._streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = here.stdout, here.stderr


def surroundings_of(process: Process) -> Surroundings:
    if process.surroundings is None:
        process.surroundings = Surroundings(process.modules)
    return process.surroundings  # type: ignore[no-any-return]
