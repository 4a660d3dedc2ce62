"""``multiprocessing.Pipe``: two connections, each the other's far end, as targets get them in simulation."""

from __future__ import annotations

import io
from multiprocessing import connection
from typing import Any

from ....models.channel import HEADER
from ....models.messages import Endpoint, State, messages_left
from ....models.model import Operation
from ..here import here, number, pass_over, perform
from ..lasting import is_told_by_value, lasting
from ..payload import Raw, as_bytes, pack, unpack
from ..process import Process
from ..refusal import NotSimulated
from ..system import KERNEL
from ..world import PIPES, World
from .dropped import had_already, received
from .left import left_in_pipe
from .shared import POLLS_S, Shared, seconds


class Pipe:
    """The pair, in this order: end 0 and end 1."""

    def __new__(cls, world: World, key: object, label: str, duplex: bool = True) -> Any:
        ends = world.settle(KERNEL, number(), lasting("pipe", world.number(("pipe", key)), bool(duplex)))
        first = Connection(KERNEL, ends[0], True, bool(duplex), f"{label}[0]")
        return first, Connection(KERNEL, ends[1], bool(duplex), True, f"{label}[1]")


class Connection(Shared, connection.Connection):
    """All that checks what it is given is the genuine class's own; it reads and writes by what is here.

    ``end`` is what the kernel knows it by.
    """

    travels = True
    _handle = None

    def __init__(self, cell: int, end: Endpoint, readable: bool, writable: bool, label: str) -> None:
        self.cell, self.end, self.label = cell, end, label
        here.world.endpoints[end] = label
        self._readable_at_first, self._writable = readable, writable
        self._recv = lasting("recv", end, None)

    def __hash__(self) -> int:
        return hash(self.end)

    def send(self, obj: Any) -> None:
        self._check_closed()
        self._check_writable()
        try:
            load, size = pack(obj, number())
        except Exception:
            pass_over(self.label)
            raise
        given = (self.end, load, size + HEADER)
        perform(self.cell, lasting("send", *given) if is_told_by_value(load) else Operation("send", given))

    def recv(self) -> Any:
        self._note_reader()
        return unpack(perform(self.cell, self._recv), number())

    def close(self) -> None:
        if self.closed:
            pass_over(self.label)
        else:
            if here.strand is not None and self.end in here.strand.process.twice:
                raise NotSimulated(f"{self.label}.close() by a process that has this end twice, as it was sent it")
            perform(self.cell, lasting("close", self.end))

    @property
    def closed(self) -> bool:
        return number() not in self._kernel.holders[self.end]

    @property
    def _readable(self) -> bool:
        """A process that was sent more than it would take can receive no more."""
        return self._readable_at_first and (number(), self.end) not in self._kernel.deaf

    def fileno(self) -> int:
        self._check_closed()
        raise NotSimulated(f"{self.label}.fileno() names a file of the real system")

    def final(self) -> list[object]:
        """What waits to be received here."""
        channel = self._kernel.channels.get(self.end)
        return [] if channel is None else left_in_pipe(messages_left(channel, as_bytes))

    def __reduce_ex__(self, protocol: Any) -> Any:
        sender = here.pickler if here.pickler is not None else number()
        if sender not in self._kernel.holders[self.end]:
            raise OSError("handle is closed")
        if here.world.is_starting_a_process:
            here.world.passed.append(self.end)
            return _handed, (here.world.keep(self._another),)
        place = here.world.keep(self._another)
        if here.strand is not None:
            here.world.settle(self.cell, sender, Operation("offer", (self.end, place)))
        return _received, (place, sender)

    def copied_by(self, copier: object) -> Connection:
        """What a forked process has in its place."""
        return self._another

    @property
    def _another(self) -> Connection:
        """What stands for it in other processes."""
        other: Connection = vars(self).get("_given", self)
        return other

    @property
    def _kernel(self) -> State:
        state: State = here.world.states[self.cell]
        return state

    def _check_closed(self) -> None:
        if self.closed:
            pass_over(self.label)
            raise OSError("handle is closed")

    def _check_readable(self) -> None:
        if not self._readable:
            pass_over(self.label)
        super()._check_readable()  # type: ignore[misc]

    def _check_writable(self) -> None:
        if not self._writable:
            pass_over(self.label)
        super()._check_writable()  # type: ignore[misc]

    def _send_bytes(self, buf: Any) -> None:
        load = Raw(buf)
        perform(self.cell, Operation("send", (self.end, load, len(load) + HEADER)))

    def _recv_bytes(self, maxsize: int | None = None) -> io.BytesIO:
        self._note_reader()
        received = io.BytesIO()
        received.write(as_bytes(perform(self.cell, Operation("recv", (self.end, maxsize)))))
        return received

    def _note_reader(self) -> None:
        """Where several processes receive from one end, they may tear messages apart."""

        def note(world: World, process: Process) -> None:
            if world.readers.setdefault(self.end, process.number) != process.number:
                world.looked_into.add(PIPES)

        here.world.do(note)

    def _poll(self, timeout: float | None) -> bool:
        patience_s = seconds(timeout, POLLS_S)
        is_ready: bool = perform(self.cell, Operation("poll", (self.end,), patience_s, patience_s == 0))
        return is_ready

    @property
    def _address(self) -> int:
        return super()._address + 32 * (self.label[-2:] == "1]")  # The other end is in the same cell.


def _handed(place: int) -> object:
    """The connection in the process that was started with it, and holds it by that alone."""
    end: Any = here.world.kept[place]
    return end if here.strand is None or here.world.is_starting_a_process else received(end)


def _received(place: int, sender: int) -> object:
    """The connection in the process that got it in a message. The copy that was made of it there is asked for."""
    end: Any = here.world.kept[place]
    is_new = end.closed
    try:
        perform(end.cell, Operation("accept", (end.end, sender, place)))
    except OSError:
        # A thread of the sender's answers, which may also end in the middle of that: then it is another error.
        here.world.doubts.add("a connection that is taken as its sender ends may fail with another error")
        raise
    return received(end) if is_new else had_already(end)
