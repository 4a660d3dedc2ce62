"""``multiprocessing.Queue`` and ``JoinableQueue``, as targets get them in simulation."""

from __future__ import annotations

from functools import cache, lru_cache
from multiprocessing import queues
from typing import Any

from ....models.channel import HEADER
from ....models.model import Lasting, Operation
from ....models.queue import END, Loose, Packed, State
from ....models.queue import Queue as Model
from ..here import here, number, pass_over, perform
from ..lasting import is_told_by_value
from ..payload import as_bytes, is_plain, pack, unpack
from ..world import QUEUES, World
from .items import Item, pack_item
from .left import left
from .queueing import Joining, Queueing
from .shared import POLLS_S, patience_of


class Queue(Queueing, queues.Queue):  # type: ignore[type-arg]
    _is_joinable = False
    is_lasting = True

    def __init__(self, world: World, key: object, label: str, maxsize: int = 0) -> None:
        self._is_bounded = maxsize > 0
        model = _model(maxsize, self._is_joinable, world.is_exact(QUEUES), world.is_fine)
        self.cell = world.add_cell(key, label, model)

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        process = number()
        self._check_open(process)
        patience_s = patience_of(block, timeout)
        if patience_s is not None and self._is_bounded:
            here.world.looked_into.add(QUEUES)
        if patience_s is None and is_told_by_value(obj):
            operation: Operation = _kept(obj)
        else:
            item = _packed(obj, process) if is_plain(obj) else Loose(Item(obj, self.cell))
            operation = Operation("put", (item,), patience_s, patience_s == 0)
        self._begin_to_feed()  # Before, as CPython has it: whatever happens then, what was put is fed.
        perform(self.cell, operation)
        self.let_feeder_look()

    def _begin_to_feed(self) -> None:
        """Have a feeder, if there is none."""
        putter = here.strand.process  # type: ignore[union-attr]
        for queue in putter.feeders:
            if queue.cell == self.cell:
                return
        putter.feeders = (*putter.feeders, self)
        here.world.add_background(putter, self.cell, _FEED)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        process = number()
        self._check_open(process)
        patience_s = patience_of(block, timeout, POLLS_S)
        if patience_s is None:
            return unpack(perform(self.cell, _GET), process)
        here.world.looked_into.add(QUEUES)
        return unpack(perform(self.cell, Operation("get", (), patience_s, patience_s == 0)), process)

    def put_nowait(self, obj: Any) -> None:
        self.put(obj, False)

    def close(self) -> None:
        process = number()
        if here.world.is_exact(QUEUES) and process in self._state.buffers and process not in self._state.closed:
            perform(self.cell, _CLOSE)
        else:
            here.world.settle(self.cell, process, _CLOSE)

    def join_thread(self) -> None:
        process = number()
        assert process in self._state.closed, f"Queue {self!r} not closed"
        self.join_feeder()

    def cancel_join_thread(self) -> None:
        here.world.settle(self.cell, number(), _CANCEL_JOIN_THREAD)

    def let_feeder_look(self) -> None:
        """A moment in which the feeder may pickle what its process may change next."""
        if self._has_loose(number()):
            perform(self.cell, _LINGER)

    def end_process(self) -> None:
        """From now on, a feeder that fails gives up."""
        process = number()
        if self._has_loose(process):
            here.world.life.ends_while_feeding |= process == 0
            perform(self.cell, _EXITING)

    def _has_loose(self, process: int) -> bool:
        buffer = self._state.buffers.get(process)
        return buffer is not None and buffer.loose > 0

    def join_feeder(self) -> None:
        """Wait until all is written: also what a process does last as it ends."""
        process = number()
        if process in self._state.buffers and process not in self._state.cancelled:
            perform(self.cell, _JOIN_THREAD)

    def has_unwritten(self, process: int) -> bool:
        """Whether its feeder has something to write, or is in the middle of it."""
        buffer = self._state.buffers.get(process)
        return buffer is not None and (bool(buffer.items) or self._state.pipe.writer == process)

    def is_left_behind(self) -> bool:
        """Whether the running process does not wait for its feeder."""
        return number() in self._state.cancelled

    def final(self) -> list[object]:
        """The items that nobody got; those of the parent's own buffer, too, which its feeder still writes."""
        state = self._state
        waiting = state.buffers[0].waiting() if 0 in state.buffers else ()
        held = [_load_of(item) for item in waiting if item is not END]
        return left([*here.world.models[self.cell].final(state), *held])  # type: ignore[misc]

    @property
    def _state(self) -> State:
        state: State = here.world.states[self.cell]
        return state

    def _look(self, operation: Operation) -> Any:
        here.world.looked_into.add(QUEUES)
        return perform(self.cell, operation)

    def _check_open(self, process: int) -> None:
        if process in self._state.closed:
            pass_over(here.world.labels[self.cell])
            raise ValueError(f"Queue {self!r} is closed")


class JoinableQueue(Joining, Queue, queues.JoinableQueue):  # type: ignore[type-arg]
    _is_joinable = True


@cache
def _model(maxsize: int, is_joinable: bool, is_exact: bool, is_fine: bool) -> Model:
    return Model(maxsize, pack_item, as_bytes, is_joinable, is_exact, is_fine)


def _packed(obj: Any, process: int) -> Packed:
    load, size = pack(obj, process)
    return Packed(load, size + HEADER)


@lru_cache(maxsize=4096, typed=True)
def _kept(obj: Any) -> Lasting:
    """The operation that puts what is told by its value."""
    return Lasting("put", (_packed(obj, 0),))


def _load_of(item: Packed | Loose) -> Any:
    return item.load if isinstance(item, Packed) else item.item.value


_FEED = Lasting("feed")
_LINGER = Lasting("linger")
_EXITING = Lasting("exiting")
_GET = Lasting("get")
_CLOSE = Lasting("close")
_JOIN_THREAD = Lasting("join_thread")
_CANCEL_JOIN_THREAD = Lasting("cancel_join_thread")
