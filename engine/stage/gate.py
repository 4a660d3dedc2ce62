"""The start gate: everybody waits just before their target until all are there.

Two pipes and no lock: a process that dies on its way to the gate, or at it, cannot keep the others from passing.
"""

from __future__ import annotations

import os
import struct
from multiprocessing import reduction
from typing import Any

_NUMBER = struct.Struct("!I")


class Gate:
    """One process's side."""

    def __init__(self, number: int, arrivals: int, opening: int) -> None:
        self._number = number
        self._arrivals = arrivals
        self._opening = opening

    def __reduce__(self) -> tuple[Any, ...]:
        return _moved, (self._number, reduction.DupFd(self._arrivals), reduction.DupFd(self._opening))

    def arrive(self) -> None:
        """Say so, and wait until the gate opens."""
        os.write(self._arrivals, _NUMBER.pack(self._number))
        os.read(self._opening, 1)


class Keeper:
    """The parent's side: knows who has arrived, opens once."""

    def __init__(self) -> None:
        self.arrivals, self._arriving = os.pipe()
        self._opened, self._opening = os.pipe()
        self.arrived: set[int] = set()

    def gate(self, number: int) -> Gate:
        return Gate(number, self._arriving, self._opened)

    def see_arrivals(self) -> None:
        """Call when ``arrivals`` can be read. Each arrival was written whole."""
        self.arrived.update(number for (number,) in _NUMBER.iter_unpack(os.read(self.arrivals, _NUMBER.size * 1024)))

    def open(self) -> None:
        """Let everybody pass: one byte each, since closing would not reach through copies that forked children hold."""
        os.write(self._opening, b"." * len(self.arrived))


def _moved(number: int, arrivals: Any, opening: Any) -> Gate:
    return Gate(number, arrivals.detach(), opening.detach())
