"""Who polls waits: a loop that only looks, and sees what it saw the last time, goes on doing so until that changes.

It is recognised for certain or not at all: the process has come round, in a ``while`` loop, to the same operation at
the same place in every function that it is in, with equal local variables and equal globals of its own modules, and has
in between only looked at what is shared, and seen the same. Then it would come round again, for ever, unless what it
looked at changes. So it is not given a turn before that. What cannot be compared (an object of which only its identity
is known), and what may hold an iterator that is half used where nobody can see it (a ``for`` loop, ``all``, ``map``),
is never equal to anything, and such a loop meets the bound on steps.
"""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ...models.guarded import Part
from ...models.model import READ, Touches

if TYPE_CHECKING:
    from .strand import Strand

LOOKS = 2
"""How many looks in a row go unnoticed: most programs look once or twice, and comparing takes time."""

_MOST = 400
"""How much is compared of what a process holds; who holds more is not found to be polling."""


class Visits:
    """What one strand has seen since it last changed something: ``at`` has each place it was in, with how many looks
    came before; ``looks`` are the cells and components that it looked at, one look after the other."""

    __slots__ = ("at", "looks")

    def __init__(self) -> None:
        self.at: dict[Any, int] = {}
        self.looks: list[tuple[int, Touches]] = []


def note(strand: Strand, cell: int, touches: Touches) -> None:
    """``strand`` has done something that changed nothing, and now stands before its next operation."""
    strand.quiet += 1
    if strand.quiet < LOOKS or strand.greenlet is None or strand.greenlet.dead:
        strand.visits = None
        return
    visits = strand.visits
    if visits is None:
        visits = strand.visits = Visits()
    visits.looks.append((cell, touches))
    try:
        place = _place(strand)
    except _Incomparable:
        return
    last = visits.at.get(place)
    if last is not None:
        strand.polls = visits.looks[last:]
    visits.at[place] = len(visits.looks)


def notice(waiting: Iterable[Strand], changer: Strand, cell: int, touches: Touches) -> None:
    """``changer`` has changed something: whoever looks at it, sees that."""
    for strand in waiting:
        if strand.polls is not None:
            wake(strand, cell, touches)
        elif strand.visits is not None and strand is not changer:
            disturb(strand, cell, touches)


def wake(strand: Strand, cell: int, touches: Touches) -> None:
    """Something was changed: if ``strand`` waits to see that, it looks again."""
    for its_cell, looks in strand.polls:
        if its_cell == cell and _meet(looks, touches):
            strand.polls, strand.visits, strand.quiet = None, None, 0
            return


def disturb(strand: Strand, cell: int, touches: Touches) -> None:
    """Something was changed: what ``strand`` has seen of it so far says nothing any more."""
    if any(its_cell == cell and _meet(looks, touches) for its_cell, looks in strand.visits.looks):
        strand.visits, strand.quiet = None, 0


def _meet(looks: Touches, changes: Touches) -> bool:
    return any(component == another for component, _ in looks for another, mode in changes if mode != READ)


class _Incomparable(Exception):
    """It cannot be told whether something is as it was."""


def _place(strand: Strand) -> Any:
    """Where ``strand`` is, with all that could make its future differ from the last time it was there."""
    process, operation = strand.process, strand.operation
    freezer = _Freezer()
    made: list[Any] = [process.clock_reads, process.unflushed_length, len(process.written), strand.cell]
    made.append((operation.name, freezer.freeze_arguments(operation.arguments)))
    is_in_loop = False
    for frame in _frames(strand.greenlet.gr_frame):
        code, at = frame.f_code, frame.f_lasti
        loops = _loops(code)
        if any(start <= at < end for start, end in loops.hidden) or not _calls_are_seen(frame):
            raise _Incomparable
        is_in_loop |= any(start <= at < end for start, end in loops.seen)
        made.append((id(frame), code, at, freezer.freeze(dict(frame.f_locals))))
    if not is_in_loop:
        raise _Incomparable
    for name, module in process.modules.items():
        made.append((name, freezer.freeze({key: one for key, one in vars(module).items() if key[:2] != "__"})))
    return tuple(made)


_ROOT = __name__.rpartition(".")[0]
_WITHOUT_STATE = frozenset(f"{_ROOT}.{name}" for name in ("here", "life", "line", "faults", "stand_ins"))
"""Where the engine's own functions are that every process is always in."""


def _frames(frame: Any) -> Iterator[Any]:
    """The frames that may hold something, the innermost first."""
    while frame is not None:
        if frame.f_globals.get("__name__", "") not in _WITHOUT_STATE:
            yield frame
        frame = frame.f_back


class _Loops(NamedTuple):
    """Where in some code there are loops, by offsets: ``hidden`` those whose state no local variable tells."""

    seen: tuple[tuple[int, int], ...]
    hidden: tuple[tuple[int, int], ...]


@functools.cache
def _loops(code: types.CodeType) -> _Loops:
    """The loops of ``code``. One over a range is told by its variable, if nothing else is ever assigned to that."""
    instructions = list(dis.get_instructions(code))
    stored = [one.argval for one in instructions if one.opname in ("STORE_FAST", "STORE_DEREF")]
    jumps = {*dis.hasjrel, *dis.hasjabs}
    seen, hidden = [], []
    for place, one in enumerate(instructions):
        if one.opcode in jumps and one.argval <= one.offset:
            seen.append((one.argval, one.offset + 2))
        if one.opname in ("FOR_ITER", "SEND", "YIELD_VALUE"):
            loaded = [other for other in instructions[:place] if other.opname == "LOAD_GLOBAL"]
            after = instructions[place + 1]
            is_range = bool(loaded) and loaded[-1].argval == "range" and instructions[place - 1].opname == "GET_ITER"
            is_told = is_range and after.opname == "STORE_FAST" and stored.count(after.argval) == 1
            if one.opname != "FOR_ITER":
                hidden.append((0, instructions[-1].offset + 2))
            elif not is_told:
                hidden.append((one.offset, one.argval))
    return _Loops(tuple(seen), tuple(hidden))


_DRIVERS = frozenset(
    (
        *("all", "any", "dict", "enumerate", "filter", "frozenset", "iter", "list", "map", "max", "min", "next"),
        *("reversed", "set", "sorted", "sum", "tuple", "zip", "extend", "update", "join", "sort", "index", "count"),
        *("reduce", "partial", "itertools", "functools", "operator"),
    )
)
"""Names of what calls functions, or takes items, again and again from within C, where nobody sees how far it is."""


def _calls_are_seen(frame: Any) -> bool:
    """Whether nothing in a function's code could call it again, or what it calls, from where that cannot be seen."""
    return _DRIVERS.isdisjoint(frame.f_code.co_names)


class _Freezer:
    """Turns what a process holds into values that are equal only if nothing could tell what they stand for apart."""

    def __init__(self) -> None:
        self._left = _MOST

    def freeze_arguments(self, arguments: tuple[Any, ...]) -> Any:
        """What an operation is given: the engine's own values, which never change, and what a target has given."""
        return tuple([one if type(one) is range or isinstance(one, Part) else self.freeze(one) for one in arguments])

    def freeze(self, value: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _Incomparable
        kind = type(value)
        if kind in (int, bool, float, str, bytes, type(None), complex):
            return kind, value
        if kind in (list, tuple, set, frozenset):
            return kind, tuple([self.freeze(item) for item in value])
        if kind is dict:
            return kind, tuple([(self.freeze(key), self.freeze(item)) for key, item in value.items()])
        if isinstance(value, (types.ModuleType, type, types.BuiltinFunctionType)):
            return id(value)
        if getattr(kind, "is_stateless", False):
            return id(value)
        return self._freeze_object(value, kind)

    def _freeze_object(self, value: Any, kind: Any) -> Any:
        if kind is types.FunctionType:
            return id(value), tuple([self.freeze(cell.cell_contents) for cell in value.__closure__ or ()])
        if kind is types.MethodType:
            return value.__func__, self.freeze(value.__self__)
        if isinstance(value, BaseException):
            return kind, self.freeze(value.args)
        if hasattr(value, "__dict__") and not hasattr(kind, "__next__") and kind.__module__ != "builtins":
            return kind, id(value), self.freeze(vars(value))
        raise _Incomparable
