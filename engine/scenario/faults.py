"""The language of ``faults``: their keys, and what may stand beside or behind each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ..errors import Problem
from ..plan import FaultAction
from ..primitives import primitive
from ..words import near
from . import durations
from .matchers import Model, optional
from .problems import MAX_PROBLEMS
from .shared import type_of
from .tree import Document, Map, Mark, Seq
from .variants import Tree

ANYWHERE: Literal["anywhere"] = "anywhere"

_ACTIONS: tuple[FaultAction, ...] = get_args(FaultAction)
_BESIDE_OPERATIONS: tuple[Literal["before", "after"], ...] = ("before", "after")
_MOMENTS = ("at", *_BESIDE_OPERATIONS)
_OPERATION = re.compile(r"([^\W\d][\w-]*)(?:\[(\d+)\])?\.([^\W\d]\w*)")


def _at(value: object) -> object:
    try:
        return value if value == ANYWHERE else durations.seconds(value)
    except ValueError as error:
        raise ValueError(f'{error}, or "{ANYWHERE}"') from None


def _operation(value: str) -> str:
    if not _OPERATION.fullmatch(value):
        raise ValueError("an operation, such as lock.release or pipe[0].recv")
    return value


def _required(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"required": [name]} for name in names]


_SCHEMA: dict[str, Any] = {
    "allOf": [{"anyOf": _required(_ACTIONS)}, {"anyOf": _required(_MOMENTS)}],
    "not": {
        "anyOf": [
            *({"required": list(pair)} for names in (_ACTIONS, _MOMENTS) for pair in combinations(names, 2)),
            {"required": ["nth", "at"]},
            {"required": ["resume"], "anyOf": _required(_BESIDE_OPERATIONS)},
            {"required": ["resume", "at"], "properties": {"at": {"const": ANYWHERE}}},
        ]
    },
}

At = Annotated[
    float | Literal["anywhere"],
    BeforeValidator(_at),
    WithJsonSchema({"anyOf": [{"const": ANYWHERE}, *durations.SCHEMA["anyOf"]]}),
]
Operation = Annotated[str, AfterValidator(_operation), Field(json_schema_extra={"pattern": f"^{_OPERATION.pattern}$"})]


class Fault(Model):
    """One thing that goes wrong: what is done to which process, and when."""

    model_config = ConfigDict(json_schema_extra=_SCHEMA)

    kill: str = optional(
        "The process that is killed, without a chance to clean up: `worker` (each replica), `worker[1]`."
    )
    stop: str = optional("The process that is stopped: it stays, and does nothing until it is resumed.")
    resume: str = optional("The process that goes on after it was stopped; only `at` a time.")
    interrupt: str = optional("The process that gets what Ctrl-C sends: a `KeyboardInterrupt` in its main thread.")
    terminate: str = optional("The process that is asked to end, as `Process.terminate()` does.")
    at: At = optional(
        "So long after the first process was started; or `anywhere`: a run picks a random point, an exploration tries "
        "every point."
    )
    before: Operation = optional("When the process is about to do this: `lock.release`, or `pipe[0].recv` for an end.")
    after: Operation = optional("When the process has just done this: `queue.get`, or `pipe[0].recv` for an end.")
    nth: int = Field(1, ge=1, description="Which time that it does so, counted from 1.")
    because: str | None = optional("Why this is to go wrong; for people.")

    @property
    def action(self) -> FaultAction:
        return next(action for action in _ACTIONS if getattr(self, action) is not None)

    @property
    def process(self) -> str:
        """A process, or all replicas of one, as the scenario names it."""
        named: str = getattr(self, self.action)
        return named

    @property
    def at_s(self) -> float | None:
        """The time, where the clock decides when."""
        return None if self.at == ANYWHERE else self.at

    @property
    def moment(self) -> Literal["before", "after"] | None:
        return next((moment for moment in _BESIDE_OPERATIONS if getattr(self, moment) is not None), None)

    @property
    def operation(self) -> tuple[str, str] | None:
        """A primitive, or an end of it, and what is done with it, where that decides when."""
        if self.moment is None:
            return None
        operated, _, operation = getattr(self, self.moment).rpartition(".")
        return operated, operation


# What is wrong with faults, beyond the kind of each value


def fault_problems(tree: Tree) -> list[Problem]:
    """What does not go together in the faults of ``tree``, or names nothing that is there."""
    faults = tree.value.get("faults")
    if not isinstance(faults, Seq):
        return []
    found = (
        problem
        for fault, mark in zip(faults, faults.marks, strict=True)
        if isinstance(fault, Map)
        for problem in _problems(fault, mark, tree)
    )
    return list(islice(found, MAX_PROBLEMS))


def _problems(fault: Map, mark: Mark, tree: Tree) -> Iterator[Problem]:
    document = tree.document
    for names in (_ACTIONS, _MOMENTS):
        yield from _choice_problems(fault, mark, names, document)
    if "nth" in fault and "at" in fault and not fault.keys() & set(_BESIDE_OPERATIONS):
        yield document.problem(fault.key_marks["nth"], '"nth" counts operations: it stands beside "before" or "after"')
    if "resume" in fault:
        yield from _resume_problems(fault, document)
    yield from _process_problems(fault, tree)
    for moment in _BESIDE_OPERATIONS:
        named = _OPERATION.fullmatch(fault[moment]) if isinstance(fault.get(moment), str) else None
        problem = _operation_problem(named, fault.marks[moment], tree) if named else None
        if problem:
            yield problem


def _choice_problems(fault: Map, mark: Mark, names: Sequence[str], document: Document) -> Iterator[Problem]:
    """Of ``names``, just one must be a key of ``fault``."""
    given = [key for key in fault if key in names]
    listed = ", ".join(f'"{name}"' for name in names)
    if not given:
        yield document.problem(mark, f"a fault must have one of {listed}")
    for extra in given[1:]:
        message = f'"{extra}" stands beside "{given[0]}": a fault has just one of {listed}'
        yield document.problem(fault.key_marks[extra], message)


def _resume_problems(fault: Map, document: Document) -> Iterator[Problem]:
    places = [fault.key_marks[moment] for moment in _BESIDE_OPERATIONS if moment in fault]
    if fault.get("at") == ANYWHERE:
        places.append(fault.marks["at"])
    for place in places:
        yield document.problem(place, '"resume" needs "at" with a duration: a stopped process does nothing itself')


def _process_problems(fault: Map, tree: Tree) -> Iterator[Problem]:
    for action in _ACTIONS:
        process = fault.get(action)
        if isinstance(process, str) and process not in tree.process_names:
            message = f'there is no process "{process}"{near(process, tree.process_names)}'
            yield tree.document.problem(fault.marks[action], message)


def _operation_problem(named: re.Match[str], mark: Mark, tree: Tree) -> Problem | None:
    name, end, operation = named.groups()
    document, shared = tree.document, tree.value.get("shared")
    known = shared if isinstance(shared, Map) else {}
    if name not in known:
        return document.problem(mark, f'there is no shared "{name}"{near(name, known)}')
    kind = type_of(known[name])
    if kind is None:  # Said where it stands.
        return None
    operations = primitive(kind).operations
    if not operations:
        message = f'"{name}" has no operations that a fault could wait for, as no {kind} has'
        return document.problem(mark, message, 'say when with "at"')
    message = _end_problem(name, end, primitive(kind).ends)
    if message:
        return document.problem(mark, message)
    if operation in operations:
        return None
    message = f'"{name}" has no operation "{operation}"{near(operation, operations)}'
    return document.problem(mark, message, f"{kind} has {', '.join(operations)}")


def _end_problem(name: str, end: str | None, ends: int) -> str:
    """What is wrong with ``end``, the digits that follow ``name``; nothing where all is well."""
    if not ends:
        return "" if end is None else f'"{name}" is one object: refer to it as {name}'
    known = [str(number) for number in range(ends)]
    either = " or ".join(f"{name}[{number}]" for number in known)
    return "" if end in known else f'"{name}" has {ends} ends: refer to one of them, {either}'
