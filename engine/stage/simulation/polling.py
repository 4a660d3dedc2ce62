"""Who polls waits: a loop that only looks, and sees what it saw the last time, goes on doing so until that changes.

It is recognised for certain or not at all: the process has come round to the same place in every function that it is
in, with equal local variables and equal globals of its own modules, and has in between only looked at what is shared,
and seen the same, or has undone what it changed (taken a lock, and given it back) before anybody else did something to
that. Then it would come round again, for ever, unless what it looked at changes. So it is not given a turn
before that. What cannot be compared (an iterator half used, a function in C that is not done, an object of which not
all is known) is never equal to anything, and such a loop meets the bound on steps.
"""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ...models.model import LOOKING, Touches
from .callees import calls_range, instructions_of, leads_to, place_of
from .freezing import Freezer, Incomparable

if TYPE_CHECKING:
    from .strand import Strand

LOOKS = 2
"""How many looks in a row go unnoticed: most programs look once or twice, and comparing takes time."""


CHANGES = 12
"""How many changes of one strand go unnoticed, for the same reason: most are there to stay."""

_LONGEST = 24
"""How many steps a round may have that changes something."""


class Visits:
    """What one strand has seen since it last changed something for good: ``at`` has each place it was in, with how many
    looks came before; ``looks`` are the cells and components that it looked at, one look after the other. ``held`` has
    what was in the cells that it has changed, and not yet changed back."""

    __slots__ = ("at", "held", "looks")

    def __init__(self) -> None:
        self.at: dict[Any, int] = {}
        self.looks: list[tuple[int, Touches]] = []
        self.held: dict[int, Any] = {}


def note_change(strand: Strand, cell: int, touches: Touches, before: Any, after: Any) -> None:
    """``strand``, which has made ``CHANGES`` before, changes what is in ``cell``."""
    if strand.greenlet is None:
        return
    visits = strand.visits
    if visits is None:
        visits = strand.visits = Visits()
    visits.looks.append((cell, touches))
    held = visits.held
    if cell not in held:
        held[cell] = before
    elif _is_same(held[cell], after):
        del held[cell]
    if held and len(visits.looks) > _LONGEST:
        strand.visits, strand.changes = None, 0


def _is_same(one: Any, other: Any) -> bool:
    return bool(one == other) and repr(one) == repr(other)  # 0.0 and -0.0 are equal.


def note(strand: Strand, cell: int, touches: Touches) -> None:
    """``strand`` has done something that changed nothing, and now stands before its next operation."""
    strand.quiet += 1
    if strand.visits is None:
        if strand.quiet < LOOKS or strand.greenlet is None:
            return
        strand.visits = Visits()
    strand.visits.looks.append((cell, touches))


def come_round(strand: Strand) -> None:
    """``strand`` stands before its next operation: see whether it has been there, and will be there again."""
    visits = strand.visits
    if strand.greenlet.dead:
        strand.visits = None
    if visits.held or strand.greenlet.dead:
        return
    try:
        place = _place(strand)
    except (Incomparable, RecursionError):
        return
    last = visits.at.get(place)
    if last is not None:
        strand.polls = visits.looks[last:]
    visits.at[place] = len(visits.looks)


def notice(onlookers: Iterable[Strand], changer: Strand, cell: int, touches: Touches) -> None:
    """``changer`` has changed something: whoever of those that have looked several times looks at it, sees that."""
    for strand in onlookers:
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
    if cell in strand.visits.held or any(
        its_cell == cell and _meet(looks, touches) for its_cell, looks in strand.visits.looks
    ):
        strand.visits, strand.quiet = None, 0


def _meet(looks: Touches, changes: Touches) -> bool:
    return any(component == another for component, _ in looks for another, mode in changes if mode not in LOOKING)


_OURS = __name__.rpartition(".")[0]


def _place(strand: Strand) -> Any:
    """Where ``strand`` is, with all that could make its future differ from the last time it was there."""
    freezer = Freezer(strand.process)
    made: list[Any] = [
        freezer.of_process(),
        strand.cell,
        strand.operation.name,
        freezer.freeze(strand.operation.arguments),
    ]
    inner = None
    for frame in _frames(strand.greenlet.gr_frame):
        is_ours = _is_ours(frame)
        if inner is not None and not is_ours and not leads_to(frame, inner):
            raise Incomparable
        inner = frame
        at = place_of(frame)
        if _is_in_for_loop(frame, at):
            raise Incomparable
        made.append((frame.f_code, at, freezer.freeze(dict(frame.f_locals))))
    if inner is None:
        raise Incomparable  # Its target is over, and what comes then is no loop.
    return tuple(made)


def _frames(frame: Any) -> Iterator[Any]:
    """Those of the scenario's own code and all that is within, from the inside out."""
    within = []
    while frame is not None:
        within.append(frame)
        if not _is_ours(frame):
            yield from within
            within.clear()
        frame = frame.f_back


def _is_ours(frame: Any) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name.startswith(_OURS)


class _Loop(NamedTuple):
    """Where in a function an iterator is half used: from ``start`` to ``end``, and whether its variable tells how far,
    if ``range`` is what it usually is; or the iterator itself, which is a variable ``is_given`` to a generator
    expression."""

    start: int
    end: int
    is_told: bool
    is_given: bool


@functools.cache
def _loops(code: types.CodeType) -> tuple[_Loop, ...]:
    """A loop over a range is told by its variable, if nothing else is ever assigned to that, nor to what the range was
    made of while it lasts."""
    instructions = instructions_of(code)
    found = []
    for index, one in enumerate(instructions):
        if one.opname == "FOR_ITER":
            is_given = instructions[index - 1].argval == ".0"
            found.append(_Loop(one.offset, one.argval, _is_told(code, index), is_given))
    return tuple(found)


def _is_told(code: types.CodeType, index: int) -> bool:
    instructions = instructions_of(code)
    loop, after = instructions[index], instructions[index + 1]
    if instructions[index - 1].opname != "GET_ITER" or after.opname not in ("STORE_FAST", "STORE_FAST_LOAD_FAST"):
        return False
    given = calls_range(code, index - 1)
    if given is None:
        return False
    variable = after.argval if after.opname == "STORE_FAST" else after.argval[0]
    changed = [
        name
        for one in instructions
        if one.opname.startswith(_CHANGES) or one.opname == "LOAD_FAST_AND_CLEAR"
        for name in (one.argval if isinstance(one.argval, tuple) else (one.argval,))
        if one.offset != after.offset and (name == variable or loop.offset <= one.offset < loop.argval)
    ]
    return not {variable, *given.split()} & {*changed}


_CHANGES = ("STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF", "STORE_NAME", "STORE_GLOBAL")


def _is_in_for_loop(frame: Any, at: int) -> bool:
    """Whether ``frame`` is at a place of which its variables do not tell all."""
    is_usual = frame.f_globals.get("range", builtins.range) is builtins.range
    return any(
        loop.start <= at < loop.end and not (loop.is_given or (loop.is_told and is_usual))
        for loop in _loops(frame.f_code)
    )
