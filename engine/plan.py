"""What will be done for one variant of a scenario.

Plain data: replicas are expanded, references are bound to names, targets are named; a plan travels to another
interpreter as JSON. Named tuples, because the stage starts in half the time without ``dataclasses``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from . import plain

RunAs = Literal["process", "thread"]
StartMethod = Literal["fork", "spawn", "forkserver"]

PARENT = "parent"
CODE_MODULE = "scenario_code"


class Interpreter(NamedTuple):
    """What planning must know of the interpreter that will run a scenario; the first start method is its default."""

    version: str
    platform: str
    executable: str
    start_methods: tuple[str, ...]


class Reference(NamedTuple):
    """A value that only the scenario's parent process has: a shared primitive, or an object of its ``code``.

    ``path`` leads into it: an index (a pipe's end) or attribute names (an object of ``code``).
    """

    kind: Literal["shared", "code"]
    name: str
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"${{{'code.' if self.kind == 'code' else ''}{self.name}{steps}}}"


def encode_argument(value: object) -> object:
    """``value`` as JSON-able data, with its references; ``plain.decode`` with ``reference_from`` is the way back."""

    def reference(value: object) -> dict[str, object] | None:
        if not isinstance(value, Reference):
            return None
        return {"type": "reference", "kind": value.kind, "name": value.name, "path": list(value.path)}

    return plain.encode_whole(value, reference)


def reference_from(data: Mapping[str, Any]) -> Reference:
    return Reference(data["kind"], data["name"], tuple(data["path"]))


class Code(NamedTuple):
    """Python source as it stands in a scenario file; ``line`` is the file's line its first line is on."""

    source: str
    file: str
    line: int


class Call(NamedTuple):
    """A target and what it is called with; ``args`` and ``kwargs`` are encoded by ``encode_argument``."""

    module: str
    name: str
    args: object
    kwargs: object


class SharedPlan(NamedTuple):
    """One primitive to build; ``parameters`` is encoded by ``encode_argument``."""

    name: str
    type: str
    parameters: object


class ProcessPlan(NamedTuple):
    """One process to start, when every process in ``start_after`` has ended, ``delay_s`` seconds after that."""

    name: str
    call: Call
    daemon: bool = False
    start_after: tuple[str, ...] = ()
    delay_s: float = 0.0


FaultAction = Literal["kill", "stop", "resume", "interrupt", "terminate"]


class Fault(NamedTuple):
    """One thing that goes wrong: what is done to which process, and when.

    Either ``at_s`` (seconds after the first process was started), or ``moment`` of the ``nth`` time (from 1) that
    the process does ``operation`` (a primitive, or an end of it such as ``pipe[0]``, and its operation), or, where both
    are None, at its ``nth`` point of all: there is one before and one after each operation. For ``nth`` 0 that point is
    chosen anew for each run.
    """

    action: FaultAction
    process: str
    at_s: float | None = None
    moment: Literal["before", "after"] | None = None
    operation: tuple[str, str] | None = None
    nth: int = 1

    @property
    def is_anywhere(self) -> bool:
        return self.at_s is None and self.operation is None

    def __str__(self) -> str:
        if self.at_s is not None:
            return f"{self.action} {self.process} at {self.at_s:g} s"
        if self.operation is None:
            return f"{self.action} {self.process} at point {self.nth}"
        times = "" if self.nth == 1 else f", time {self.nth}"
        return f"{self.action} {self.process} {self.moment} {'.'.join(self.operation)}{times}"


STRIKES = ("kill", "terminate", "stop")
"""Faults that a process is struck by at one step of a schedule, and that are its end."""


class Turn(NamedTuple):
    """One step of a schedule that real processes are made to follow.

    ``number`` is the step's in the simulated run, from 1. ``thread`` is empty for the process's own line, or names the
    primitive that a thread of its feeds. ``operation`` is ``stdout`` or ``stderr``, on no primitive, where ``size``
    bytes are written there, one of ``STRIKES`` where the process is ended from outside, and ``interrupt`` where it is
    interrupted. A step that does not ``begin`` an operation is a later one of it, and one that ``goes_on`` is not its
    last: ``following`` is what comes after it. So a fault that does not begin strikes as an operation ends, and
    another one as what follows would have begun. A late step is that of a time-out which fires.
    """

    number: int
    process: str
    thread: str
    primitive: str
    operation: str
    begins: bool = True
    goes_on: bool = False
    is_late: bool = False
    size: int = 0
    following: str = ""

    @property
    def what(self) -> str:
        return f"{self.primitive}.{self.operation}" if self.primitive else self.operation

    @property
    def is_strike(self) -> bool:
        return not self.primitive and self.operation in STRIKES

    @property
    def is_interrupt(self) -> bool:
        return self.what == "interrupt"

    @property
    def is_fault(self) -> bool:
        return self.is_strike or self.is_interrupt

    @property
    def is_end(self) -> bool:
        """Whether its process is gone after it."""
        return self.is_strike or self.what == "exit"


class Score(NamedTuple):
    """A schedule for real processes: all of its steps in order, the names of the processes in the order of the plan,
    what random numbers are drawn from, and who is asleep at the end for longer than the run may take. ``has_output``
    says whether what is printed is a step."""

    turns: tuple[Turn, ...]
    processes: tuple[str, ...]
    seed: int = 0
    asleep: tuple[str, ...] = ()
    has_output: bool = False


class Plan(NamedTuple):
    """One variant of a scenario, ready to be carried out by any backend.

    ``search_path`` holds the folders from which the targets' modules are imported, first one first.
    ``environment`` holds only what the scenario adds. ``score`` is what its processes are made to follow, if anything.
    ``delays`` is what it is drawn from by how much they are late before operations; None for not at all.
    """

    name: str
    file: str
    run_as: RunAs
    start_method: StartMethod
    timeout_s: float
    code: Code | None
    shared: tuple[SharedPlan, ...]
    processes: tuple[ProcessPlan, ...]
    before: Call | None
    after: Call | None
    start_together: bool
    environment: Mapping[str, str]
    search_path: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    is_traced: bool = False
    score: Score | None = None
    delays: int | None = None

    @property
    def packages(self) -> frozenset[str]:
        """The names of the packages, or modules in none, that targets are in."""
        calls = [*(process.call for process in self.processes), self.before, self.after]
        return frozenset(call.module.partition(".")[0] for call in calls if call is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            **self._asdict(),
            "code": self.code and self.code._asdict(),
            "shared": [shared._asdict() for shared in self.shared],
            "processes": [{**process._asdict(), "call": process.call._asdict()} for process in self.processes],
            "before": self.before and self.before._asdict(),
            "after": self.after and self.after._asdict(),
            "faults": [fault._asdict() for fault in self.faults],
            "score": self.score,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Plan:
        return Plan(
            **{
                **data,
                "code": data["code"] and Code(**data["code"]),
                "shared": tuple(SharedPlan(**shared) for shared in data["shared"]),
                "processes": tuple(
                    ProcessPlan(
                        **{**process, "call": Call(**process["call"]), "start_after": tuple(process["start_after"])}
                    )
                    for process in data["processes"]
                ),
                "before": data["before"] and Call(**data["before"]),
                "after": data["after"] and Call(**data["after"]),
                "search_path": tuple(data["search_path"]),
                "faults": tuple(
                    Fault(**{**fault, "operation": fault["operation"] and tuple(fault["operation"])})
                    for fault in data["faults"]
                ),
                "score": data["score"] and score_from(data["score"]),
            }
        )


def score_from(data: Sequence[Any]) -> Score:
    """A score that has travelled as JSON, where named tuples are lists."""
    turns, processes, seed, asleep, has_output = data
    return Score(tuple(Turn(*turn) for turn in turns), tuple(processes), seed, tuple(asleep), has_output)
