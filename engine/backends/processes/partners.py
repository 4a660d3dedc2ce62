"""Who else the scenario gave what a process waits for, and whether any of them is left.

From the plan and from who has ended, so that what is said is certain: a process that was given a queue may never put
anything into it, and one that was not may have got it otherwise. Nothing is claimed about either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ... import plain
from ...plan import Call, Plan, Reference, reference_from
from ...primitives import primitive
from .calls import Wait

PARENT_PROCESS = "the parent process"
_MAX_NAMES = 3


class Partners:
    """Of one run. ``over`` are those who have ended."""

    def __init__(self, plan: Plan, over: Collection[str]) -> None:
        self._over = over
        self._two_ended = {one.name for one in plan.shared if primitive(one.type).ends}
        calls: dict[str, list[Call | None]] = {one.name: [one.call] for one in plan.processes}
        calls[PARENT_PROCESS] = [plan.before, plan.after]
        self._given = {
            name: [found for call in made if call for found in _references([call.args, call.kwargs])]
            for name, made in calls.items()
        }
        self._built_of = {one.name: {found.name for found in _references(one.parameters)} for one in plan.shared}

    def said(self, who: str, wait: Wait, label: str) -> str:
        """What is so of the others who were given what is called ``label``, a primitive or an end, for which ``who``
        waits."""
        if who not in self._given:
            return ""
        name, _, index = label.removesuffix("]").partition("[")
        is_end = bool(index) or name in self._two_ended
        # Of a one-way pipe the first end reads and the second writes.
        end = int(index) if index else int(wait.kind == "write")
        what = "its other end" if is_end else "it"
        others = [
            other
            for other, given in self._given.items()
            if other != who and any(self._is_of(one, name, 1 - end if is_end else None) for one in given)
        ]
        left = [other for other in others if other not in self._over]
        if left:
            return f"{_listed(left, 'was', 'were')} given {what}{'' if is_end else ', too'}"
        if others:
            return f"nobody else who was given {what} is left: {_listed(others, 'has', 'have')} ended"
        return f"nobody else was given {what}"

    def _is_of(self, given: Reference, name: str, end: int | None) -> bool:
        if given.name != name:  # A condition may be given instead of its lock.
            return name in self._built_of.get(given.name, ()) or given.name in self._built_of.get(name, ())
        return end is None or given.path[:1] in ((), (end,))


def _listed(names: Sequence[str], one: str, several: str) -> str:
    return f"{listed(names)} {one if len(names) == 1 else several}"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``, and no more of many than help."""
    shown = list(names[:_MAX_NAMES])
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _references(encoded: object) -> list[Reference]:
    """Those to primitives in what :func:`engine.plan.encode_argument` has made."""
    found: list[Reference] = []

    def note(data: Mapping[str, object]) -> None:
        found.append(reference_from(data))

    plain.decode(encoded, note)
    return [one for one in found if one.kind == "shared"]
