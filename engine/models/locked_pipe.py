"""A one-way pipe with a lock at each end, as ``Queue`` and ``SimpleQueue`` have one. Its messages are never torn: who
dies in the middle of one keeps its lock for ever.

Source: CPython, Lib/multiprocessing/queues.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import frames
from .channel import HEADER, Channel, first_stop
from .frames import Dump, Pieces
from .model import BLOCKED, NEED, READ, WRITE, Blocked, Operation, Touch, Touches


class Pipe(NamedTuple):
    """``reader`` and ``writer`` are who has the locks."""

    channel: Channel = Channel(is_socket=False)
    reader: int | None = None
    writer: int | None = None


class Part(NamedTuple):
    """What comes of one step: ``then`` is how it goes on, None where it does not; ``is_empty`` that there was nothing
    for who would not wait."""

    pipe: Pipe
    touches: Touches
    then: Operation | None = None
    result: Any = None
    is_empty: bool = False


_READER: Touch = ("reader", WRITE)
_WRITER: Touch = ("writer", WRITE)


class LockedPipe:
    """``is_exact`` has a step for all that others can tell from the outside: that who gets has the reader's lock while
    it reads. ``is_fine`` has one for all that a killed process may stop at."""

    def __init__(self, dump: Dump, is_exact: bool, is_fine: bool) -> None:
        self._dump = dump
        self._is_exact = is_exact or is_fine
        self._is_fine = is_fine

    def write(self, pipe: Pipe, process: int, load: Any, size: int, touches: Touches = ()) -> Part | Blocked:
        """Begin to write a message, with ``touches`` of one's own; goes on with ``write``, ``write_on``
        and ``let_go``."""
        if pipe.writer is not None:
            return BLOCKED
        taken = Pipe(pipe.channel, pipe.reader, process)
        if not self._is_fine:
            part = self.write_on(taken, load, size, 0, (*touches, _WRITER))
            if isinstance(part, Part):
                return part
            touches = (*touches, ("taken", READ))
        return Part(taken, (*touches, _WRITER), Operation("write", (load, size, 0)))

    def write_on(self, pipe: Pipe, load: Any, size: int, start: int, touches: Touches = ()) -> Part | Blocked:
        channel = pipe.channel
        stop = first_stop(size) if self._is_fine and not start else size
        grown = channel.write(load, size, start, stop)
        if grown is channel:
            return BLOCKED
        touches = (*touches, (("segment", channel.put), WRITE))
        if not channel.is_ample(stop - start):
            touches = (*touches, ("taken", READ))
        reached = grown.last.stop
        if reached < size:
            go_on = Operation("write_on", (load, size, reached))
            return Part(Pipe(grown, pipe.reader, pipe.writer), touches, go_on)
        if self._is_fine:
            return Part(Pipe(grown, pipe.reader, pipe.writer), touches, Operation("let_go"))
        return Part(Pipe(grown, pipe.reader, None), touches if _WRITER in touches else (_WRITER, *touches))

    def let_go(self, pipe: Pipe, touches: Touches = ()) -> Part:
        return Part(Pipe(pipe.channel, pipe.reader, None), (*touches, _WRITER))

    def get(self, pipe: Pipe, process: int, operation: Operation) -> Part | Blocked:
        """Take the reader's lock and a message; goes on with ``receive`` and ``give_back``. Whoever does not wait for
        ever gives the lock back last, after what it does when it has the message."""
        if pipe.reader is not None:
            return Part(pipe, (("reader", READ),), is_empty=True) if operation.is_late else BLOCKED
        taken = Pipe(pipe.channel, process, pipe.writer)
        keeps_lock = self._is_exact and operation.patience_s is not None
        go_on = Operation("receive", ((), keeps_lock), operation.patience_s, operation.is_late)
        if self._is_exact:
            return Part(taken, (_READER,), go_on)
        part = self.receive(taken, go_on)
        if isinstance(part, Part) and part.is_empty:
            return Part(pipe, (("reader", READ), *_looks(pipe.channel)), is_empty=True)
        if isinstance(part, Part) and part.then is not None:
            return part._replace(touches=(_READER, *part.touches))
        # Who waits need not have the lock: of several, it is the one that gets the message who had it.
        return part

    def receive(self, pipe: Pipe, operation: Operation) -> Part | Blocked:
        channel = pipe.channel
        pieces: Pieces
        keeps_lock: bool
        pieces, keeps_lock = operation.arguments
        if not channel.segments:
            # Who has seen the beginning of a message waits for its end, whatever its patience.
            if not operation.is_late or pieces:
                return BLOCKED
            return Part(Pipe(channel, None, pipe.writer), (_READER, *_looks(channel)), is_empty=True)
        if not pieces and channel.first.is_whole and not self._is_fine and not keeps_lock:
            mode = NEED if operation.patience_s is None else READ
            touches: Touches = (_READER, ("taken", WRITE), (("segment", channel.got), mode))
            return Part(Pipe(channel.without_first(), None, pipe.writer), touches, result=channel.first.load)
        first, wanted = channel.got, frames.missing(pieces, self._dump)
        is_at_header = False
        while channel.segments and wanted and not is_at_header:
            piece, channel = channel.take(wanted)
            pieces = frames.join(pieces, piece)
            wanted = frames.missing(pieces, self._dump)
            is_at_header = self._is_fine and bool(wanted) and frames.length(pieces) == HEADER
        taken = Pipe(channel, pipe.reader, pipe.writer)
        # At least the first one was looked at; and where a message is not all there, the next one, which is not either.
        last = channel.put + 1 if wanted and not is_at_header else max(channel.got, first + 1)
        touches = (("taken", WRITE), *((("segment", number), READ) for number in range(first, last)))
        if wanted:
            return Part(taken, touches, Operation("receive", (pieces, keeps_lock)))
        load = frames.content(pieces, self._dump)
        if self._is_fine or keeps_lock:
            return Part(taken, touches, Operation("give_back", (load,)))
        return Part(Pipe(channel, None, pipe.writer), (_READER, *touches), result=load)

    def give_back(self, pipe: Pipe, load: Any) -> Part:
        return Part(Pipe(pipe.channel, None, pipe.writer), (_READER,), result=load)

    def interrupted(self, operation: Operation) -> Operation | None:
        """Whoever is in the middle of a message gives the lock back; not where a part of it is read or written, of
        which the rest would be taken for a message. Whatever was received is lost."""
        match operation.name, operation.arguments:
            case "receive", (pieces, _):
                return None if pieces else _AWAY
            case "give_back", _:
                return _AWAY
            case "write" | "let_go", _:
                return Operation("let_go")
        return None

    def is_empty(self, pipe: Pipe) -> tuple[bool, Touches]:
        channel = pipe.channel
        if channel.segments:
            return False, ((("segment", channel.got), READ), ("taken", READ))
        return True, _looks(channel)


_AWAY = Operation("give_back", (None, True))


def _looks(channel: Channel) -> Touches:
    return ((("segment", channel.put), READ), ("taken", READ))
