"""``multiprocessing.Queue``: a bounded count of items, a buffer and a feeder thread in each process that puts, and a
pipe with a lock at each end.

Source: CPython, Lib/multiprocessing/queues.py, the same from 3.10 to 3.13 in all that is said here.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from .channel import HEADER
from .chunks import Chunks, added, with_first, without_first
from .frames import Dump
from .joinable import NOBODY, Unfinished
from .locked_pipe import LockedPipe, Part, Pipe
from .messages import messages_left
from .model import (
    ADD,
    BLOCKED,
    NEED,
    OVER,
    READ,
    WRITE,
    Blocked,
    Done,
    Operation,
    Raised,
    Step,
    Then,
    Touches,
    memory_of,
)
from .table import Table

SEM_VALUE_MAX = 2**31 - 1

Pack = Callable[[Any, int], "tuple[Any, int]"]
"""Pickles an item of a process: what arrives of it, and its length in bytes. Raises whatever pickling raises."""


class Packed(NamedTuple):
    """An item in a buffer that cannot change any more: what will be written, and how many bytes it takes."""

    load: Any
    size: int


class Loose:
    """An item in a buffer that its process may change still, until the feeder pickles it."""

    __slots__ = ("item",)

    def __init__(self, item: Any) -> None:
        self.item = item


END = Packed(None, 0)
"""What ``close`` puts into the buffer, so that the feeder ends after all the rest: only a look can tell when."""


class Buffer(NamedTuple):
    """What one process has put and its feeder has not written; ``put`` counts all that it ever put, and ``fed`` what
    the feeder has dealt with; ``loose`` is how many it has yet to pickle."""

    items: Chunks = ()
    put: int = 0
    fed: int = 0
    loose: int = 0

    def waiting(self) -> Iterator[Packed | Loose]:
        return chain.from_iterable(self.items)


class State(NamedTuple):
    """``puts`` is how many permits were ever taken, ``gets`` how many were given back. ``buffers`` are by process, from
    its first put on; ``closed``, ``cancelled``, ``shut`` (the feeder has ended) and ``exiting`` are processes."""

    pipe: Pipe = Pipe()
    puts: int = 0
    gets: int = 0
    buffers: Table[int, Buffer] = Table()
    closed: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()
    shut: frozenset[int] = frozenset()
    unfinished: Unfinished = NOBODY
    exiting: frozenset[int] = frozenset()


_LOOKS_AT_PERMITS: Touches = (("puts", READ), ("gets", READ))


class Queue:
    """State: ``State``. ``is_joinable`` is ``JoinableQueue``.

    ``is_exact`` has every step that another process can tell from the outside, by a look (``empty``, ``full``,
    ``qsize``) or a try (``get_nowait``, a time-out); ``is_fine`` every one that a killed process may stop at.
    """

    def __init__(
        self,
        maxsize: int,
        pack: Pack,
        dump: Dump = bytes,
        is_joinable: bool = False,
        is_exact: bool = True,
        is_fine: bool = False,
    ) -> None:
        self._most = maxsize if maxsize > 0 else SEM_VALUE_MAX
        self._is_bounded = maxsize > 0
        self._pack = pack
        self._dump = dump
        self._is_joinable = is_joinable
        self._is_exact = is_exact or is_fine
        self._pipe = LockedPipe(dump, is_exact, is_fine)
        names = (
            *("put", "count", "feed", "write", "write_on", "let_go", "get", "receive", "give_back", "release"),
            *("empty", "full", "qsize", "close", "cancel_join_thread", "join_thread", "task_done", "join"),
            *("notice", "sleep", "linger", "exiting"),
        )
        self._steps: dict[str, Callable[[State, int, Operation], Step]] = {
            name: getattr(self, f"_{name}") for name in names
        }

    def initial(self) -> State:
        return State()

    def step(self, state: State, process: int, operation: Operation) -> Step:
        return self._steps[operation.name](state, process, operation)

    def final(self, state: State) -> object:
        return messages_left(state.pipe.channel, self._dump)

    def interrupted(self, operation: Operation) -> Operation | None:
        match operation.name, operation.arguments:
            case ("count", _) | ("release", (_, False)):
                return OVER
            case "release", (load, True):
                return Operation("give_back", (load, True))
            case "sleep", _:
                return Operation("sleep", ("interrupted",))
        return self._pipe.interrupted(operation)

    # What puts

    def _put(self, state: State, process: int, operation: Operation) -> Step:
        """Argument: the item, ``Packed`` or ``Loose``."""
        if state.puts - state.gets >= self._most:
            return Raised(state, queue.Full(), _LOOKS_AT_PERMITS) if operation.is_late else BLOCKED
        touches = self._takes_permit(state)
        taken = State(state.pipe, state.puts + 1, *state[2:])
        if not self._is_joinable:
            return _put_into_buffer(taken, process, operation.arguments[0], touches)
        if self._is_exact:
            return Then(taken, Operation("count", operation.arguments), touches)
        if state.unfinished.noticer is not None:
            return Then(taken, Operation("count", operation.arguments), (*touches, ("unfinished", READ)))
        counted, looks = taken.unfinished.more()
        return _put_into_buffer(taken._replace(unfinished=counted), process, operation.arguments[0], (*touches, *looks))

    def _takes_permit(self, state: State) -> Touches:
        """Without a bound, nobody can tell who came first. With one, it is told by who finds it full; and beyond it,
        each needs what a certain ``get`` has given back."""
        if not self._is_bounded:
            return (("puts", ADD),)
        if state.puts < self._most:
            return (("puts", WRITE),)
        return (("puts", WRITE), (("permit", state.puts - self._most), READ))

    def _gives_permit(self, state: State) -> Touches:
        return (("gets", ADD), (("permit", state.gets), WRITE)) if self._is_bounded else (("gets", ADD),)

    def _count(self, state: State, process: int, operation: Operation) -> Step:
        if state.unfinished.noticer is not None:
            return BLOCKED
        counted, touches = state.unfinished.more()
        return _put_into_buffer(state._replace(unfinished=counted), process, operation.arguments[0], touches)

    # What feeds

    def _feed(self, state: State, process: int, operation: Operation) -> Step:
        """What the feeder thread does with the first item of the buffer."""
        items, put, fed, loose = state.buffers.get(process) or _EMPTY
        if not items:
            return BLOCKED
        item = items[0][0]
        takes: Touches = ((("item", process, fed), NEED), (("feeder", process), WRITE))
        if isinstance(item, Loose):
            return self._pickle(state, process, item, takes)
        rest = Buffer(without_first(items), put, fed + 1, loose)
        if item is END:
            return Done(_fed(state, process, rest)._replace(shut=state.shut | {process}), None, takes)
        part = self._pipe.write(state.pipe, process, item.load, item.size, takes)
        return BLOCKED if isinstance(part, Blocked) else _step(_fed(state, process, rest), part)

    def _pickle(self, state: State, process: int, item: Loose, takes: Touches) -> Step:
        items, put, fed, loose = state.buffers[process]
        touches = (memory_of(process), *takes)
        try:
            load, size = self._pack(item.item, process)
        except Exception as error:
            if process in state.exiting:
                # It may be that nothing works any more, so it says nothing, and writes nothing more.
                ended = _fed(state, process, Buffer((), put, put))
                return Done(ended._replace(shut=state.shut | {process}), None, touches)
            # As the feeder's own handler has it: the item is lost, and its permit given back.
            rest = Buffer(without_first(items), put, fed + 1, loose - 1)
            lost = _fed(state, process, rest)._replace(gets=state.gets + 1)
            return Raised(lost, error, (*touches, *self._gives_permit(state)))
        ready = Buffer(with_first(items, Packed(load, size + HEADER)), put, fed, loose - 1)
        return Done(_fed(state, process, ready), None, touches)

    def _write(self, state: State, process: int, operation: Operation) -> Step:
        return self._write_on(state, process, operation)

    def _write_on(self, state: State, process: int, operation: Operation) -> Step:
        load, size, start = operation.arguments
        return _step(state, self._pipe.write_on(state.pipe, load, size, start, _feeder(process, WRITE)))

    def _let_go(self, state: State, process: int, operation: Operation) -> Step:
        return _step(state, self._pipe.let_go(state.pipe, _feeder(process, WRITE)))

    # What gets

    def _get(self, state: State, process: int, operation: Operation) -> Step:
        return self._got(state, self._pipe.get(state.pipe, process, operation))

    def _receive(self, state: State, process: int, operation: Operation) -> Step:
        _, keeps_lock = operation.arguments
        step = self._got(state, self._pipe.receive(state.pipe, operation))
        if keeps_lock and isinstance(step, Then) and step.operation.name == "give_back":
            return step._replace(operation=Operation("release", (*step.operation.arguments, keeps_lock)))
        return step

    def _give_back(self, state: State, process: int, operation: Operation) -> Step:
        load, is_over = operation.arguments[0], operation.arguments[1:] == (True,)
        part = self._pipe.give_back(state.pipe, load)
        return _step(state, part) if is_over else self._got(state, part)

    def _got(self, state: State, part: Part | Blocked) -> Step:
        step = _step(state, part)
        if not isinstance(step, Done):
            return step
        if self._is_exact:
            return Then(step.state, Operation("release", (step.result, False)), step.touches)
        return self._released(step.state, step.result, step.touches)

    def _release(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: what was received, and whether the lock is still to be given back."""
        load, keeps_lock = operation.arguments
        step = self._released(state, load, ())
        return Then(step.state, Operation("give_back", (load, True)), step.touches) if keeps_lock else step

    def _released(self, state: State, load: Any, touches: Touches) -> Done:
        given = State(state.pipe, state.puts, state.gets + 1, *state[3:])
        return Done(given, load, (*touches, *self._gives_permit(state)))

    # What looks

    def _empty(self, state: State, process: int, operation: Operation) -> Step:
        is_empty, touches = self._pipe.is_empty(state.pipe)
        if process not in state.closed or process not in state.buffers:
            return Done(state, is_empty, touches)
        looks = _feeder(process, READ)
        if process in state.shut:
            return Raised(state, OSError("handle is closed"), looks)
        return Done(state, is_empty, (*looks, *touches))

    def _full(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state, state.puts - state.gets >= self._most, _LOOKS_AT_PERMITS)

    def _qsize(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state, state.puts - state.gets, _LOOKS_AT_PERMITS)

    # What ends

    def _close(self, state: State, process: int, operation: Operation) -> Step:
        """Only the process itself is concerned; and its feeder, if there is one."""
        if process in state.closed:
            return Done(state, None, ())
        closed = state._replace(closed=state.closed | {process})
        if process not in state.buffers or not self._is_exact:
            return Done(closed, None, ())
        return _put_into_buffer(closed, process, END, ())

    def _cancel_join_thread(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(cancelled=state.cancelled | {process}), None, ())

    def _join_thread(self, state: State, process: int, operation: Operation) -> Step:
        """Wait until the feeder has written everything; a process does so at its end, too."""
        if process in state.cancelled or process not in state.buffers:
            return Done(state, None, ())
        if state.buffers[process].items or state.pipe.writer == process:
            return BLOCKED
        return Done(state, None, _feeder(process, NEED))

    def _linger(self, state: State, process: int, operation: Operation) -> Step:
        """Nothing: but what a process does next comes after it, and its feeder may be before."""
        return Done(state, None, ())

    def _exiting(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(exiting=state.exiting | {process}), None, _feeder(process, WRITE))

    # What is joinable

    def _task_done(self, state: State, process: int, operation: Operation) -> Step:
        return _counted(state, state.unfinished.task_done(process))

    def _join(self, state: State, process: int, operation: Operation) -> Step:
        return _counted(state, state.unfinished.join(process))

    def _sleep(self, state: State, process: int, operation: Operation) -> Step:
        return _counted(state, state.unfinished.sleep(process, is_interrupted=bool(operation.arguments)))

    def _notice(self, state: State, process: int, operation: Operation) -> Step:
        return _counted(state, state.unfinished.notice())


_EMPTY = Buffer()


def _put_into_buffer(state: State, process: int, item: Packed | Loose, touches: Touches) -> Done:
    items, put, fed, loose = state.buffers.get(process) or _EMPTY
    grown = _fed(state, process, Buffer(added(items, put, item), put + 1, fed, loose + isinstance(item, Loose)))
    return Done(grown, None, (*touches, (("item", process, put), WRITE)))


def _feeder(process: int, mode: int) -> Touches:
    return ((("feeder", process), mode),)


def _fed(state: State, process: int, buffer: Buffer) -> State:
    return State(state.pipe, state.puts, state.gets, state.buffers.but(process, buffer), *state[4:])


def _step(state: State, part: Part | Blocked) -> Step:
    if isinstance(part, Blocked):
        return BLOCKED
    moved = state if part.pipe is state.pipe else State(part.pipe, *state[1:])
    if part.is_empty:
        return Raised(moved, queue.Empty(), part.touches)
    if part.then is not None:
        return Then(moved, part.then, part.touches)
    return Done(moved, part.result, part.touches)


def _counted(state: State, step: Step) -> Step:
    """The step of the counter, as one of the whole."""
    if isinstance(step, Blocked):
        return step
    whole = state if step.state is state.unfinished else state._replace(unfinished=step.state)
    return step._replace(state=whole)
