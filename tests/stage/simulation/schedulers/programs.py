"""Small plans drawn over all that can be simulated: time-outs, forms that do not wait, feeders, ends of pipes,
processes that targets start, and faults at any moment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.plan import Fault, Plan
from tests.processes_support import a_plan, ref


class Kind(NamedTuple):
    """A type with its parameters, and what can be done to one called ``x``: expressions, or statements."""

    type: str
    uses: Sequence[str]
    given: Mapping[str, object] = MappingProxyType({})


_LOCKING = ("x.acquire()", "x.acquire(False)", "x.acquire(timeout=1)", "x.release()", "with x: pass")
_FLAGGING = ("x.set()", "x.clear()", "x.is_set()", "x.wait()", "x.wait(1)", "x.wait(0)")
_WAITING = (
    "with x: seen.append(x.wait(1))",
    "with x: x.wait()",
    "with x: x.notify()",
    "with x: x.notify_all()",
    "x.notify()",
)
_MEETING = ("x.wait()", "x.wait()", "x.wait(1)", "x.wait(0)", "x.abort()", "x.reset()", "x.n_waiting", "x.broken")
_QUEUEING = (
    *("x.put(1)", "x.put([2])", "x.put(3, False)", "x.put(4, timeout=1)"),
    *("x.get()", "x.get(False)", "x.get(timeout=1)", "x.empty()", "x.qsize()", "x.full()"),
)
_PIPING = (
    *("x[0].send(1)", "x[1].send([2])", "x[0].recv()", "x[1].recv()"),
    *("x[0].poll()", "x[0].poll(1)", "x[0].close()", "x[1].close()"),
)
_NUMBERS = ("x.value", "x.value = 3", "x.value += 1")
_ITEMS = ("x[0]", "x[1] = 3", "x[0] += 1", "x[:]")

KINDS = (
    Kind("Lock", _LOCKING),
    Kind("RLock", _LOCKING),
    Kind("Semaphore", _LOCKING, {"value": 2}),
    Kind("BoundedSemaphore", _LOCKING, {"value": 1}),
    Kind("Event", _FLAGGING),
    Kind("Condition", _WAITING),
    Kind("Barrier", _MEETING, {"parties": 2}),
    Kind("Queue", (*_QUEUEING, "x.close()", "x.cancel_join_thread()")),
    Kind("Queue", _QUEUEING, {"maxsize": 1}),
    Kind("JoinableQueue", (*_QUEUEING, "x.task_done()", "x.join()")),
    Kind("SimpleQueue", ("x.put(1)", "x.put([2])", "x.get()", "x.empty()")),
    Kind("Pipe", _PIPING),
    Kind("Pipe", _PIPING, {"duplex": False}),
    Kind("Value", (*_NUMBERS, "with x: x.value += 1"), {"typecode": "i", "value": 0}),
    Kind("RawValue", _NUMBERS, {"typecode": "i", "value": 0}),
    Kind("Array", (*_ITEMS, "with x.get_lock(): x[0] += 1"), {"typecode": "i", "size": 2}),
    Kind("RawArray", _ITEMS, {"typecode": "i", "size": 2}),
    Kind("ShareableList", _ITEMS[:3], {"value": [0, 0]}),
    Kind("SharedMemory", ("x.buf[0]", "x.buf[0] = 3", "x.buf[1] = 4", "bytes(x.buf[:2])"), {"size": 2}),
    Kind("Manager.dict", ("x.get(1)", "x[1] = 2", "x.update({2: 3})", "x.pop(1)", "len(x)", "x.copy()")),
    Kind("Manager.list", ("x.append(1)", "x.pop()", "len(x)", "x[0]", "x[0] = 2")),
    Kind("Manager.Value", ("x.value", "x.value = 3"), {"typecode": "i", "value": 0}),
    Kind("Manager.Array", _ITEMS[:3], {"typecode": "i", "values": [0, 0]}),
    Kind("Manager.Namespace", ("x.a", "x.a = 1", "x.b = 2", "del x.a")),
    Kind("Manager.Lock", _LOCKING[:4]),
    Kind("Manager.RLock", _LOCKING[:4]),
    Kind("Manager.Semaphore", _LOCKING[:4], {"value": 1}),
    Kind("Manager.Event", _FLAGGING),
    Kind("Manager.Condition", _WAITING),
    Kind("Manager.Barrier", _MEETING[:6], {"parties": 2}),
    Kind("Manager.Queue", _QUEUEING, {"maxsize": 1}),
)

_CHILDREN = (
    "child.join()",
    "child.join(1)",
    "child.join(0)",
    "child.is_alive()",
    "child.exitcode",
    "child.terminate()",
    "child.kill()",
    "(child.terminate(), child.is_alive(), child.exitcode)",
    "(child.kill(), child.join(1), child.exitcode)",
    "bool(wait([child.sentinel])) and child.exitcode",
    "bool(wait([child.sentinel], 1)) and child.is_alive()",
    "(child.terminate(), child.kill(), child.join(), child.exitcode)",
)

_FAULTS = (
    ("kill", None),
    ("terminate", None),
    ("interrupt", None),
    ("kill", 1.0),
)


class Drawn(NamedTuple):
    plan: Plan
    is_virtual: bool


def programs(seed: int, kinds: Sequence[Kind] = KINDS) -> Iterator[Drawn]:
    """As many as are asked for."""
    draw = Random(seed)
    while True:
        yield _drawn(draw, kinds)


def _drawn(draw: Random, kinds: Sequence[Kind]) -> Drawn:
    used = {name: draw.choice(kinds) for name in draw.choice(("a", "a", "ab"))}
    number = draw.choice((2, 2, 2, 3))
    most = {2: 3, 3: 2}[number]
    has_fault, has_child = draw.random() < 0.3, draw.random() < 0.2
    source = [
        _IMPORTS,
        _function("child", _uses(draw, used, 1), used),
    ]
    for process in range(number):
        uses = _uses(draw, used, draw.randint(1, most - has_child))
        if has_child and not process:
            given = ", ".join(used)
            uses = [
                f"child = Process(target=globals()['child'], args=({given},))",
                "child.start()",
                *uses[:1],
                draw.choice(_CHILDREN),
            ]
        source.append(_function(f"p{process}", uses, used))
    plan = a_plan(
        "\n".join(source),
        {f"p{process}": [ref(name) for name in used] for process in range(number)},
        shared={name: {"type": kind.type, **kind.given} for name, kind in used.items()},
        faults=_faults(draw) if has_fault else (),
    )
    return Drawn(plan, is_virtual=draw.random() < 0.25)


def _faults(draw: Random) -> tuple[Fault, ...]:
    action, at_s = draw.choice(_FAULTS)
    action_: Any = action
    return (Fault(action_, "p0", at_s=at_s, nth=0 if at_s is None else 1),)


def _uses(draw: Random, used: dict[str, Kind], count: int) -> list[str]:
    made = []
    for _ in range(count):
        name = draw.choice([*used])
        made.append(re.sub(r"\bx\b", name, draw.choice(used[name].uses)))
    return made


def _function(name: str, uses: Sequence[str], used: Sequence[str] | dict[str, Kind]) -> str:
    """One that returns what each use gave, or the name of what it raised."""
    lines = [f"def {name}({', '.join(used)}):", "    seen = []"]
    for use in uses:
        lines += [
            "    try:",
            f"        seen.append({use})" if _is_expression(use) else f"        {use}",
            "    except Exception as error:",
            "        seen.append(type(error).__name__)",
        ]
    return "\n".join([*lines, "    return seen"])


def _is_expression(use: str) -> bool:
    try:
        ast.parse(use, mode="eval")
    except SyntaxError:
        return False
    return True


_IMPORTS = """
from engine.stage.simulation.objects.processes import Process
from engine.stage.simulation.objects.wait import wait
"""
