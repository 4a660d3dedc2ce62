"""Targets are found by name, and nothing of them is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.plan import Code
from engine.scenario.targets import MAX_CODE, Target, TargetProblem, check, defined_names, find

CODE = Code("import os.path\ndef work(): ...\nclass Task:\n    def run(self): ...\n", "scenario.yaml", 2)
OPENED = "raise RuntimeError('executed')\ndef work(): ...\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario's folder, with a working folder beside it."""
    for name, text in {
        "scenario/workers.py": OPENED,
        "scenario/inner/more.py": OPENED,
        "scenario/package/__init__.py": OPENED,
        "scenario/package/module.py": OPENED,
        "scenario/broken.py": "def work(:\n",
        "scenario/json.py": OPENED,
        "working/elsewhere.py": OPENED,
        "working/workers.py": "def other(): ...\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "scenario"


def found(target: str, folder: Path, code: Code | None = CODE, foreign: bool = False) -> Target:
    return find(target, code, str(folder), str(folder.parent / "working"), foreign)


@pytest.mark.parametrize(
    ("target", "module", "name", "inside"),
    [
        ("work", "scenario_code", "work", None),
        ("Task.run", "scenario_code", "Task.run", None),
        ("os.getpid", "scenario_code", "os.getpid", None),
        ("workers.py:work", "workers", "work", "."),
        ("inner/more.py:work", "more", "work", "inner"),
        ("workers:work", "workers", "work", None),
        ("package:work", "package", "work", None),
        ("package.module:work", "package.module", "work", None),
        ("elsewhere:work", "elsewhere", "work", None),
        ("json.decoder:JSONDecoder.decode", "json.decoder", "JSONDecoder.decode", None),
        ("time:sleep", "time", "sleep", None),
    ],
)
def test_a_target_is_found(folder: Path, target: str, module: str, name: str, inside: str | None) -> None:
    expected = Target(module, name, str((folder / inside).resolve()) if inside else None)

    assert found(target, folder) == expected
    assert expected.is_in_code is (module == "scenario_code")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("wrok", 'there is no function "wrok" in the code - did you mean "work"?'),
        ("zzz.run", 'there is no function "zzz" in the code'),
        ("", '"" is no target: it is function, file.py:function or package.module:function'),
        ("work()", '"work()" is no target: it is function, file.py:function or package.module:function'),
        ("workers.py", 'there is no function "workers" in the code - did you mean "work"?'),
        ("workers.py:", '"workers.py:" is no target: it is function, file.py:function or package.module:function'),
        ("workers.py:wrok", 'there is no function "wrok" in workers.py - did you mean "work"?'),
        ("wrokers.py:work", 'there is no file "wrokers.py" beside the scenario - did you mean "workers.py"?'),
        ("zzz.py:work", 'there is no file "zzz.py" beside the scenario'),
        ("json.py:work", '"json.py" has the name of a module of Python\'s own, which would be imported in its place'),
        ("package.module:wrok", 'there is no function "wrok" in package.module - did you mean "work"?'),
        ("package.other:work", 'there is no module "package.other"'),
        ("no_such_module:work", 'there is no module "no_such_module"'),
        ("json.decoder:JSONDcoder", 'there is no function "JSONDcoder" in json.decoder - did you mean "JSONDecoder"?'),
        ("x y:work", '"x y" is neither a file (workers.py) nor a module (package.module)'),
        (":work", '"" is neither a file (workers.py) nor a module (package.module)'),
    ],
)
def test_what_is_no_target_is_refused(folder: Path, target: str, problem: str) -> None:
    with pytest.raises(TargetProblem) as caught:
        found(target, folder)

    assert str(caught.value) == problem


def test_a_function_of_code_needs_code(folder: Path) -> None:
    with pytest.raises(TargetProblem) as caught:
        found("work", folder, code=None)

    assert str(caught.value) == 'the target "work" is looked for in "code", and there is none'


def test_a_file_that_is_not_python_is_refused(folder: Path) -> None:
    with pytest.raises(TargetProblem) as caught:
        found("broken.py:work", folder)

    assert str(caught.value) == f"{folder}/broken.py:1:10: it is not Python: invalid syntax"


def test_a_file_that_has_changed_is_read_again(folder: Path) -> None:
    with pytest.raises(TargetProblem):
        found("workers.py:added", folder)
    (folder / "workers.py").write_text("def added(): ...\n")

    assert found("workers.py:added", folder).name == "added"


def test_modules_of_another_interpreter_are_left_to_it(folder: Path) -> None:
    assert found("no_such_module:work", folder, foreign=True) == Target("no_such_module", "work")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("", set()),
        ("def a(): b = 1\nasync def c(): ...\nclass D:\n    e = 1", {"a", "c", "D"}),
        ("import os.path, sys as system\nfrom x import y, z as w", {"os", "system", "y", "w"}),
        ("a = b = 1\n(c, [d, *e]) = f = 2\ng: int = 3\nh += 1", {"a", "b", "c", "d", "e", "f", "g", "h"}),
        ("if x:\n    def a(): ...\nelse:\n    b = 1", {"a", "b"}),
        ("try:\n    import a\nexcept E:\n    a = None\nfinally:\n    b = 1", {"a", "b"}),
        ("for a in b: c = 1\nwith d as e: pass\nwhile (f := 1): pass", {"a", "c", "e", "f"}),
        ("a = lambda: (b := 1)", {"a"}),
        ("from x import *", None),
        ("globals()['a'] = 1", None),
        ("exec('a = 1')", None),
    ],
)
def test_the_names_a_module_defines_are_told_without_running_it(source: str, names: set[str] | None) -> None:
    assert defined_names(source) == names


@pytest.mark.parametrize("source", ["def a(:", "x = " + "(" * 300 + ")" * 300, "x = " + "-" * 100_000 + "1", "x\0"])
def test_what_cannot_be_parsed_is_a_syntax_error(source: str) -> None:
    with pytest.raises(SyntaxError):
        defined_names(source)


def test_what_is_too_deep_to_compile_is_a_syntax_error_and_what_is_too_long_is_left_to_the_run() -> None:
    with pytest.raises(SyntaxError):
        check("x = " + "-" * 100_000 + "1")

    check("#" * MAX_CODE + "\nbreak")


def test_a_file_that_another_of_its_name_would_be_imported_for_is_refused(folder: Path) -> None:
    (folder / "inner" / "workers.py").write_text(OPENED)

    with pytest.raises(TargetProblem, match=r'"inner/workers.py" is hidden by .*/scenario/workers.py, which would be'):
        found("inner/workers.py:work", folder)


def test_a_file_may_not_have_the_name_of_the_scenarios_own_code(folder: Path) -> None:
    (folder / "scenario_code.py").write_text(OPENED)

    with pytest.raises(TargetProblem, match="the name under which the scenario's own code is imported"):
        found("scenario_code.py:work", folder)


@pytest.mark.parametrize("source", ["def __getattr__(name): ...", "locals()['work'] = print"])
def test_a_module_that_makes_names_as_it_runs_may_have_any(source: str) -> None:
    assert defined_names(source) is None


def test_a_global_that_a_function_sets_is_a_name_of_the_module() -> None:
    assert defined_names("def set_up():\n    global work\n    work = print\n") == frozenset({"set_up", "work"})
