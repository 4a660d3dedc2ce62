"""What an interpreter destroys as it ends, where that is heard of: refused.

All objects that are left then are destroyed, those that modules hold and those in circles of references: their
``__del__`` is called, and generators that are suspended are closed, in an order that hangs on how the collector comes
across them. Who was forked, also by a fork server, leaves past all that.

Source: CPython, Python/pylifecycle.c (``Py_FinalizeEx``), Python/import.c (``finalize_modules``).
"""

from __future__ import annotations

import dis
import gc
import io
from collections.abc import Container, Iterator
from functools import lru_cache
from types import CodeType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from .constants import within
from .refusal import NotSimulated

if TYPE_CHECKING:
    from .life import Life


def may_be_heard(code: CodeType) -> bool:
    """Whether what goes away may do something that is in ``code``."""
    return any(not _LEAVES.isdisjoint(one.co_names) or (_is_generator(one) and cleans_up(one)) for one in within(code))


_LEAVES = frozenset({"__del__", "IOBase", "RawIOBase", "BufferedIOBase", "TextIOBase", "BytesIO", "StringIO"})
"""Names of destructors, and of classes that have one, which calls ``close``."""


def _is_generator(code: CodeType) -> bool:
    return bool(code.co_flags & _CO_GENERATOR)


_CO_GENERATOR = 0x20
"""Source: CPython, Include/cpython/code.h."""


@lru_cache
def cleans_up(code: CodeType) -> bool:
    """Whether there is a ``try`` or a ``with`` in it."""
    return any(one.opname in _TRIES for one in dis.get_instructions(code))


_TRIES = frozenset({"PUSH_EXC_INFO", "SETUP_FINALLY", "SETUP_WITH"})


def refuse_what_is_destroyed(life: Life, is_completed: bool) -> None:
    """Raises NotSimulated if something is left, at the end of a run, that those who have left by their interpreters'
    own doors would destroy, and that would be heard of."""
    owners = {id(names) for names in _globals(life, is_completed)}
    known: dict[type, FunctionType | None] = {}
    objects = gc.get_objects()
    for one in objects:
        kind = type(one)
        if kind is GeneratorType:
            _refuse_suspended(one, owners)
            continue
        if kind not in known:
            known[kind] = _last_words(kind)
        destructor = known[kind]
        if destructor is not None and id(destructor.__globals__) in owners:
            code = destructor.__code__
            _refuse(f"a {kind.__qualname__} whose {code.co_name} is called", code, code.co_firstlineno)
    if len(objects) > _MANY:
        gc.collect()
        gc.freeze()


_MANY = 2_000
"""After so many new objects, what of them stays, which are the engine's own, is not gone through any more."""


def _globals(life: Life, is_completed: bool) -> Iterator[dict[str, Any]]:
    """Those of the modules of who has left by the door. What all have in common is theirs, where nobody else is left to
    have it."""
    leavers = [one for one in life.by_number.values() if one.leaves_by_door]
    if not is_completed and life.parent in leavers:
        leavers.remove(life.parent)  # It has still to join.
    is_everybodys = is_completed and len(leavers) == len(life.by_number)
    for process in leavers:
        for name, module in process.modules.items():
            if is_everybodys or not life.library.is_constant(name):
                yield vars(module)


def _last_words(kind: type) -> FunctionType | None:
    """What is called of an object of this class as it goes away, if that is written in Python."""
    name = "close" if issubclass(kind, io.IOBase) and kind.__del__ is io.IOBase.__del__ else "__del__"
    found = getattr(kind, name, None)
    return found if isinstance(found, FunctionType) else None


def _refuse_suspended(generator: GeneratorType[Any, Any, Any], owners: Container[int]) -> None:
    frame, code = generator.gi_frame, generator.gi_code
    if frame is None or id(frame.f_globals) not in owners or not cleans_up(code):
        return
    if getattr(generator, "gi_suspended", frame.f_lasti != -1):  # Python 3.10 knows only how far it has come.
        _refuse(f"a generator {generator.__qualname__} that is closed", code, frame.f_lineno)


def _refuse(what: str, code: CodeType, line: int) -> None:
    refusal = NotSimulated(f"{what} as its interpreter ends")
    refusal.where = f"{code.co_filename}:{line}"
    raise refusal
