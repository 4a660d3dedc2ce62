"""Random small scenarios, drawn by hypothesis: equal seeds, equal programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.plan import Fault, FaultAction, Plan
from engine.primitives import primitive
from tests.conformance.faithful.uses import ANYWHERE, USES, Use
from tests.processes_support import a_plan, ref

START_METHODS = ("fork",) * 6 + ("spawn", "forkserver")
MOST_STATEMENTS = 7
"""In all processes together: what is much longer has too many schedules to see them all."""

_ACTIONS: tuple[FaultAction, ...] = ("kill", "kill", "terminate", "interrupt", "interrupt", "stop")
"""What happens at operations."""

_EARLY_S, _LATE_S, _LAST_S = (0.0, 0.001, 0.004), 0.3, 1.5
"""When processes are stopped, and when they are resumed: also of those that start late, all that they could do before
is over by then. A signal that came before they were stopped would be lost."""

_PRELUDE = """
import os, queue, sys, time, threading
"""


class Program(NamedTuple):
    """``processes`` are each one's arguments; ``shared`` is as in a scenario."""

    source: str
    processes: Mapping[str, Sequence[object]]
    shared: Mapping[str, Mapping[str, Any]]
    start_method: str
    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        faults = "".join(f"# {fault}\n" for fault in self.faults)
        shared = "".join(f"# {name}: {given}\n" for name, given in self.shared.items())
        started = "".join(f"# {name}{tuple(map(str, given))}\n" for name, given in self.processes.items())
        return f"# {self.start_method}\n{faults}{shared}{started}{self.source.strip()}"

    @property
    def plan(self) -> Plan:
        return a_plan(
            self.source,
            self.processes,
            shared=self.shared,
            start_method=self.start_method,
            faults=self.faults,
            timeout_s=20.0,
        )


@st.composite
def programs(draw: st.DrawFn, types: Sequence[str] = tuple(USES), has_faults: bool = False) -> Program:
    """Two to four processes, and one to three things that they share; with something that goes wrong, if wanted.

    Drawn evenly: what hypothesis draws by itself is small and alike, so that a failing example can be made smaller,
    which nothing here asks of it (a run of real processes is not the same twice).
    """
    chance = draw(st.randoms(use_true_random=True))
    names = "xyz"[: chance.choice((1, 1, 2, 2, 3))]
    shared = {name: _made(chance, types) for name in names}
    uses = {name: USES[given["type"]] for name, given in shared.items()}
    count = chance.choice((2, 2, 2, 3, 3, 4))
    most = MOST_STATEMENTS // count
    sources, processes = [_PRELUDE], {}
    for number in range(1, count + 1):
        body = [line for _ in range(chance.randint(1, most)) for line in _statement(chance, uses)]
        sources.append(_function(f"p{number}", names, body, is_guarded=chance.random() < 0.7))
        processes[f"p{number}"] = [ref(name, *_end(chance, uses[name])) for name in names]
    start_method = chance.choice(START_METHODS)
    faults = _faults(chance, sources[1:], processes, shared) if has_faults else ()
    return Program("".join(sources), processes, shared, start_method, faults)


def _faults(
    chance: Random,
    functions: Sequence[str],
    processes: Mapping[str, Sequence[object]],
    shared: Mapping[str, Mapping[str, Any]],
) -> tuple[Fault, ...]:
    """What happens to one process: at an operation of its own, or anywhere, or that it is stopped by the clock; who is
    stopped is resumed."""
    place = chance.randrange(len(functions))
    victim, given = list(processes.items())[place]
    names = dict(zip(shared, given, strict=True))
    done = [(str(names[name])[2:-1], one) for name in shared for one in _operations(functions[place], name, shared)]
    if chance.random() < 0.3:
        return (Fault("kill", victim, nth=0),)
    if not done or chance.random() < 0.2:
        return Fault("stop", victim, at_s=chance.choice(_EARLY_S)), Fault("resume", victim, at_s=_LATE_S)
    action = chance.choice(_ACTIONS)
    struck = Fault(
        action,
        victim,
        moment=chance.choice(("before", "after")),
        operation=chance.choice(done),
        nth=chance.choice((1, 1, 1, 2)),
    )
    return (struck, Fault("resume", victim, at_s=_LAST_S)) if action == "stop" else (struck,)


def _operations(function: str, name: str, shared: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What ``function`` does to what is called ``name``, as faults call it."""
    found = re.findall(rf"\b{name}\.(\w+)\(", function)
    found += ["acquire", "release"] if re.search(rf"\bwith {name}(\.get_lock\(\))?:", function) else []
    found += ["read", "write"] if re.search(rf"\b{name}(\.value|\[)", function) else []
    return [one for one in found if one in primitive(shared[name]["type"]).operations]


def _made(chance: Random, types: Sequence[str]) -> Mapping[str, Any]:
    kind = chance.choice([one for one in types for _ in range(1 if "." in one and "Manager" not in one else 3)])
    return {"type": kind, **chance.choice(USES[kind].parameters)}


def _end(chance: Random, use: Use) -> Sequence[int]:
    return (chance.randrange(use.ends),) if use.ends else ()


def _statement(chance: Random, uses: Mapping[str, Use], depth: int = 0) -> list[str]:
    """One statement, and what is inside it."""
    if chance.random() < 0.06:
        return [_noted(chance.choice(ANYWHERE))]
    name = chance.choice([*uses])
    statement = _on(name, chance.choice([one for one in uses[name].statements if depth < 2 or one[-1] != ":"]))
    if not statement.endswith(":"):
        return [_noted(statement)]
    return [statement, *(f"    {line}" for line in _statement(chance, uses, depth + 1))]


def _on(name: str, statement: str) -> str:
    """``statement``, which is on ``x``, on what is called ``name``."""
    return re.sub(r"\bx\b", name, statement)


def _noted(statement: str) -> str:
    try:
        compile(statement, "", "eval")
    except SyntaxError:
        return statement
    return f"note({statement})"


def _function(name: str, parameters: Sequence[str], body: Sequence[str], is_guarded: bool) -> str:
    """A process's target: it returns what it has noted; if ``is_guarded``, also that it met an exception."""
    head = [f"def {name}({', '.join(parameters)}):", f"    me, seen = {name!r}, []", "    note = seen.append"]
    if not is_guarded:
        lines = [*head, *(f"    {line}" for line in body)]
    else:
        lines = [
            *head,
            "    try:",
            *(f"        {line}" for line in body),
            "    except Exception as error:",
            "        note(f'{type(error).__name__}: {error}')",
        ]
    return "\n".join([*lines, "    return seen", ""])


def drawn(
    count: int, first_seed: int = 0, types: Sequence[str] = tuple(USES), has_faults: bool = False
) -> list[Program]:
    """``count`` different programs."""
    found: dict[str, Program] = {}

    @seed(first_seed)
    @settings(max_examples=10 * count, phases=(Phase.generate,), suppress_health_check=list(HealthCheck), deadline=None)
    @given(programs(types, has_faults))
    def keep(program: Program) -> None:
        found.setdefault(str(program), program)

    keep()
    return list(found.values())[:count]
