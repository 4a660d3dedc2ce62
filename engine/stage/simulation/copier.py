"""Makes the copies that a forked process gets of what it can reach."""

from __future__ import annotations

import functools
import re
import sys
import types
from collections.abc import Iterable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

from .builtin_copies import BUILTIN
from .here import here
from .identity import identity
from .object_copies import copy_of_object
from .refusal import NotSimulated
from .standard import is_standard
from .surroundings import as_at_first

_SHARED = (
    *(type(None), bool, int, float, complex, str, bytes, range, slice, type(...), type(NotImplemented)),
    *(types.CodeType, types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType),
    *(types.MemberDescriptorType, types.ClassMethodDescriptorType, re.Pattern),
)
"""Types whose objects never change."""

_DEPTH = 10_000
"""How many calls may be in one another: fork itself goes by no limit of the interpreter's."""

_set_recursion_limit = sys.setrecursionlimit
"""The interpreter's own: processes will have another, each for itself."""

_SAME_EVERYWHERE = frozenset(_SHARED)


class Copier:
    """Makes the copies that one process gets; the same one of the same thing. ``modules`` are the names of those that
    are copied."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self._copies: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._cells: list[tuple[types.CellType, types.CellType]] = []

    def note(self, original: Any, copy: Any) -> None:
        """``copy`` is what the process has in the place of ``original``."""
        self._copies[identity(original)] = copy
        self._kept.append(original)  # As long as it is kept, no other one has its identity.

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """What was noted."""
        return ((original, self._copies[identity(original)]) for original in self._kept)

    def find(self, original: Any) -> Any:
        """What was noted; None if nothing was."""
        return self._copies.get(identity(original))

    def fill_later(self, original: types.CellType, copy: types.CellType) -> None:
        """What is in the cell of a closure may be the function that has it."""
        self._cells.append((original, copy))

    def is_flat(self, values: Iterable[Any]) -> bool:
        """Whether none of them ever changes."""
        return _SAME_EVERYWHERE.issuperset(map(type, values))

    def copied(self, value: Any) -> Any:
        """What the process has of ``value``. Raises NotSimulated where there is no copy of something."""
        if type(value) in _SAME_EVERYWHERE:
            return value
        limit = sys.getrecursionlimit()
        _set_recursion_limit(max(limit, _DEPTH))
        strand, here.strand = here.strand, None
        here.aside = "the hash of what a forked process has a copy of"
        try:
            return self._copied(value)
        except RecursionError:
            raise NotSimulated("memory that is too deep to be copied for a forked process") from None
        except Exception as error:  # A hash raises it, of what is not whole yet, or whatever else is asked.
            raise NotSimulated(f"memory whose copy for a forked process raises {type(error).__name__}") from error
        finally:
            here.strand, here.aside = strand, None
            _set_recursion_limit(limit)

    def _copied(self, value: Any) -> Any:
        made = self.copy(value)
        while self._cells:
            original, copy = self._cells.pop()
            with suppress(ValueError):  # There may be nothing in it.
                copy.cell_contents = self.copy(original.cell_contents)
        return made

    def copy(self, value: Any) -> Any:
        """The same, but that closures in it may not be filled yet."""
        if type(value) in _SAME_EVERYWHERE:
            return value
        found = self._copies.get(identity(value), self)
        if found is not self:
            return found
        if identity(value) in _of_the_standard_library(len(sys.modules)):
            return value
        made = BUILTIN.get(type(value), copy_of_object)(self, value)
        if made is not value and identity(value) not in self._copies:
            self.note(value, made)
        return made


def inherited(copier: Copier) -> Context:
    """The context variables of who runs, as one that he forks has them, for whom ``copier`` copies."""
    context = copy_context()
    copied: Context = copier.copied(context) if context else context
    return copied


@functools.lru_cache(maxsize=1)
def _of_the_standard_library(modules: int) -> dict[int, Any]:
    """What its modules hold, by identity, which is one for all processes (``dataclasses.MISSING``). There may be more
    when there are more ``modules``."""
    known = [module for name, module in list(sys.modules.items()) if is_standard(name) and module is not None]
    with as_at_first():
        return {identity(value): value for module in known for value in list(vars(module).values())}
