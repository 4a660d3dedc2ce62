"""What the scenario's code may do, found out from the code: what costs something is looked for only where it does."""

from __future__ import annotations

import dis
from collections.abc import Sequence
from itertools import pairwise
from types import CodeType
from typing import NamedTuple

from .constants import CHANGES_ATTRIBUTES, within
from .destruction import may_be_heard


class Habits(NamedTuple):
    """``patches`` says whether it may change what is not its own; ``sees_modules`` whether it may look into
    ``sys.modules``; ``collects`` garbage, ``warns`` and ``hashes`` whether it may call functions of such a name,
    ``identifies`` whether it may ask where objects are, ``finds_subclasses`` whether it may ask for these,
    ``sees_bytes`` whether it may look for the bytes of something, and ``is_heard`` whether what goes away may do
    something."""

    patches: bool = False
    sees_modules: bool = False
    collects: bool = False
    warns: bool = False
    hashes: bool = False
    identifies: bool = False
    finds_subclasses: bool = False
    sees_bytes: bool = False
    is_heard: bool = False


def habits_of(codes: Sequence[CodeType]) -> Habits:
    def use(name: str) -> bool:
        return any(_uses(code, name) for code in codes)

    return Habits(
        patches=any(map(_may_patch, codes)),
        sees_modules=use("modules"),
        collects=use("collect"),
        warns=use("warn"),
        hashes=use("hash"),
        identifies=use("id") or use("hash"),
        finds_subclasses=use("__subclasses__"),
        sees_bytes=use("bytearray") or use("memoryview"),
        is_heard=any(map(may_be_heard, codes)),
    )


def _may_patch(code: CodeType) -> bool:
    """Whether code may change attributes of something that is not a variable of the function that does so: of a module,
    for one."""
    for one in within(code):
        if _PATCHING & {*one.co_names}:
            return True
        loaded = ""
        for before, each in pairwise(dis.get_instructions(one)):
            if each.opname in ("COPY", "DUP_TOP"):
                loaded = before.opname  # Of what an attribute is changed by ``+=`` and the like.
            elif each.opname in CHANGES_ATTRIBUTES:
                owner = loaded if before.opname in ("SWAP", "ROT_TWO") else before.opname
                if "LOAD_FAST" not in owner:
                    return True
    return False


_PATCHING = frozenset({"setattr", "delattr", "patch", "vars", "globals", "__dict__", "__setattr__", "__delattr__"})


def _uses(code: CodeType, name: str) -> bool:
    """Whether code has a ``name`` of that kind, of a global or of an attribute."""
    return any(name in one.co_names for one in within(code))
