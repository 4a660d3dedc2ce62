"""``multiprocessing.SimpleQueue``, as targets get it in simulation."""

from __future__ import annotations

from multiprocessing import queues
from typing import Any

from ....models.channel import HEADER
from ....models.model import Lasting, Operation
from ....models.simple_queue import REFUSED
from ....models.simple_queue import SimpleQueue as Model
from ..here import here, number, pass_over, perform
from ..payload import as_bytes, pack, unpack
from ..world import QUEUES, World
from .left import left
from .shared import Shared


class SimpleQueue(Shared, queues.SimpleQueue):  # type: ignore[type-arg]
    def __init__(self, world: World, key: object, label: str) -> None:
        self.cell = world.add_cell(key, label, Model(as_bytes, world.is_exact(QUEUES), world.is_fine))
        self._closed_in: set[int] = set()

    def put(self, obj: Any) -> None:
        process = number()
        try:
            load, size = pack(obj, process)
        except Exception:
            pass_over(here.world.labels[self.cell])
            raise
        if process in self._closed_in:
            here.world.looked_into.add(QUEUES)
            perform(self.cell, _REFUSED_PUT)
        perform(self.cell, Operation("put", (load, size + HEADER)))

    def get(self) -> Any:
        process = number()
        if process in self._closed_in:
            here.world.looked_into.add(QUEUES)
            perform(self.cell, _REFUSED_GET)
        return unpack(perform(self.cell, _GET), process)

    def empty(self) -> bool:
        if number() in self._closed_in:
            pass_over(here.world.labels[self.cell])
            raise OSError("handle is closed")
        is_empty: bool = perform(self.cell, _EMPTY)
        return is_empty

    def close(self) -> None:
        """Both ends, for this process alone: whoever reads holds the writing end, and whoever writes the reading one,
        so nobody else notices."""
        self._closed_in.add(number())

    def final(self) -> list[object]:
        return left(here.world.models[self.cell].final(here.world.states[self.cell]))  # type: ignore[arg-type]


_GET = Lasting("get")
_REFUSED_GET = Lasting("get", (REFUSED,))
_REFUSED_PUT = Lasting("put", (REFUSED,))
_EMPTY = Lasting("empty")
