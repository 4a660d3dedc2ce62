"""``multiprocessing.Queue``: a bounded count of items, a buffer and a feeder thread in each process that puts, and a
pipe with a lock at each end.

Source: CPython, Lib/multiprocessing/queues.py, the same from 3.10 to 3.13 in all that is said here.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any, NamedTuple

from .channel import PIPE_BYTES, Channel
from .model import ADD, BLOCKED, READ, WRITE, Blocked, Done, Operation, Raised, Step, Then, Touch

SEM_VALUE_MAX = 2**31 - 1

Pack = Callable[[Any], "tuple[Any, int]"]
"""Pickles an item: what arrives of it, and its length in bytes. Raises whatever pickling raises."""


class State(NamedTuple):
    """``permits`` is how many more items may be put, ``buffers`` what each process has put and its feeder has not
    written, ``reader`` and ``writer`` are who has the locks at the ends; ``closed`` and ``cancelled`` are processes."""

    permits: int
    channel: Channel
    buffers: tuple[tuple[int, tuple[Any, ...]], ...] = ()
    reader: int | None = None
    writer: int | None = None
    closed: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()
    unfinished: int = 0

    def buffer(self, process: int) -> tuple[Any, ...]:
        return next((items for owner, items in self.buffers if owner == process), ())

    def with_buffer(self, process: int, items: tuple[Any, ...]) -> State:
        others = tuple(one for one in self.buffers if one[0] != process)
        return self._replace(buffers=(*others, (process, items)) if items else others)


_LOOKS_AT_PERMITS: tuple[Touch, ...] = (("permits", READ),)
_LOOKS_AT_PIPE: tuple[Touch, ...] = (("emptiness", READ),)


class Queue:
    """State: ``State``. ``is_joinable`` is ``JoinableQueue``; ``is_fine`` has every step of its own that a killed
    process may stop at."""

    def __init__(self, maxsize: int, pack: Pack, is_joinable: bool = False, is_fine: bool = False) -> None:
        self._most = maxsize if maxsize > 0 else SEM_VALUE_MAX
        self._is_bounded = maxsize > 0
        self._pack = pack
        self._is_joinable = is_joinable
        self._is_fine = is_fine

    def initial(self) -> State:
        return State(self._most, Channel(PIPE_BYTES))

    def step(self, state: State, process: int, operation: Operation) -> Step:
        step: Step = getattr(self, f"_{operation.name}")(state, process, operation)
        return step

    def final(self, state: State) -> object:
        return [message.load for message in state.channel.messages if message.written == message.size]

    # What puts

    def _put(self, state: State, process: int, operation: Operation) -> Step:
        if process in state.closed:
            return Raised(state, ValueError("Queue is closed"), ())
        if not state.permits:
            return Raised(state, queue.Full(), _LOOKS_AT_PERMITS) if operation.is_late else BLOCKED
        grown = state.with_buffer(process, (*state.buffer(process), operation.arguments[0]))
        grown = grown._replace(permits=state.permits - 1, unfinished=state.unfinished + self._is_joinable)
        # Who takes the last permit decides for the others; before that, nobody can tell who came first.
        last = self._is_bounded and state.permits == 1
        return Done(
            grown, None, (("permits", WRITE if last else ADD), ("unfinished", ADD), (("buffer", process), WRITE))
        )

    def _feed(self, state: State, process: int, operation: Operation) -> Step:
        """What the feeder thread does with the first item of the buffer."""
        items = state.buffer(process)
        if not items or state.writer is not None:
            return BLOCKED
        if self._is_fine:
            return Then(state._replace(writer=process), Operation("write"), (("writer", WRITE),))
        return self._write(state._replace(writer=process), process, operation)

    def _write(self, state: State, process: int, operation: Operation) -> Step:
        item, *others = state.buffer(process)
        rest = state.with_buffer(process, tuple(others))
        mine = (("buffer", process), WRITE)
        try:
            load, size = self._pack(item)
        except Exception as error:  # The feeder's own handler: the item is lost, and its permit given back.
            lost = rest._replace(writer=None, permits=state.permits + 1)
            return Raised(lost, error, (mine, ("writer", WRITE), ("permits", ADD)))
        channel = state.channel.begin(load, size)
        if channel is None:
            return BLOCKED if state.writer == process and operation.name == "write" else self._wait_for_room(state)
        touches: tuple[Touch, ...] = (
            mine,
            ("writer", WRITE),
            ("room", ADD),
            (("message", state.channel.put), WRITE),
            *((("emptiness", ADD),) if not state.channel.messages else ()),
        )
        return self._written(rest._replace(channel=channel), touches)

    def _wait_for_room(self, state: State) -> Step:
        return Then(state, Operation("write"), (("writer", WRITE),))

    def _write_more(self, state: State, process: int, operation: Operation) -> Step:
        channel = state.channel.go_on()
        if channel is None:
            return BLOCKED
        return self._written(state._replace(channel=channel), ((("message", channel.put - 1), WRITE),))

    def _written(self, state: State, touches: tuple[Touch, ...]) -> Step:
        if state.channel.is_partial:
            return Then(state, Operation("write_more"), touches)
        if self._is_fine:
            return Then(state, Operation("let_go"), touches)
        return Done(state._replace(writer=None), None, touches)

    def _let_go(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(writer=None), None, (("writer", WRITE),))

    # What gets

    def _get(self, state: State, process: int, operation: Operation) -> Step:
        if process in state.closed:
            return Raised(state, ValueError("Queue is closed"), ())
        if state.reader is not None:
            return Raised(state, queue.Empty(), (("reader", READ),)) if operation.is_late else BLOCKED
        taken = state._replace(reader=process)
        go_on = operation._replace(name="receive")
        if self._is_fine and operation.patience_s is None:
            return Then(taken, go_on, (("reader", WRITE),))
        step = self._receive(taken, process, go_on)
        if isinstance(step, Blocked):
            return Then(taken, go_on, (("reader", WRITE),))
        if isinstance(step, Raised):
            return step._replace(touches=(("reader", READ), *_LOOKS_AT_PIPE))
        assert isinstance(step, (Done, Then))
        return step._replace(touches=(("reader", WRITE), *step.touches))

    def _receive(self, state: State, process: int, operation: Operation) -> Step:
        before = state.channel
        channel = before.take()
        if channel is None:
            # Half a message is there for who polls, who then waits for the other half for ever.
            if operation.is_late and not before.messages:
                released = state._replace(reader=None)
                return Raised(released, queue.Empty(), (("reader", WRITE), *_LOOKS_AT_PIPE))
            return BLOCKED
        emptied: tuple[Touch, ...] = (("emptiness", ADD),) if not channel.messages else ()
        # A try that succeeds would have failed before the message came.
        looked: tuple[Touch, ...] = (
            _LOOKS_AT_PIPE if operation.patience_s is not None and len(before.messages) == 1 else ()
        )
        touches: tuple[Touch, ...] = ((("message", before.got), READ), ("room", ADD), *emptied, *looked)
        taken = state._replace(channel=channel)
        if channel.got == before.got:
            return Then(taken, Operation("receive"), touches)
        load = before.messages[0].load
        if self._is_fine:
            return Then(taken, Operation("give_back", (load,)), touches)
        released = taken._replace(reader=None, permits=taken.permits + 1)
        return Done(released, load, (*touches, ("reader", WRITE), ("permits", ADD)))

    def _give_back(self, state: State, process: int, operation: Operation) -> Step:
        released = state._replace(reader=None, permits=state.permits + 1)
        return Done(released, operation.arguments[0], (("reader", WRITE), ("permits", ADD)))

    # What looks

    def _empty(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state, not state.channel.messages, _LOOKS_AT_PIPE)

    def _full(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state, not state.permits, _LOOKS_AT_PERMITS)

    def _qsize(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state, self._most - state.permits, _LOOKS_AT_PERMITS)

    # What ends

    def _close(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(closed=state.closed | {process}), None, ())

    def _cancel_join_thread(self, state: State, process: int, operation: Operation) -> Step:
        return Done(state._replace(cancelled=state.cancelled | {process}), None, ())

    def _join_thread(self, state: State, process: int, operation: Operation) -> Step:
        """Wait until the feeder has written everything; a process does so at its end, too."""
        if state.buffer(process) and process not in state.cancelled:
            return BLOCKED
        return Done(state, None, ((("buffer", process), READ),))

    # What is joinable

    def _task_done(self, state: State, process: int, operation: Operation) -> Step:
        if not state.unfinished:
            return Raised(state, ValueError("task_done() called too many times"), (("unfinished", READ),))
        mode = WRITE if state.unfinished == 1 else ADD
        return Done(state._replace(unfinished=state.unfinished - 1), None, (("unfinished", mode),))

    def _join(self, state: State, process: int, operation: Operation) -> Step:
        return BLOCKED if state.unfinished else Done(state, None, (("unfinished", READ),))
