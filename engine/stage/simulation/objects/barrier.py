"""``multiprocessing.Barrier``, as targets get it in simulation."""

from __future__ import annotations

import threading
from multiprocessing import synchronize

from ....models.barrier import Barrier as Model
from ....models.barrier import FineBarrier
from ....models.model import Operation
from ..here import here, perform
from ..world import World
from .shared import Shared, seconds

_RESET = Operation("reset")
_ABORT = Operation("abort")
_N_WAITING = Operation("n_waiting")
_BROKEN = Operation("broken")


class Meeting(Shared):
    """What all barriers have: their parties, and how long they wait unless told otherwise."""

    _parties: int
    _timeout: float | None

    def wait(self, timeout: float | None = None) -> int:
        patience_s = seconds(self._timeout if timeout is None else timeout)
        index: int = perform(self.cell, Operation("wait", (patience_s,)))
        return index

    def reset(self) -> None:
        perform(self.cell, _RESET)

    def abort(self) -> None:
        perform(self.cell, _ABORT)

    @property
    def parties(self) -> int:
        return self._parties

    @property
    def n_waiting(self) -> int:
        count: int = perform(self.cell, _N_WAITING)
        return count

    @property
    def broken(self) -> bool:
        broken: bool = perform(self.cell, _BROKEN)
        return broken


class Barrier(Meeting, synchronize.Barrier):
    is_lasting = True

    def __init__(self, world: World, key: object, label: str, parties: int, timeout: float | None = None) -> None:
        self._parties, self._timeout = parties, timeout
        model = FineBarrier(parties) if world.is_fine else Model(parties)
        self.cell = world.add_cell(key, label, model)

    def __repr__(self) -> str:
        if here.strand is None or "__repr__" not in vars(threading.Barrier):  # As it is up to Python 3.10.
            return super().__repr__()
        seen = "broken" if self.broken else f"waiters={self.n_waiting}/{self.parties}"
        return f"<multiprocessing.synchronize.Barrier at {self._address:#x}: {seen}>"
