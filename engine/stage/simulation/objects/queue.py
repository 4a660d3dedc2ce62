"""``multiprocessing.Queue`` and ``JoinableQueue``, as targets get them in simulation."""

from __future__ import annotations

from functools import cache
from multiprocessing import queues
from typing import Any

from ....models.channel import HEADER
from ....models.model import Operation
from ....models.queue import Loose, Packed, State
from ....models.queue import Queue as Model
from ..here import here, number, perform
from ..payload import as_bytes, is_plain, pack, unpack
from ..world import World
from .left import left
from .queueing import Joining, Queueing
from .shared import patience_of


class Queue(Queueing, queues.Queue):  # type: ignore[type-arg]
    """``is_exact`` and ``is_fine`` are the model's: which of its steps are told apart."""

    _is_joinable = False
    is_lasting = True

    def __init__(
        self, world: World, key: object, label: str, maxsize: int = 0, is_exact: bool = True, is_fine: bool = False
    ) -> None:
        self.cell = world.add_cell(key, label, _model(maxsize, self._is_joinable, is_exact, is_fine or world.is_fine))

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        process = number()
        self._check_open(process)
        item: Packed | Loose
        if is_plain(obj):
            load, size = pack(obj, process)
            item = Packed(load, size + HEADER)
        else:
            item = Loose(obj)
        patience_s = patience_of(block, timeout)
        perform(self.cell, Operation("put", (item,), patience_s, patience_s == 0))
        if len(self._state.buffers[process].items) + self._state.buffers[process].fed == 1:
            putter = here.strand.process  # type: ignore[union-attr]
            putter.feeders.append(self)
            here.world.add_background(putter, self.cell, _FEED)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        process = number()
        self._check_open(process)
        patience_s = patience_of(block, timeout)
        if patience_s is None:
            return unpack(perform(self.cell, _GET), process)
        return unpack(perform(self.cell, Operation("get", (), patience_s, patience_s == 0)), process)

    def put_nowait(self, obj: Any) -> None:
        self.put(obj, False)

    def close(self) -> None:
        process = number()
        if process in self._state.buffers and process not in self._state.closed:
            perform(self.cell, _CLOSE)
        else:
            here.world.settle(self.cell, process, _CLOSE)

    def join_thread(self) -> None:
        process = number()
        assert process in self._state.closed, f"Queue {self!r} not closed"
        if process in self._state.buffers and process not in self._state.cancelled:
            perform(self.cell, _JOIN_THREAD)

    def cancel_join_thread(self) -> None:
        here.world.settle(self.cell, number(), _CANCEL_JOIN_THREAD)

    def end_feeder(self) -> None:
        """What a process does first as it ends: tell the feeder to write what there is, and to end too."""
        if number() in self._state.buffers:
            self.close()

    def join_feeder(self) -> None:
        """What a process does last as it ends: wait for its feeder."""
        if number() in self._state.buffers:
            self.join_thread()

    def final(self) -> list[object]:
        """The items that nobody got; those of the parent's own buffer, too, which its feeder still writes."""
        state = self._state
        held = [_load_of(item) for item in state.buffers[0].items] if 0 in state.buffers else []
        return left([*here.world.models[self.cell].final(state), *held])  # type: ignore[misc]

    @property
    def _state(self) -> State:
        state: State = here.world.states[self.cell]
        return state

    def _check_open(self, process: int) -> None:
        if process in self._state.closed:
            raise ValueError(f"Queue {self!r} is closed")


class JoinableQueue(Joining, Queue, queues.JoinableQueue):  # type: ignore[type-arg]
    _is_joinable = True


@cache
def _model(maxsize: int, is_joinable: bool, is_exact: bool, is_fine: bool) -> Model:
    return Model(maxsize, pack, as_bytes, is_joinable, is_exact, is_fine)


def _load_of(item: Packed | Loose) -> Any:
    return item.load if isinstance(item, Packed) else item.item


_FEED = Operation("feed")
_GET = Operation("get")
_CLOSE = Operation("close")
_JOIN_THREAD = Operation("join_thread")
_CANCEL_JOIN_THREAD = Operation("cancel_join_thread")
