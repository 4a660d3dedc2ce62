"""What a new process gets of its starter: copied with all else where it is forked, pickled otherwise, and by reference
where nobody could see a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.reduction import ForkingPickler
from types import FunctionType
from typing import TYPE_CHECKING, Any

from ...plan import Call
from . import build
from .beginning import opening
from .copier import Copier
from .objects.shared_memory import Block, opened
from .process import Process
from .world import NAMES

if TYPE_CHECKING:
    from .life import Life

Handed = tuple[Callable[[], Any], tuple[Any, ...] | None]
"""What gives a process that is being started what it is started with, and the ends of pipes that are in that; None
where it has all those of its starter."""


def handed_over(life: Life, target: Any, call: Call, process: Process, copier: Copier | None) -> Handed:
    """``target`` and the arguments of ``call`` as ``process`` gets them: copied with all else under fork, pickled
    otherwise."""
    if copier is None and not _is_known_by_its_name(target, call) and life.library.owns(call.module):
        return pickled(life, (target, life.resolve(call.args), life.resolve(call.kwargs)), life.parent)
    take, held = _given(life, call, process, copier)
    find = partial(life.library.target, process, call.module, call.name)
    return lambda: (find(), *take()), held


def _given(life: Life, call: Call, process: Process, copier: Copier | None) -> Handed:
    if copier is not None:
        for shared in life.copied:
            shared.fork(life.parent.number, process)
    handout = life.stock.handout(call.args)
    given: Any
    if handout is not None:
        given = handout.made(life.find), {}
    else:
        value: Any = life.resolve(call.args), life.resolve(call.kwargs)
        if build.is_same_everywhere(value):
            if not value[1]:
                life.stock.note_same_everywhere(call.args)
            given = build.own(value, {})
        elif copier is None:
            return pickled(life, value, life.parent)
        else:
            given = copier.copied(value)
    if copier is not None:
        return lambda: given, None
    return _opening(life, opened(given), lambda: given), build.endpoints(given)


def _opening(life: Life, blocks: Sequence[Block], take: Callable[[], Any]) -> Callable[[], Any]:
    """``take``, in which these are opened, if it can be told when."""
    if not blocks or NAMES not in life.world.exact:
        return take
    life.opens_blocks = True
    return opening(blocks, take)


def pickled(life: Life, value: Any, sender: Process) -> Handed:
    """Raises what pickling raises."""
    life.world.is_starting_a_process = True
    life.world.passed.clear()
    life.world.lent.clear()
    life.world.named.clear()
    try:
        with life.library.loaded.visible(sender):
            data = ForkingPickler.dumps(value)
    finally:
        life.world.is_starting_a_process = False
    take = _opening(life, tuple(life.world.named), partial(ForkingPickler.loads, data))
    return take, tuple(life.world.passed)


def at_hand(value: Any) -> Handed:
    """What gives ``value``, which a forked process has in its memory."""
    return lambda: value, None


def _is_known_by_its_name(target: Any, call: Call) -> bool:
    """Whether ``target`` is pickled as what it is called in ``call``."""
    is_named = isinstance(target, (FunctionType, type))
    return is_named and (target.__module__, target.__qualname__) == (call.module, call.name)
