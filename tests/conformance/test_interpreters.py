"""A scenario on every Python that is to be found here, which need have nothing but its standard library."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.trace import Returned
from tests.processes_support import IDLE_STAGE, START_METHODS, a_ground, a_plan, a_stage, perform, ref

pytestmark = pytest.mark.slow

VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def found_interpreters() -> dict[str, str]:
    """An interpreter for each version that there is, and the one that runs this."""
    found = {"{}.{}".format(*sys.version_info[:2]): sys.executable}
    for version in VERSIONS:
        siblings = sorted(Path(sys.base_prefix).parent.glob(f"{version}*/bin/python"))
        on_path = shutil.which(f"python{version}")
        for candidate in (*map(str, siblings), *([on_path] if on_path else [])):
            if version not in found and _version(candidate) == version:
                found[version] = candidate
    return found


def _version(candidate: str) -> str | None:
    """What it says that it is; a name on the path may be a shim with nothing behind it."""
    ask = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        said = subprocess.run([candidate, "-c", ask], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return None
    return said.stdout.strip() if said.returncode == 0 else None


INTERPRETERS = found_interpreters()

CODE = """
import sys
def producer(queue):
    for item in ("a", "b", "c"):
        queue.put(item)
    print("put", flush=True)
def consumer(queue, event):
    got = queue.get()
    event.set()
    return [got, "{}.{}".format(*sys.version_info[:2])]
def witness():
    return sorted({"pydantic", "yaml", "click", "engine"} & set(sys.modules))
"""


@pytest.mark.parametrize("version", INTERPRETERS)
def test_a_scenario_runs_on_every_python_with_every_start_method(version: str) -> None:
    with a_ground() as ground, a_stage(ground, INTERPRETERS[version]) as stage:
        for method in START_METHODS:
            plan = a_plan(
                CODE,
                {"producer": [ref("queue")], "consumer": [ref("queue"), ref("event")], "witness": []},
                shared={"queue": {"type": "Queue"}, "event": {"type": "Event"}},
                start_method=method,
            )

            run = perform(stage, plan)

            assert (run.ending, run.leaks, run.stderr) == ("completed", (), "")
            assert (run.stdout, run.shared) == ("put\n", {"queue": ["b", "c"], "event": {"set": True}})
            assert run.processes["consumer"].returned == Returned(["a", version])
            assert run.processes["witness"].returned == Returned([])
        left = len(ground.processes())

        assert left == IDLE_STAGE
    assert (ground.processes()) == []


@pytest.mark.parametrize("version", INTERPRETERS)
def test_a_stage_tells_its_version(version: str) -> None:
    with a_ground() as ground, a_stage(ground, INTERPRETERS[version]) as stage:
        told = stage.interpreter().version

    assert told.split(".")[:2] == version.split(".")


def test_the_interpreter_that_runs_this_is_one_of_them() -> None:
    assert INTERPRETERS["{}.{}".format(*sys.version_info[:2])] == sys.executable


def test_an_interpreter_without_any_package_will_do(tmp_path: Path) -> None:
    """Without `site` there are no installed packages at all."""
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    code = """
    import importlib.util
    def target(queue):
        queue.put([importlib.util.find_spec(name) is None for name in ("yaml", "pydantic", "click", "engine")])
    """

    with a_ground() as ground, a_stage(ground, str(bare)) as stage:
        for method in START_METHODS:
            plan = a_plan(code, {"target": [ref("queue")]}, shared={"queue": {"type": "Queue"}}, start_method=method)

            assert perform(stage, plan).shared == {"queue": [[True] * 4]}
