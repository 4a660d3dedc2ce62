"""``multiprocessing.Barrier``, as targets get it in simulation."""

from __future__ import annotations

from multiprocessing import synchronize

from ....models.barrier import Barrier as Model
from ....models.barrier import FineBarrier
from ....models.model import Operation
from ..here import perform
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

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Barrier(Meeting, synchronize.Barrier):
    is_lasting = True

    def __init__(self, world: World, key: object, label: str, parties: int, timeout: float | None = None) -> None:
        self._parties, self._timeout = parties, timeout
        model = FineBarrier(parties) if world.is_fine else Model(parties)
        self.cell = world.add_cell(key, label, model)
