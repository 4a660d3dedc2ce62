"""Random small scenarios, drawn by hypothesis: equal seeds, equal programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.plan import Fault, FaultAction, Plan
from engine.primitives import primitive
from tests.conformance.faithful.uses import ANYWHERE, AROUND, IN_A_CHILD, OF_A_CHILD, USES, Use
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
import atexit, multiprocessing, os, queue, signal, sys, time, threading
from multiprocessing import connection, shared_memory

LARGE = "l" * 70_000  # More than a pipe holds.
"""

_CHILD = "c"
"""What the function of a process is called that a target starts."""


class Program(NamedTuple):
    """``processes`` are each one's arguments, ``options`` what else is said of it; ``shared`` is as in a scenario;
    ``after`` are the arguments of a function that the parent calls at the end, if there is one."""

    source: str
    processes: Mapping[str, Sequence[object]]
    shared: Mapping[str, Mapping[str, Any]]
    start_method: str
    faults: tuple[Fault, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    after: Sequence[object] | None = None

    def __str__(self) -> str:
        faults = "".join(f"# {fault}\n" for fault in self.faults)
        shared = "".join(f"# {name}: {given}\n" for name, given in self.shared.items())
        started = "".join(
            f"# {name}{tuple(map(str, given))} {dict(self.options.get(name, {})) or ''}".rstrip() + "\n"
            for name, given in self.processes.items()
        )
        return f"# {self.start_method}\n{faults}{shared}{started}{self.source.strip()}"

    @property
    def plan(self) -> Plan:
        return a_plan(
            self.source,
            self.processes,
            shared=self.shared,
            options=self.options,
            after=self.after,
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
    has_child = chance.random() < 0.2
    has_after = chance.random() < 0.15
    sources, processes, options = [], {}, {}
    for number in range(1, count + 1):
        others = OF_A_CHILD if has_child and number == 1 else ()
        body = [line for _ in range(chance.randint(1, most)) for line in _statement(chance, uses, others)]
        head = _child(names, is_daemon=chance.random() < 0.3) if others else ()
        sources.append(_function(f"p{number}", names, body, is_guarded=chance.random() < 0.7, head=head))
        processes[f"p{number}"] = [ref(name, *_end(chance, uses[name])) for name in names]
        options[f"p{number}"] = _options(chance, number)
    start_method = chance.choice(START_METHODS)
    faults = _faults(chance, sources, processes, shared) if has_faults else ()
    after = None
    if has_child:
        body = [line for _ in range(chance.randint(1, 2)) for line in _statement(chance, uses, IN_A_CHILD)]
        sources.append(_function(_CHILD, ("near", "far", *names), body, is_guarded=False))
    if has_after:
        sources.append(_function("after", names, _statement(chance, uses), is_guarded=True))
        after = [ref(name, *_end(chance, uses[name])) for name in names]
    return Program("".join((_PRELUDE, *sources)), processes, shared, start_method, faults, options, after)


def _options(chance: Random, number: int) -> Mapping[str, Any]:
    """What is said of the process of that number: most are started at once, and waited for."""
    found: dict[str, Any] = {}
    if chance.random() < 0.1:
        found["daemon"] = True
    if number > 1 and chance.random() < 0.1:
        found["start_after"] = (f"p{chance.randrange(1, number)}",)
    return found


def _child(names: Sequence[str], is_daemon: bool) -> Sequence[str]:
    given = ", ".join(("near", "far", *names))
    return (
        "near, far = multiprocessing.Pipe()",
        f"child = multiprocessing.Process(target={_CHILD}, args=({given}), daemon={is_daemon or None})",
    )


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


def _statement(chance: Random, uses: Mapping[str, Use], others: Sequence[str] = (), depth: int = 0) -> list[str]:
    """One statement, and what is inside it; ``others`` are ones that have to do with none of what is shared."""
    if chance.random() < 0.08:
        return [*map(_noted, chance.choice(ANYWHERE).splitlines())]
    if others and chance.random() < 0.6:
        return [_noted(chance.choice(others))]
    if depth < 2 and chance.random() < 0.05:
        return [chance.choice(AROUND), *(f"    {line}" for line in _statement(chance, uses, others, depth + 1))]
    name = chance.choice([*uses])
    statement = _on(name, chance.choice([one for one in uses[name].statements if depth < 2 or one[-1] != ":"]))
    if not statement.endswith(":"):
        return [_noted(statement)]
    return [statement, *(f"    {line}" for line in _statement(chance, uses, others, depth + 1))]


def _on(name: str, statement: str) -> str:
    """``statement``, which is on ``x``, on what is called ``name``."""
    return re.sub(r"\bx\b", name, statement)


def _noted(statement: str) -> str:
    try:
        compile(statement, "", "eval")
    except SyntaxError:
        return statement
    return statement if statement.startswith("note(") else f"note({statement})"


def _function(
    name: str, parameters: Sequence[str], body: Sequence[str], is_guarded: bool, head: Sequence[str] = ()
) -> str:
    """A process's target: it returns what it has noted; if ``is_guarded``, also that it met an exception."""
    begin = [f"def {name}({', '.join(parameters)}):", f"    me, seen = {name!r}, []", "    note = seen.append"]
    begin += [f"    {line}" for line in head]
    if not is_guarded:
        lines = [*begin, *(f"    {line}" for line in body)]
    else:
        lines = [
            *begin,
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
