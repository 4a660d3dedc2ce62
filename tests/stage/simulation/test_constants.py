"""Which modules never change, whoever imports them."""

from __future__ import annotations

from types import ModuleType

import pytest

from engine.stage.simulation.constants import imports, is_constant


def found(source: str, elsewhere: str = "", changes: frozenset[str] = frozenset()) -> bool:
    code = compile(source, "scenario.py", "exec")
    module = ModuleType("scenario")
    module.__dict__.pop("__spec__")
    exec(code, vars(module))
    held = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    bare = ModuleType("scenario")
    vars(bare).clear()
    vars(bare).update(held)
    return is_constant(bare, code, [code, compile(elsewhere, "other.py", "exec")], changes.__contains__)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nfrom math import sqrt\nLIMIT = 3\nNAMES = ('a', 'b')",
        "def one(counter, names=('a',)):\n counter.value += 1\n return len(names)",
        "def one(): return other()\ndef other(): return one",
    ],
)
def test_what_only_defines_functions_and_constants_is_constant(source: str) -> None:
    assert found(source)


@pytest.mark.parametrize(
    "source",
    [
        "names = []",
        "class Kept: pass",
        "count = 0\ndef one():\n global count\n count += 1",
        "def one(seen=[]): pass",
        "def one(): one.calls = 1",
        "def one(): globals()['x'] = 1",
        "import random\nrandom.seed(3)",
        "import os\nos.environ['A'] = 'b'",
        "import functools\nadd = functools.partial(print)",
    ],
)
def test_what_may_hold_or_do_more_is_not(source: str) -> None:
    assert not found(source)


@pytest.mark.parametrize(
    ("elsewhere", "constant"),
    [
        ("import scenario\ndef one(): return scenario.LIMIT", True),
        ("import scenario\ndef one(): scenario.LIMIT = 4", False),
        ("import scenario\ndef one(): del scenario.LIMIT", False),
        ("import scenario\ndef one(): setattr(scenario, 'LIMIT', 4)", False),
        ("import scenario\ndef one(): scenario.get.calls = 1", False),
        ("from scenario import get\ndef one(): get.calls = 1", False),
        ("from scenario import get\ndef one(): return get()", True),
    ],
)
def test_another_module_may_be_what_changes_it(elsewhere: str, constant: bool) -> None:
    assert found("LIMIT = 3\ndef get(): return LIMIT", elsewhere) is constant


def test_what_holds_a_module_that_changes_changes_with_it() -> None:
    assert found("import json")
    assert not found("import json", changes=frozenset({"json"}))


def test_all_that_a_module_may_import_is_found() -> None:
    source = "import a.b\nfrom . import c\nfrom .d import e\nfrom ..f import g\ndef one(): import h"

    found = set(imports("top.inner.module", compile(source, "module.py", "exec"), False))

    assert found == {"a.b", "top.inner", "top.inner.c", "top.inner.d", "top.inner.d.e", "top.f", "top.f.g", "h"}
