"""``multiprocessing.SimpleQueue``: a locked pipe, and nothing else.

Source: CPython, Lib/multiprocessing/queues.py. ``get`` and ``put`` wait for ever, also for the lock of an end that the
process has closed: only then they are refused (``REFUSED`` among their arguments).
"""

from __future__ import annotations

from .frames import Dump
from .locked_pipe import LockedPipe, Part, Pipe
from .messages import messages_left
from .model import BLOCKED, READ, Blocked, Done, Operation, Raised, Step, Then

REFUSED = Operation("refuse")


class SimpleQueue:
    """State: ``Pipe``. ``is_exact`` has every step that another process can tell: one that has closed an end is only
    told so when it gets the lock."""

    def __init__(self, dump: Dump = bytes, is_exact: bool = True, is_fine: bool = False) -> None:
        self._dump = dump
        self._pipe = LockedPipe(dump, is_exact, is_fine)

    def initial(self) -> Pipe:
        return Pipe()

    def step(self, state: Pipe, process: int, operation: Operation) -> Step:
        if operation.name == "empty":
            is_empty, touches = self._pipe.is_empty(state)
            return Done(state, is_empty, touches)
        if operation.arguments == (REFUSED,):
            end = "reader" if operation.name == "get" else "writer"
            is_taken = getattr(state, end) is not None
            return BLOCKED if is_taken else Raised(state, OSError("handle is closed"), ((end, READ),))
        return _step(self._part(state, process, operation))

    def _part(self, pipe: Pipe, process: int, operation: Operation) -> Part | Blocked:
        name, arguments = operation.name, operation.arguments
        if name == "get":
            return self._pipe.get(pipe, process, operation)
        if name == "receive":
            return self._pipe.receive(pipe, operation)
        if name == "give_back":
            return self._pipe.give_back(pipe, arguments[0])
        if name == "put":
            return self._pipe.write(pipe, process, *arguments)
        return self._pipe.write_on(pipe, *arguments) if name in ("write", "write_on") else self._pipe.let_go(pipe)

    def interrupted(self, operation: Operation) -> Operation | None:
        return self._pipe.interrupted(operation)

    def final(self, state: Pipe) -> object:
        return messages_left(state.channel, self._dump)


def _step(part: Part | Blocked) -> Step:
    if isinstance(part, Blocked):
        return BLOCKED
    if part.then is not None:
        return Then(part.pipe, part.then, part.touches)
    return Done(part.pipe, part.result, part.touches)
