"""What the scenario's code may do."""

from __future__ import annotations

import pytest

from engine.stage.simulation.habits import Habits, habits_of


def habits(source: str) -> Habits:
    return habits_of([compile(source, "code", "exec")])


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("def f(v): v.value += 1", False),
        ("def f(v, w): v.value = w.x = 3; v.a, w.b = 1, 2", False),
        ("class A:\n    def f(self): self.x -= 2", False),
        ("import json\ndef f(): json.x = 1", True),
        ("import json\ndef f(): json.x += 1", True),
        ("import json\ndef f(): del json.x", True),
        ("def f(v): v.x.y = 1", True),
        ("def f(v): setattr(v, 'x', 1)", True),
        ("def f(v):\n    def g(): print.x = 1\n    return g", True),
    ],
)
def test_code_may_patch_what_it_does_not_have_in_a_variable(source: str, may: bool) -> None:
    assert habits(source).patches is may


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("def f(v): v.value += 1", set()),
        ("import sys\ndef f(): return sys.modules", {"sees_modules"}),
        ("import gc\ndef f(): gc.collect()", {"collects"}),
        ("from warnings import warn\ndef f(): warn('old')", {"warns"}),
        ("def f(): return hash('a')", {"hashes", "identifies"}),
        ("def f(a): return id(a)", {"identifies"}),
        ("def f(a): return a.__subclasses__()", {"finds_subclasses"}),
        ("import gc\ndef f():\n    def g(): gc.collect()\n    return g", {"collects"}),
    ],
)
def test_habits_are_told_by_names_and_instructions(source: str, kinds: set[str]) -> None:
    assert {kind for kind, has in habits(source)._asdict().items() if has} == kinds
