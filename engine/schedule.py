"""A schedule: who took each step of a simulated run, so that the run can be had again.

It is kept as JSON, one line for each turn (``left*3`` is three steps of ``left``), with a fingerprint of the plan that
it was recorded from: a schedule fits no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Literal, get_args

from .plan import Call, Plan

VERSION: Literal[1] = 1
Timing = Literal["any", "virtual"]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The choices that make one run in simulation, so that it can be had again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"use_attribute_docstrings": True, "extra": "forbid"}

    version: Literal[1] = VERSION
    """The version of this format."""
    fingerprint: str
    """What it was recorded from, as a hash for each part that matters: it fits nothing else."""
    file: str
    """The scenario's file, as the command line led to it."""
    name: str
    """The scenario's name."""
    variant: Mapping[str, Any]
    """The values of its row of the matrix."""
    timing: Timing
    """Whether durations order what happens: `any` (they do not) or `virtual`."""
    seed: int
    """What random choices of the targets are drawn from."""
    exact: tuple[str, ...]
    """The kinds of primitives of which each inner step is one of `steps`, because somebody looks or tries: `queues`,
    `memory`, `pipes`, `kills` (all of them)."""
    steps: tuple[str, ...]
    """Who takes each step, `left*3` for three in a row: `worker[1]`, `parent`, `left:jobs` (the thread that feeds
    `jobs` for `left`), `kill left` (a fault)."""
    start_method: str | None = None
    """The start method that the command line asked for, if it did: the scenario itself may say another one."""
    files: Mapping[str, str] | None = None
    """The files that its targets are in, and those in the scenario's folders that these import, each with a hash; none
    in what was saved before they were looked at."""
    beside: str | None = None
    """The scenario's file, as the folder leads to it that the schedule was saved in."""

    def to_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if value is not None}
        return {**told, "exact": list(self.exact), "steps": turns(self.steps)}

    @staticmethod
    def from_json(data: object) -> Schedule:
        """Raises ValueError, which says what is wrong with ``data``, as the end of a sentence."""
        if not isinstance(data, dict) or "steps" not in data:
            raise ValueError("it is no schedule")
        if data.get("version") != VERSION:
            raise ValueError(f"its version is {data.get('version')!r}, and this engine knows version {VERSION}")
        for key, kind in _KINDS.items():
            if key in _OPTIONAL and data.get(key) is None:
                continue
            if not isinstance(data.get(key), kind) or isinstance(data.get(key), bool):
                raise ValueError(f'its "{key}" is missing or not what it should be')
        if not all(isinstance(digest, str) for digest in (data.get("files") or {}).values()):
            raise ValueError('its "files" is missing or not what it should be')
        if data["timing"] not in get_args(Timing):
            raise ValueError('its "timing" is neither any nor virtual')
        if unknown := data.keys() - _KINDS.keys():
            raise ValueError(f'it has the unknown key "{min(unknown)}"')
        return Schedule(**{**data, "exact": tuple(data["exact"]), "steps": steps_of(data["steps"])})


_KINDS: dict[str, type] = {
    "version": int,
    "fingerprint": str,
    "file": str,
    "name": str,
    "variant": dict,
    "timing": str,
    "seed": int,
    "exact": list,
    "steps": list,
    "start_method": str,
    "files": dict,
    "beside": str,
}
_OPTIONAL = frozenset(("start_method", "files", "beside"))


# Steps as text

_TURN = re.compile(r"(.+?)(?:\*([1-9][0-9]{0,8}))?", re.DOTALL)
_WORD = re.compile(r"'((?:[^']|'')*)'(\*[0-9]+)?|([^\s']\S*)")
_MAX_STEPS = 10_000_000


def turns(steps: Iterable[str]) -> list[str]:
    """``steps`` shorter: ``left*3`` where ``left`` took three in a row."""
    return [_turn(label, sum(1 for _ in group)) for label, group in groupby(steps)]


def steps_of(turns: Iterable[object]) -> tuple[str, ...]:
    """The way back from :func:`turns`. Raises ValueError."""
    steps: list[str] = []
    for turn in turns:
        found = _TURN.fullmatch(turn) if isinstance(turn, str) else None
        if found is None:
            raise ValueError(f"{turn!r} is not somebody's turn")
        times = int(found[2] or 1)
        if len(steps) + times > _MAX_STEPS:
            raise ValueError(f"it has more than {_MAX_STEPS:,} steps")
        steps += [found[1]] * times
    return tuple(steps)


def text(steps: Iterable[str]) -> str:
    """``steps`` on one line: ``left*3 right left:jobs 'kill left'``."""
    return " ".join(map(_word, turns(steps)))


def from_text(text: str) -> tuple[str, ...]:
    """The way back from :func:`text`. Raises ValueError."""
    words, at = [], 0
    for found in _WORD.finditer(text):
        if text[at : found.start()].strip():
            break
        quoted, times, plain = found.groups()
        words.append(plain if quoted is None else quoted.replace("''", "'") + (times or ""))
        at = found.end()
    if text[at:].strip():
        raise ValueError(f"{text[at:].strip()!r} is not somebody's turn")
    return steps_of(words)


def _turn(label: str, times: int) -> str:
    # A label that ends like a number of times needs one after it, for not to be taken for it.
    return f"{label}*{times}" if times > 1 or re.search(r"\*[0-9]+\Z", label) else label


def _word(turn: str) -> str:
    found = _TURN.fullmatch(turn)
    assert found is not None
    if not re.search(r"[\s']", found[1]):
        return turn
    quoted = found[1].replace("'", "''")
    return f"'{quoted}'" + turn[len(found[1]) :]


# What a schedule fits


def fingerprint(plan: Plan) -> str:
    """All of ``plan`` that matters for what can happen, as ``code:1f2e3d4c shared:...``: a hash for each part.

    Names of scenarios, where they are written, comments in ``code``, and time limits change nothing of that. What
    stands in other files has hashes of its own, by :func:`digests`.
    """
    return " ".join(f"{name}:{_digest(part)}" for name, part in _parts(plan).items())


def digests(plan: Plan) -> dict[str, str]:
    """A hash for each of the files that the targets of ``plan`` are made of, by name; comments and layout are not in
    it."""
    from . import sources  # Only exploring asks, and runs should start soon.

    return {file.name: _digest(sources.meaning(sources.read(file.path))) for file in sources.files(plan)}


def differences(recorded: Schedule, plan: Plan) -> list[str]:
    """What of ``plan``, and of the files that its targets are made of, is not as it was ``recorded``. What was not
    kept of them is not among it, but what :func:`untold` says."""
    now = digests(plan)
    before = now if recorded.files is None else recorded.files
    return [*_changed_parts(recorded.fingerprint, plan), *_unequal(now, before)]


def untold(recorded: Schedule, plan: Plan) -> list[str]:
    """The files of ``plan`` of which ``recorded`` does not say what they were."""
    return list(digests(plan)) if recorded.files is None else []


def _changed_parts(fingerprint: str, plan: Plan) -> list[str]:
    before = dict(part.partition(":")[::2] for part in fingerprint.split())
    parts = _parts(plan)
    if "start" in before:  # They have not always been told apart.
        parts = {"start": [parts.pop(name) for name in _START], **parts}
    return _unequal({name: _digest(part) for name, part in parts.items()}, before)


def _unequal(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]


_START = ("run_as", "start_method", "start_together")


def _parts(plan: Plan) -> dict[str, object]:
    from . import sources

    return {
        "code": plan.code and sources.meaning(plan.code.source),
        "shared": plan.shared,
        "processes": plan.processes,
        "parent": [_call(plan.before), _call(plan.after)],
        "faults": plan.faults,
        **{name: getattr(plan, name) for name in _START},
        "environment": plan.environment,
    }


def _call(call: Call | None) -> object:
    return call and list(call)


def _digest(part: object) -> str:
    written = json.dumps(part, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:12]
