"""A connection that a process has made, or was given, is closed when its last reference to it goes away.

That is a step of its own, right before the next thing that the process does: what it does in between nobody sees. What
a process was started with its ``Process`` object holds until it ends, unless it takes that out of a list; what a forked
one has is held by its starter's frames, too. What the collector finds in a circle stays open, as it may in reality.

Source: CPython, Lib/multiprocessing/connection.py (``_ConnectionBase.__del__``).
"""

from __future__ import annotations

from typing import Any

from ..here import here, process
from ..lasting import lasting
from ..process import Process
from ..system import KERNEL

_TWICE = "a process lets go of an end of a pipe that it has twice, as it was sent it"


class Held:
    """Is gone with the one object that it is in, which ``holder`` has."""

    __slots__ = ("_end", "_holder")

    def __init__(self, end: Any, holder: Process) -> None:
        self._end, self._holder = end, holder

    def __del__(self) -> None:
        holder = self._holder
        if process() is not holder:
            return  # It is gone with its process, or with its run.
        if self._end in holder.twice:
            here.world.doubts.add(_TWICE)
        elif holder.number in here.world.states[KERNEL].holders.get(self._end, ()):
            holder.dropped = (*holder.dropped, (KERNEL, lasting("close", self._end)))


def hold(connection: Any, maker: Process) -> None:
    """Have ``connection`` be closed when this object of it goes away. Other processes are given another."""
    given = _another(connection)
    vars(connection).update(_given=given, _held=Held(connection.end, maker))


def received(connection: Any) -> Any:
    """What the running process gets that did not have ``connection`` and receives it."""
    receiver = process()
    assert receiver is not None
    got = _another(connection)
    vars(got).update(_given=connection, _held=Held(connection.end, receiver))
    return got


def had_already(connection: Any) -> Any:
    """The same, where it has ``connection``, as a forked process has whatever its starter had."""
    receiver = process()
    assert receiver is not None
    receiver.twice |= {connection.end}
    return connection


def _another(connection: Any) -> Any:
    made = object.__new__(type(connection))
    vars(made).update(vars(connection))
    return made
