"""However monstrous a file is: ``validate`` answers, soon, with its place, and in little memory."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.processes_support import PATIENCE_S, engine_command, engine_environment

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20
MOST_MEMORY = 200 * MEGABYTE
HEAD = "processes: {p: {target: t}}\ncode: 'def t(): pass'\n"

MONSTERS = {
    "an alias bomb": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
    "merge keys that grow": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: *a{n - 1}}}\n" for n in range(1, 30)),
    "brackets without end": "[" * 500_000,
    "mappings without end": "a:\n" + "".join(" " * n + "- a:\n" for n in range(1, 1200)),
    "a scalar of a megabyte": HEAD + f"name: '{'x' * (MEGABYTE - 100)}'\n",
    "a file of two megabytes": HEAD + f"name: '{'x' * (2 * MEGABYTE)}'\n",
    "a number of a hundred thousand digits": HEAD + f"timeout: {'9' * 100_000}\n",
    "a hundred thousand unknown keys": "".join(f"k{n}: 1\n" for n in range(90_000)),
    "ninety thousand problems in one list": HEAD + f"tags: [{', '.join(['{}'] * 90_000)}]\n",
    "a matrix of a billion": HEAD
    + "matrix: {"
    + ", ".join(f"v{n}: [{', '.join(map(str, range(10)))}]" for n in range(9))
    + "}\n",
    "a matrix of ten thousand": HEAD + f"matrix: {{a: [{', '.join(map(str, range(10_000)))}]}}\n",
    "a million replicas": "processes: {p: {target: t, count: 1000000}}\ncode: 'def t(): pass'\n",
    "references into each other": HEAD
    + "vars: {v0: x, "
    + ", ".join(f"v{n}: ['${{v{n - 1}}}', '${{v{n - 1}}}']" for n in range(1, 40))
    + "}\nname: '${v39}'\n",
    "code of a megabyte": f"processes: {{p: {{target: t}}}}\ncode: |\n  def t(): pass\n{'  x = 1' * 1}\n"
    + "  x = [1]\n" * 90_000,
    "parentheses in code without end": "processes: {p: {target: t}}\ncode: |\n  x = " + "(" * 100_000 + "\n",
    "NUL bytes": "\0" * 100_000,
    "tabs": "\t" * 100_000 + "a: 1",
}


class Done(NamedTuple):
    status: int
    stderr: str
    memory: int
    """The most that was resident, in bytes."""


MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""
"""Stands between, because what a process was before it became the engine counts, too, and the tests are large."""


def validate(file: Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *engine_command("validate", file.name)],
        cwd=file.parent,
        env=engine_environment(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    return Done(done.returncode, done.stderr, int(done.stdout.split()[-1]) * 1024)


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_file_is_answered_within_bounds(text: str, tmp_path: Path) -> None:
    file = tmp_path / "monster.yaml"
    file.write_text(text)

    done = validate(file)

    assert done.status in (0, 2), done.stderr[:2000]
    assert "Traceback" not in done.stderr
    if done.status:
        assert re.match(r"monster\.yaml:\d+:\d+: ", done.stderr)
    assert done.memory < MOST_MEMORY


def test_a_process_that_takes_more_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = [sys.executable, "-c", f"x = b'x' * {MOST_MEMORY}"]
    monkeypatch.setattr(f"{__name__}.engine_command", lambda *_: greedy)

    assert validate(tmp_path / "monster.yaml").memory > MOST_MEMORY
