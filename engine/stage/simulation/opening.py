"""What every run of an exploration has come to before its first choice."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from ...models.model import Operation
from .consequences import obey
from .life import Life
from .moments import Moment, Recalled
from .process import Process
from .strand import Strand
from .world import World


class _Begun(NamedTuple):
    """A strand before the first choice of a run; one of a process's own has a ``moment``."""

    number: int
    process: int
    cell: int
    operation: Operation
    again: Operation
    moment: Moment | None


class Opening:
    """What every run has come to before its first choice, made of one ``life`` that has."""

    def __init__(self, life: Life) -> None:
        world = life.world
        self._world, self._life = {**_fields(world), "names": world.names}, _fields(life)
        self._processes = {number: _fields(process) for number, process in life.by_number.items()}
        self._strands = [
            _Begun(
                *(strand.number, strand.process.number, strand.cell, strand.operation, strand.again),
                Moment(strand, False) if strand.greenlet is not None else None,
            )
            for strand in world.waiting
        ]
        self._names = {name: process.number for name, process in life.processes.items()}

    def watch(self, life: Life) -> bool:
        """Have those be watched who have begun in ``life``; false if it has not come to the same."""
        strands = life.world.waiting
        if [strand.number for strand in strands] != [begun.number for begun in self._strands]:
            return False
        for strand, begun in zip(strands, self._strands, strict=True):
            if begun.moment is not None:
                if not begun.moment.is_as(strand):
                    return False
                strand.greenlet.moment = begun.moment
        return True

    def life(self) -> Life:
        """Another one that has come to the same, in which nobody has a greenlet."""
        world, life = object.__new__(World), object.__new__(Life)
        vars(world).update(self._world)
        world.states, world.readers = world.states.copy(), world.readers.copy()
        world.waiting, world.trace, world.looked_into, world.doubts = [], [], set(), set()
        world.begin_anew()
        vars(life).update(self._life)
        life.world = world
        life.by_number = by_number = {number: _copied(fields) for number, fields in self._processes.items()}
        life.processes = {name: by_number[number] for name, number in self._names.items()}
        life.parent = by_number[0]
        world.pickling = world.life = life
        world.obey = partial(obey, life)
        for begun in self._strands:
            strand = Strand(begun.number, by_number[begun.process], None, begun.cell)
            strand.operation, strand.again = begun.operation, begun.again
            if begun.moment is not None:
                strand.greenlet = Recalled(begun.moment)
            world.waiting.append(strand)
        return life


def _fields(of: Any) -> dict[str, Any]:
    """What ``of`` has, as long as it goes on otherwise."""
    return {name: value.copy() if type(value) in _CHANGING else value for name, value in vars(of).items()}


_CHANGING = frozenset((dict, list, set))


def _copied(fields: dict[str, Any]) -> Process:
    process = object.__new__(Process)
    vars(process).update(fields)
    process.written = process.written.copy()
    process.strand = None
    return process
