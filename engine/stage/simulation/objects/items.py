"""What a process has put into a queue, and may change until the feeder has pickled it.

In reality a feeder pickles whenever it likes, also while its process is in the middle of changing the item; here it
does so only where that process stands before an operation. So whenever the feeder could pickle an item there that was
another one before the last operation, there may be something in between that no schedule shows: who changes it in two
moves leaves it half changed for a while. That there was one move alone cannot be told from outside, so it is not
certain then either. What is changed and changed back between two operations is not noticed: that would take a look
after every instruction.
"""

from __future__ import annotations

import threading
import types
from typing import Any

from ....models.model import Operation
from ....models.queue import Loose, State
from ..freezing import Freezer, Incomparable
from ..here import go_on, here, outside
from ..payload import pack
from ..process import Process
from ..refusal import NotSimulated
from ..strand import Strand

_HALF_CHANGED = "a target changes an item that it has put, and its feeder may send it half changed"


class Item:
    """``value``, which the running process puts into the queue in ``cell``."""

    __slots__ = ("_cell", "_is_changed", "_looks", "_packed", "_process", "value")

    def __init__(self, value: Any, cell: int) -> None:
        strand = here.strand
        if strand is None:
            raise outside()
        if type(strand.trap) is not Lookout:
            strand.trap = Lookout(strand)
        self.value = value
        self._cell = cell
        self._process = strand.process
        self._looks: object = None
        self.look()
        self._is_changed = False

    def look(self) -> None:
        """Its process, the one that runs, is about to do something, and has perhaps changed it."""
        # As its feeder would, and not as the process itself: what pickling does is not done by that.
        strand, here.strand = here.strand, None
        try:
            self._packed = _packed(self.value, self._process.number)
            looks = _looks(self.value, self._packed, self._process)
        finally:
            here.strand = strand
        self._is_changed, self._looks = looks != self._looks, looks

    def pack(self) -> tuple[Any, int]:
        """As ``payload.pack``: its feeder could do so."""
        if self._is_changed and self._is_in_buffer():
            here.world.doubts.add(_HALF_CHANGED)
        if isinstance(self._packed, Exception):
            raise self._packed.with_traceback(None)
        return self._packed

    def _is_in_buffer(self) -> bool:
        """Who searches also asks what a feeder would have done long ago, when an item may have been another."""
        return any(one.item is self for one in loose(self._cell, self._process.number))


class Lookout:
    """Stands in the way of all that ``strand`` does to what is shared, and before that looks at what it has put."""

    __slots__ = ("_beyond", "_process")

    def __init__(self, strand: Strand) -> None:
        self._beyond = strand.trap
        self._process = strand.process

    def perform(self, cell: int, operation: Operation) -> Any:
        self._look()
        return go_on(cell, operation) if self._beyond is None else self._beyond.perform(cell, operation)

    def pass_over(self, name: str) -> None:
        if self._beyond is not None:
            self._beyond.pass_over(name)

    def _look(self) -> None:
        for queue in self._process.feeders:
            for one in loose(queue.cell, self._process.number):
                one.item.look()


def loose(cell: int, process: int) -> list[Loose]:
    """What of ``process`` may still change of what lies in its buffer of the queue in ``cell``."""
    state: State = here.world.states[cell]
    buffer = state.buffers.get(process)
    return [] if buffer is None else [one for one in buffer.waiting() if isinstance(one, Loose)]


def pack_item(item: Item, process: int) -> tuple[Any, int]:
    return item.pack()


def _packed(value: Any, process: int) -> tuple[Any, int] | Exception:
    try:
        return pack(value, process)
    except Exception as error:
        return error.with_traceback(None)
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:  # It is the end of that thread.
        raise NotSimulated(f"{type(error).__name__} in what pickles an item, in a queue's feeder thread") from None


def _looks(value: Any, packed: tuple[Any, int] | Exception, process: Process) -> object:
    """What is another one if ``value`` has changed.

    An error says too little: between two that are the same, it may have been something that can be pickled. Where
    nothing says enough, it is always another one.
    """
    if not isinstance(packed, Exception):
        return packed
    if type(value) in _NEVER_PICKLED:
        return type(packed)
    try:
        return type(packed), Freezer(process).freeze(value)
    except (Incomparable, RecursionError):
        return object()


_NEVER_PICKLED = frozenset({types.GeneratorType, types.CoroutineType, type(threading.Lock())})
"""Types whose objects cannot be pickled, whatever happens to them."""
