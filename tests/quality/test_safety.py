"""The engine's own process unpickles and executes nothing, and what it makes is its user's alone."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from tests.processes_support import a_ground, a_plan, a_stage, perform, ref

ROOT = Path(engine.__file__).parent
IN_THE_STAGE = {"stage", "primitives", "models"}
"""The rooms that run inside the scenario's interpreter."""

LOADS_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "multiprocessing", "runpy", "code", "codeop"}
EXECUTES = {"eval", "exec", "compile", "__import__", "unsafe_load", "full_load"}


def dangers(source: str) -> Iterator[str]:
    """What in a module could make objects or code of somebody's bytes."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names if one.name.partition(".")[0] in LOADS_CODE)
            case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] in LOADS_CODE:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in EXECUTES:
                yield name
            case ast.Call(func=ast.Attribute(attr=name)) if name in EXECUTES and ast.unparse(node.func) != "re.compile":
                yield name


def test_no_module_of_the_engines_own_process_unpickles_or_executes_anything() -> None:
    found = {
        str(file.relative_to(ROOT)): dangerous
        for file in ROOT.rglob("*.py")
        if file.relative_to(ROOT).parts[0] not in IN_THE_STAGE
        and (dangerous := sorted(dangers(file.read_text(encoding="utf-8"))))
    }

    # They ask which start methods there are.
    asking = ("cli/simulation.py", "cli/validate.py", "exploring.py")
    compiling = "scenario/targets.py"
    assert found == {compiling: ["compile"], **{file: ["multiprocessing"] for file in asking}}
    assert [(ROOT / file).read_text().count("multiprocessing.") for file in asking] == [1, 1, 1]
    # It finds out whether code compiles, and keeps nothing that could be executed.
    calls = [node for node in ast.walk(ast.parse((ROOT / compiling).read_text())) if isinstance(node, ast.Expr)]
    assert sum(ast.unparse(call.value).startswith("compile(") for call in calls) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from multiprocessing import connection",
        "eval('1')",
        "import marshal as m",
        "yaml.unsafe_load(x)",
    ],
)
def test_the_search_finds_what_is_dangerous(source: str) -> None:
    assert list(dangers(source)) != []


@pytest.mark.slow
def test_folders_and_sockets_are_their_users_alone() -> None:
    """Also where the user's own mask would let everybody in; the manager's socket is below, and asks for a key."""
    code = """
    import os, stat
    def target(where, numbers):
        for folder, _, files in os.walk(where):
            print(oct(stat.S_IMODE(os.stat(folder).st_mode)))
        print(numbers._token.address.startswith(where), len(numbers._authkey) >= 32)
    """
    before = os.umask(0)
    try:
        with a_ground() as ground, a_stage(ground) as stage:
            stage.interpreter()
            [own] = ground.files()
            path = f"{ground.folder}/{own}"
            shared = {"numbers": {"type": "Manager.list"}}
            run = perform(stage, a_plan(code, {"target": [path, ref("numbers")]}, shared=shared))
            modes = {stat.S_IMODE(os.stat(file).st_mode) for file in (path, f"{path}/alive")}
    finally:
        os.umask(before)

    *folders, manager = run.stdout.splitlines()
    assert {*folders} == {"0o700"}
    assert len(folders) >= 2
    assert manager == "True True"
    assert modes == {0o700, 0o600}
