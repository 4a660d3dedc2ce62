"""A named pipe, as targets get it in simulation: a path, and what ``open`` makes of it.

What is simulated is who has it open, which is what a lifeline is for; nobody writes into it.
"""

from __future__ import annotations

from typing import Any

from ....models.messages import Endpoint
from ....models.model import Operation
from ..here import here, number, perform
from ..refusal import NotSimulated
from ..system import KERNEL
from ..world import World


class Fifo:
    """The path, a text like any other."""

    def __new__(cls, world: World, key: object, label: str) -> Any:
        path = f"/simulated/{label}"
        pipe = world.number(("pipe", key))
        world.settle(KERNEL, number(), Operation("fifo", (pipe,)))
        world.fifos[path] = pipe
        world.endpoints[pipe, 0] = world.endpoints[pipe, 1] = label
        return path


class OpenFifo:
    """One end of it, as the file that a process has opened."""

    def __init__(self, path: str, end: Endpoint) -> None:
        self.name = path
        self.end = end
        self.closed = False

    def __hash__(self) -> int:
        return hash((self.name, self.end))

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            perform(KERNEL, Operation("close", (self.end,)))

    def read(self, size: int = -1) -> str:
        """The end of file, once it comes."""
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        perform(KERNEL, Operation("wait", (self.end,)))
        return ""

    def __getattr__(self, name: str) -> Any:
        raise NotSimulated(f"{name} of the named pipe {self.name}")

    def __enter__(self) -> OpenFifo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def opened(path: str, mode: str) -> OpenFifo:
    """Open a named pipe to read or to write; this waits until somebody opens it the other way."""
    if mode.rstrip("bt") not in ("r", "w", "a", ""):
        raise NotSimulated(f"opening {path} as {mode!r}")
    end = here.world.fifos[path], 0 if mode.rstrip("bt") in ("r", "") else 1
    perform(KERNEL, Operation("open", (end,)))
    return OpenFifo(path, end)
