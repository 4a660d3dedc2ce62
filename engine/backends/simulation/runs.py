"""What a simulation tells of a run, as the records that everybody else reads."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ... import plain
from ...trace import ProcessRun, Raised, Returned, Run, SimulatedStep, WaitingFor


def run_from(told: Mapping[str, Any]) -> Run:
    """The run, which took as long as its clock says: no time, where it has none."""
    processes = {name: _process(name, process) for name, process in told["processes"].items()}
    parent = _process("parent", told["parent"])
    why = _why(told["ending"], parent, processes)
    if told["ending"] == "step_limit":
        # They are where they were when they were left, and need not be waiting for anything.
        processes = {name: replace(one, waiting_for=None) for name, one in processes.items()}
        parent = replace(parent, waiting_for=None)
    return Run(
        ending=told["ending"],
        why=why,
        duration_s=told["duration_s"],
        stdout=told["stdout"],
        stderr=told["stderr"],
        parent=parent,
        calls={name: _call(name, told["calls"].get(name)) for name in ("before", "after")},
        processes=processes,
        shared={name: plain.decode(value) for name, value in told["shared"].items()},
        leaks=tuple(told["leaks"]),
        unstruck=tuple(told["unstruck"]),
    )


def steps_from(told: Sequence[Mapping[str, Any]]) -> tuple[SimulatedStep, ...]:
    return tuple(SimulatedStep(**{**one, "where": short(one["where"])}) for one in told)


def short(where: str) -> str:
    """A line by its file's own name."""
    return os.path.basename(where)


def _process(name: str, told: Mapping[str, Any]) -> ProcessRun:
    waits = told["waiting_for"]
    return ProcessRun(
        name=name,
        exitcode=told["exitcode"],
        stdout=told["stdout"],
        stderr=told["stderr"],
        returned=_returned(told["returned"]),
        raised=_raised(told["raised"]),
        started_s=0.0 if told["started"] else None,
        ended_s=0.0 if told["ended"] else None,
        waiting_for=WaitingFor(waits["operation"], 0.0, short(waits["where"])) if waits else None,
        faults=tuple(told["faults"]),
    )


def _call(name: str, told: Mapping[str, Any] | None) -> ProcessRun:
    if told is None:
        return ProcessRun(name)
    return ProcessRun(name, returned=_returned(told.get("returned")), raised=_raised(told.get("raised")))


def _returned(told: Mapping[str, Any] | None) -> Returned | None:
    return None if told is None else Returned(plain.decode(told["value"]))


def _raised(told: Mapping[str, Any] | None) -> Raised | None:
    return None if told is None else Raised(told["type"], tuple(told["types"]), told["message"], told["where"])


def _why(ending: str, parent: ProcessRun, processes: Mapping[str, ProcessRun]) -> str | None:
    if ending == "completed":
        return None
    everybody = {**processes, "the parent process": parent}
    verb, at = ("was at", "on") if ending == "step_limit" else ("waits in", "at")
    waits = [
        f"{name} {verb} {one.waiting_for.operation}"
        + (f" {at} {one.waiting_for.where}" if one.waiting_for.where else "")
        for name, one in everybody.items()
        if one.waiting_for
    ]
    return f"{_SAID[ending]}: {', '.join(waits)}" if waits else _SAID[ending]


_SAID = {
    "deadlock": "deadlock",
    "timeout": "it would go on beyond its timeout",
    "step_limit": "it met the limit on steps",
    "parent_died": "the parent process died before its work was done",
}
