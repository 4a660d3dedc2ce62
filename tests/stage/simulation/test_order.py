"""In which order the scenario's processes are started."""

from __future__ import annotations

import pytest

from engine.plan import Call, ProcessPlan
from engine.stage.simulation.order import starting_order


def a_process(name: str, *start_after: str, delay_s: float = 0.0) -> ProcessPlan:
    return ProcessPlan(name, Call("m", "f", None, None), start_after=start_after, delay_s=delay_s)


@pytest.mark.parametrize(
    ("processes", "order"),
    [
        ([a_process("a"), a_process("b")], "ab"),
        ([a_process("a", "b"), a_process("b")], "ba"),
        ([a_process("a", delay_s=1), a_process("b")], "ba"),
        ([a_process("a", "b"), a_process("b", "c"), a_process("c")], "cba"),
        ([a_process("a", "c"), a_process("b", "c"), a_process("c")], "cab"),
        ([a_process("a", "c"), a_process("b", "c", "a"), a_process("c")], "cab"),
        ([a_process("a", "c"), a_process("b", "d"), a_process("c"), a_process("d")], "cd"),
        ([a_process("a", delay_s=1), a_process("b", delay_s=2), a_process("c")], "c"),
        ([a_process("a", "c"), a_process("b", delay_s=2), a_process("c")], "c"),
        ([a_process("a", "c"), a_process("b", "c", "d"), a_process("c"), a_process("d")], "cd"),
    ],
)
def test_processes_are_numbered_as_they_are_started_where_the_plan_decides_that(
    processes: list[ProcessPlan], order: str
) -> None:
    assert starting_order(processes) == {name: place for place, name in enumerate(order, 1)}
