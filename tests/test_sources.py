"""The files that targets are made of are found, and nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.plan import Plan
from engine.planning import plan
from engine.sources import MAX_LENGTH, files, meaning
from tests.support import variant_of

EXECUTED = "raise RuntimeError('executed')\n"


def planned(folder: Path, target: str, code: str = "") -> Plan:
    text = f"code: |\n  {code or 'pass'}\nprocesses: {{one: {{target: '{target}'}}}}\n"
    return plan(variant_of(folder, text))


def names(folder: Path, target: str = "workers.py:work", code: str = "", **sources: str) -> list[str]:
    """The files found, where the folder has these: ``package__module`` is ``package/module.py``."""
    for name, source in sources.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(EXECUTED + source)
    return [file.name for file in files(planned(folder, target, code))]


WORK = "\ndef work(): ...\n"


@pytest.mark.parametrize(
    ("imports", "others"),
    [
        ("", []),
        ("import a", ["a.py"]),
        ("from a import f", ["a.py"]),
        ("from a import *", ["a.py"]),
        ("def late():\n    import a", ["a.py"]),
        ("import p.inner", ["p/inner.py"]),
        ("from p import inner", ["p/inner.py"]),
        ("import json, no_such_module, click", []),
        ("import importlib\nimportlib.import_module('a')", []),
    ],
)
def test_what_is_imported_is_found_where_the_scenario_is(tmp_path: Path, imports: str, others: list[str]) -> None:
    assert names(tmp_path, workers=imports + WORK, a="", p__inner="") == [*others, "workers.py"]


def test_what_is_imported_is_followed_in_a_circle_too(tmp_path: Path) -> None:
    found = names(tmp_path, workers="import a" + WORK, a="import b", b="import c", c="import a", d="")

    assert found == ["a.py", "b.py", "c.py", "workers.py"]


def test_a_package_is_part_of_what_is_imported_from_it_and_names_in_it_are_relative(tmp_path: Path) -> None:
    (tmp_path / "p/q").mkdir(parents=True)
    (tmp_path / "p/__init__.py").write_text(EXECUTED + "from .beside import f\n")
    (tmp_path / "p/q/__init__.py").touch()
    sources = {"p__beside": "", "p__other": "", "p__q__inner": "from ..other import f\nfrom . import last" + WORK}

    assert names(tmp_path, "p.q.inner:work", p__q__last="", **sources) == [
        "p/__init__.py",
        "p/beside.py",
        "p/other.py",
        "p/q/__init__.py",
        "p/q/inner.py",
        "p/q/last.py",
    ]


def test_what_the_code_imports_is_found(tmp_path: Path) -> None:
    assert names(tmp_path, code="from a import work", target="work", a="") == ["a.py"]


def test_targets_in_another_folder_are_called_by_where_that_is(tmp_path: Path) -> None:
    assert names(tmp_path / "s", "../more/workers.py:work", **{"..__more__workers": "import a" + WORK}, a="") == [
        "../more/workers.py",
        "a.py",
    ]


def test_of_what_is_installed_only_what_targets_are_in_is_found(tmp_path: Path) -> None:
    assert names(tmp_path, "click.utils:echo") == ["click/__init__.py", "click/utils.py"]


def test_targets_of_the_standard_library_have_no_files(tmp_path: Path) -> None:
    assert names(tmp_path, "json:dumps") == []


def test_what_cannot_be_read_or_is_no_python_imports_nothing(tmp_path: Path) -> None:
    assert names(tmp_path, workers="import a, b" + WORK, a="def (:\nimport c", b="", c="") == [
        "a.py",
        "b.py",
        "workers.py",
    ]


def test_comments_and_layout_mean_nothing() -> None:
    assert meaning("x = 1") == meaning(b"# One.\n\nx=1  # more\n")
    assert meaning("x = 1") != meaning("x = 2")


def test_what_is_no_python_or_far_too_long_is_taken_as_it_stands() -> None:
    assert meaning("x = (") == "x = ("
    assert meaning(b"\xff = (") == "\xff = ("
    assert meaning("#" * (MAX_LENGTH + 1)) != meaning("#" * (MAX_LENGTH + 2))
