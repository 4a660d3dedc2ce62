"""A system that lacks something essential is told so in one line, and one that lacks less does with less."""

from __future__ import annotations

import os
import sys

import pytest

from engine import cli
from engine.backends.processes import calls, kernel, platforms
from engine.backends.processes.stage import Stage
from engine.stage import descendants
from tests.processes_support import a_plan, eventually, perform, python, ref


def test_nothing_is_lacking_here() -> None:
    assert platforms.lack() is None


def test_without_fork_a_run_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr(sys, "platform", "win32")

    assert cli._run(["run", "scenarios"]) == cli.WRONG
    assert capsys.readouterr().err == (
        "engine: cannot run scenarios on win32, which has no os.fork; it can validate them\n"
    )


def test_where_affinity_is_unknown_all_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)

    assert platforms.cores() == 7


def test_the_files_of_a_system_without_resource_limits_can_be_validated() -> None:
    code = """
    import sys
    sys.modules["resource"] = None
    from engine.cli import validate, primitives, schema
    print("fine")
    """

    assert python(code) == "fine\n"


@pytest.mark.slow
def test_where_processes_cannot_be_seen_a_deadlock_is_a_timeout_that_claims_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_CALLS", {})
    monkeypatch.setattr(descendants, "children", lambda pid: [])
    monkeypatch.setattr(kernel, "_read", _unseen)
    code = "def user(it):\n  it.acquire()\n  it.acquire()"

    run = perform(stage, a_plan(code, {"user": [ref("it")]}, shared={"it": {"type": "Lock"}}, timeout_s=1.0))

    assert run.ending == "timeout"
    assert run.why == "still running after 1 s: user is still there, the parent process is still there"


def _unseen(path: str) -> str:
    raise FileNotFoundError


@pytest.mark.slow
def test_where_processes_are_not_listed_the_group_of_the_run_is_ended() -> None:
    code = """
    import os, subprocess, sys, time
    from engine.stage import descendants
    descendants._PROCESSES = "/nowhere"
    descendants.children = lambda pid: []
    leader = subprocess.Popen(["sh", "-c", "sleep 100 & echo $!; exec sleep 100"], stdout=-1, start_new_session=True)
    below = int(leader.stdout.readline())
    descendants.end_all(leader.pid)
    print(below)
    """

    below = int(python(code))

    assert eventually(lambda: descendants.command_line(below) == "?" or not descendants.command_line(below))
