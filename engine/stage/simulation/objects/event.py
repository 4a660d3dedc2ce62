"""``multiprocessing.Event``, as targets get it in simulation."""

from __future__ import annotations

from multiprocessing import synchronize

from ....models.event import Event as Model
from ....models.event import FineEvent
from ....models.model import Lasting, Operation
from ..here import here, perform
from ..world import World
from .shared import Shared, seconds

_IS_SET = Lasting("is_set")
_SET = Lasting("set")
_CLEAR = Lasting("clear")
_WAIT = Lasting("wait")


class Flagging(Shared):
    """What all events have."""

    def is_set(self) -> bool:
        is_set: bool = perform(self.cell, _IS_SET)
        return is_set

    def set(self) -> None:
        perform(self.cell, _SET)

    def clear(self) -> None:
        perform(self.cell, _CLEAR)

    def wait(self, timeout: float | None = None) -> bool:
        patience_s = seconds(timeout)
        operation = _WAIT if patience_s is None else Operation("wait", (patience_s, patience_s == 0))
        is_set: bool = perform(self.cell, operation)
        return is_set


class Event(Flagging, synchronize.Event):
    is_lasting = True

    def __init__(self, world: World, key: object, label: str) -> None:
        self.cell = world.add_cell(key, label, FineEvent() if world.is_fine else Model())

    def __repr__(self) -> str:
        if here.strand is None or "__repr__" not in vars(synchronize.Event):  # As it is up to Python 3.10.
            return super().__repr__()
        return f"<Event at {self._address:#x} {'set' if self.is_set() else 'unset'}>"
