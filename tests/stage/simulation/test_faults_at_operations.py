"""A fault strikes at the operation that it names, wherever that is one; where the simulation has no such step, it says
so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.plan import Fault
from engine.primitives import TYPES, primitive
from tests.conformance.faithful.uses import USES
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

pytestmark = pytest.mark.slow

CALLS: Mapping[str, tuple[str, ...]] = {
    "read": ("x.value", "x[0]", "x.a"),
    "write": ("x.value = 1", "x[0] = 1", "x.a = 1"),
    "delete": ("del x[0]", "del x['a']", "del x.a"),
    "contains": ("'a' in x",),
    "len": ("len(x)",),
    "iter": ("list(x)",),
    "add": ("x + [1]",),
    "mul": ("x * 2",),
    "set": ("x.set()", "x.set(1)"),
    "wait_for": ("x.wait_for(bool)",),
    "send_bytes": ("x.send_bytes(b'a')",),
    "recv_bytes_into": ("x.recv_bytes_into(bytearray(9))",),
    "update": ("x.update(a=1)",),
    "insert": ("x.insert(0, 1)",),
    "extend": ("x.extend([1])",),
}
"""Ways to do an operation that is done otherwise than by ``x.operation()`` and ``x.operation(1)``."""

OPERATIONS = [
    (kind, operation)
    for kind in TYPES
    if primitive(kind).simulation and kind in USES
    for operation in primitive(kind)().operations
]


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
def test_a_fault_before_an_operation_strikes_or_is_refused(kind: str, operation: str) -> None:
    given = {"type": kind, **max(USES[kind].parameters, key=str)}
    ends = [ref("x", 0), ref("x", 1)] if USES[kind].ends else [ref("x"), None]
    name = "x[0]" if USES[kind].ends else "x"
    fault = Fault("kill", "one", moment="before", operation=(name, operation))

    found = [
        struck(prepared, call, ends, given, fault)
        for call in CALLS.get(operation, (f"x.{operation}()", f"x.{operation}(1)"))
        for prepared in ("pass", "x.acquire()", "x.put(1)", "y.send_bytes(b'a')")
    ]

    assert any(found) or set(found) == {None}


def struck(prepared: str, call: str, ends: list[Any], given: Any, fault: Fault) -> bool | None:
    """Whether the fault strikes who does this; None if that is refused."""
    tried = "".join(f"\n  try: {one}\n  except Exception: pass" for one in (prepared, call))
    plan = a_plan(f"def one(x, y):{tried}", {"one": ends}, shared={"x": given}, faults=(fault,))
    with playing(terms_of(plan), following()) as played:
        if played.life.refusal is None:
            return bool(played.life.struck)
        assert played.life.refusal.what == f"a fault before {'.'.join(fault.operation or ())}"
        return None
