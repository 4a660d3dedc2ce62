"""Messages through pipes and pairs of sockets: what comes of sending, receiving, polling and waiting.

Source: CPython, Lib/multiprocessing/connection.py, the same from 3.10 to 3.13; pipe(7), unix(7).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import frames
from .channel import HEADER, Channel, first_stop
from .frames import Dump, Pieces
from .model import ADD, BLOCKED, NEED, READ, WRITE, Done, Operation, Raised, Step, Then, Touch, Touches
from .table import Table

Endpoint = tuple[int, int]


class State(NamedTuple):
    """``lives`` has each process's exit code, None as long as it lives, and an ``Ending`` until it can be reaped.
    ``channels`` is by the endpoint that reads.

    ``holders`` of an endpoint are processes; and pairs of a process and a number, for a copy that is on its way in a
    message, which is its sender's until it is received (multiprocessing.resource_sharer). Those of ``sentinel_of`` a
    process keep its sentinel from being ready.
    ``opens`` counts how often each end of a named pipe was opened.
    ``deaf`` has the endpoints that a process can receive from no more, ``told`` those that know of their reset.
    """

    lives: Table[int, Any]
    holders: Table[Endpoint, frozenset[Any]]
    channels: Table[Endpoint, Channel]
    deaf: frozenset[tuple[int, Endpoint]] = frozenset()
    told: frozenset[Endpoint] = frozenset()
    opens: Table[Endpoint, int] = Table()


INITIAL = State(Table({0: None}), Table(), Table())


class Ending(NamedTuple):
    """In the place of the exit code of who takes no more steps, and cannot be reaped yet. Until it ``is_closed``, it
    still holds all that it has open."""

    code: int
    is_closed: bool


class Half:
    """The part of a message, whose writer has died or was not done."""

    def __repr__(self) -> str:
        return "<part of a message>"


HALF = Half()


class Messages:
    """The operations of the system's model on the messages in ``State``.

    ``dump`` gives the bytes of a message, for where two are torn into one another. ``is_fine`` lets a process be killed
    between the header of a message and the rest, also where it reads both at once.
    """

    def __init__(self, dump: Dump, is_fine: bool) -> None:
        self._dump = dump
        self._is_fine = is_fine

    # Messages that are sent

    def _send(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the endpoint, the message, and how many bytes it takes with its header."""
        end, load, size = operation.arguments
        if process not in state.holders[end]:
            return Raised(state, OSError("handle is closed"), ())
        if far_end(end) not in state.channels:
            return Raised(state, OSError("connection is read-only"), ())
        return self._write(state, process, end, load, size, 0, first_stop(size))

    def _body(self, state: State, process: int, operation: Operation) -> Step:
        end, load, size, start = operation.arguments
        return self._write(state, process, end, load, size, start, size)

    def _wake(self, state: State, process: int, operation: Operation) -> Step:
        """Go on with a write that has waited for room."""
        end, load, size, start, stop = operation.arguments
        far = far_end(end)
        if state.holders[far] and not state.channels[far].can_wake:
            return BLOCKED
        step = self._write(state, process, end, load, size, start, stop)
        return BLOCKED if isinstance(step, Then) and step.state is state else step

    def _write(self, state: State, process: int, end: Endpoint, load: Any, size: int, start: int, stop: int) -> Step:
        far = far_end(end)
        readers = state.holders[far]
        # Who could read it himself can be sure that somebody can.
        touches: Touches = () if process in readers else touch_holders(far, READ)
        if not readers:
            return Raised(state, BrokenPipeError(32, "Broken pipe"), touches)
        channel = state.channels[far]
        if not channel.is_ample(stop - start):
            touches = (*touches, (("taken", far), READ))
        grown = channel.write(load, size, start, stop)
        if grown is channel:
            if not channel.is_socket:
                return BLOCKED
            asleep = Operation("wake", (end, load, size, start, stop))
            # It is full because of those who have put something.
            return Then(state, asleep, (*touches, (("segment", far, channel.put), READ), (("put", far), READ)))
        # Two that write always differ by who came first, also where each has a segment of its own.
        touches = ((("segment", far, channel.put), WRITE), (("put", far), WRITE), *touches)
        written = self._with_channel(state, far, grown)
        reached = grown.last.stop
        if reached == size:
            return Done(written, None, touches)
        if reached < stop:
            return Then(written, Operation("wake", (end, load, size, reached, stop)), touches)
        return Then(written, Operation("body", (end, load, size, reached)), touches)

    # Messages that are received

    def _recv(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: the endpoint, and how long the message may be (None: as long as it is)."""
        end, most = operation.arguments
        return self._refusal(state, process, end) or self._receive(state, process, end, most, ())

    def _go_on(self, state: State, process: int, operation: Operation) -> Step:
        return self._receive(state, process, *operation.arguments)

    def _receive(self, state: State, process: int, end: Endpoint, most: int | None, pieces: Pieces) -> Step:
        channel = state.channels[end]
        if not channel.segments:
            return self._end_of_file(state, process, end, pieces)
        if not pieces and channel.first.is_whole and most is None and not self._is_fine:
            taken = self._with_channel(state, end, channel.without_first())
            # Without it there would be nothing to get, not even the end of file: its sender holds the other end.
            return Done(taken, channel.first.load, ((("taken", end), WRITE), (("segment", end, channel.got), NEED)))
        first, looked_at, wanted = channel.got, channel.got, frames.missing(pieces, self._dump)
        is_at_header = False
        while channel.segments and wanted and not is_at_header:
            looked_at = channel.got + 1
            piece, channel = channel.take(wanted)
            pieces = frames.join(pieces, piece)
            wanted = frames.missing(pieces, self._dump)
            length = frames.body_length(pieces, self._dump)
            if most is not None and length is not None and length > most:
                return self._too_long(state, process, end, channel, _taken(end, first, looked_at))
            is_at_header = self._is_fine and bool(wanted) and frames.length(pieces) == HEADER
        taken = self._with_channel(state, end, channel)
        if not wanted:
            return Done(taken, frames.content(pieces, self._dump), _taken(end, first, looked_at))
        # More of it might have been there, had the writer come first.
        touches = _taken(end, first, looked_at if is_at_header else channel.put + 1)
        return Then(taken, Operation("go_on", (end, most, pieces)), touches)

    def _too_long(self, state: State, process: int, end: Endpoint, channel: Channel, touches: Touches) -> Step:
        """Only the header has been read; the endpoint is of no more use to receive (``_bad_message_length``)."""
        left = self._with_channel(state, end, channel)
        error = OSError("bad message length")
        if far_end(end) in state.channels:
            return Raised(left._replace(deaf=state.deaf | {(process, end)}), error, touches)
        closed = left._replace(holders=state.holders.but(end, state.holders[end] - {process}))
        return Raised(closed, error, (*touches, *touch_holders(end, ADD)))

    def _with_channel(self, state: State, end: Endpoint, channel: Channel) -> State:
        return State(state.lives, state.holders, state.channels.but(end, channel), state.deaf, state.told, state.opens)

    def _end_of_file(self, state: State, process: int, end: Endpoint, pieces: Pieces) -> Step:
        far = far_end(end)
        if state.holders[far]:
            return BLOCKED
        touches: Touches = (*_nothing_there(end, state.channels[end]), *touch_holders(far, READ))
        back = state.channels.get(far)
        if back is not None:
            touches = (*touches, *_nothing_there(far, back))
            if back.segments and end not in state.told:
                # It was closed before it had received all that was sent to it.
                told = state._replace(told=state.told | {end})
                error = ConnectionResetError(104, "Connection reset by peer")
                return Raised(told, error, ((("taken", end), WRITE), *touches))
        if frames.length(pieces) in (0, HEADER):
            return Raised(state, EOFError(), touches)
        return Raised(state, OSError("got end of file during message"), touches)

    def _poll(self, state: State, process: int, operation: Operation) -> Step:
        (end,) = operation.arguments
        refusal = self._refusal(state, process, end)
        if refusal:
            return refusal
        is_ready, touches = self._look(state, process, end)
        return Done(state, is_ready, touches) if is_ready or operation.is_late else BLOCKED

    def _wait(self, state: State, process: int, operation: Operation) -> Step:
        """Arguments: endpoints, and the numbers of processes whose end is waited for."""
        ready: list[Endpoint | int] = []
        touches: list[Touch] = []
        for one in operation.arguments:
            if isinstance(one, int):
                is_ready, looks = look_at_sentinel(state, one)
            elif process not in state.holders[one]:
                return Raised(state, OSError("handle is closed"), ())
            else:
                is_ready, looks = self._look(state, process, one)
            touches.extend(looks)
            if is_ready:
                ready.append(one)
        return Done(state, ready, tuple(touches)) if ready or operation.is_late else BLOCKED

    def _look(self, state: State, process: int, end: Endpoint) -> tuple[bool, Touches]:
        """Whether something can be read at ``end``, if only its end of file."""
        channel = state.channels.get(end)
        if channel is not None and channel.segments:
            return True, ((("segment", end, channel.got), READ), (("taken", end), READ))
        far = far_end(end)
        touches = () if channel is None else _nothing_there(end, channel)
        if process in state.holders[far]:
            return False, touches
        return not state.holders[far], (*touches, *touch_holders(far, READ))

    def _refusal(self, state: State, process: int, end: Endpoint) -> Raised | None:
        if process not in state.holders[end]:
            return Raised(state, OSError("handle is closed"), ())
        if end not in state.channels or (process, end) in state.deaf:
            return Raised(state, OSError("connection is write-only"), ())
        return None


def messages_left(channel: Channel, dump: Dump) -> list[Any]:
    """What would be received, one after the other, and ``HALF`` for a part of a message."""
    left: list[Any] = []
    pieces: Pieces = ()
    while channel.segments:
        piece, channel = channel.take(frames.missing(pieces, dump))
        pieces = frames.join(pieces, piece)
        if not frames.missing(pieces, dump):
            left.append(frames.content(pieces, dump))
            pieces = ()
    return [*left, HALF] if pieces else left


def sentinel_of(process: int) -> Endpoint:
    """The end of a pipe that is held by ``process``, and by whoever it forks, and that others look at for its end
    (popen_fork.py, popen_spawn_posix.py). Who is started by a fork server has none: that writes the exit code into a
    pipe once it has reaped him (forkserver.py)."""
    return -process, 1


def look_at_sentinel(state: State, process: int) -> tuple[bool, Touches]:
    """Whether the sentinel of ``process`` is ready."""
    held = sentinel_of(process)
    if held in state.holders:
        return not state.holders[held], touch_holders(held, READ)
    return isinstance(state.lives[process], int), touch_life(process, READ)


def far_end(end: Endpoint) -> Endpoint:
    return end[0], 1 - end[1]


def touch_life(process: int, mode: int) -> Touches:
    return ((("life", process), mode),)


def touch_ending(process: int, mode: int) -> Touches:
    """What is told of the end of ``process`` before it can be reaped."""
    return ((("ending", process), mode),)


def touch_holders(end: Endpoint, mode: int) -> Touches:
    return ((("holders", end), mode),)


def _taken(end: Endpoint, first: int, stop: int) -> Touches:
    """The segments from ``first`` up to ``stop`` were looked at, and taken."""
    looks: list[Touch] = [(("segment", end, number), READ) for number in range(first, stop)]
    return ((("taken", end), WRITE), *looks)


def _nothing_there(end: Endpoint, channel: Channel) -> Touches:
    return ((("segment", end, channel.put), READ), (("taken", end), READ))
