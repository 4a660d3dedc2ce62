"""Whatever ends the engine, nothing of any scenario is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.processes_support import (
    NOTHING,
    PATIENCE_S,
    START_METHODS,
    Ground,
    engine_command,
    engine_environment,
    eventually,
    in_shared_memory,
    write_scenario,
)

pytestmark = pytest.mark.slow

SLEEPS = """
timeout: 1h
shared: {lock: Lock, queue: Queue, numbers: Manager.list}
code: |
  import multiprocessing, os, signal, subprocess, time
  from multiprocessing import shared_memory
  def deaf(mark, *shared):
      for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
          signal.signal(one, signal.SIG_IGN)
      subprocess.Popen(["sleep", "119"], start_new_session=True)
      block = shared_memory.SharedMemory(mark, create=True, size=16)
      open(os.environ["TMPDIR"] + "/asleep", "w").close()
      time.sleep(119)
processes:
  deaf: {target: deaf, args: [MARK, "${lock}", "${queue}", "${numbers}"]}
"""
QUICK = """
code: |
  def target(): print("hello")
processes:
  one: {target: target}
"""


def started(ground: Ground, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """The engine, in the midst of a scenario that does not end by itself."""
    write_scenario(folder / "b.yaml", SLEEPS.replace("MARK", ground.mark.lower()))
    running = subprocess.Popen(
        engine_command("run", ".", *arguments, "--json", "report.json"),
        cwd=folder,
        env={**engine_environment(), **ground.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert eventually(lambda: "asleep" in ground.files() or running.poll() is not None)
    assert running.poll() is None, running.communicate()
    os.unlink(f"{ground.folder}/asleep")
    assert in_shared_memory(ground.mark.lower()) != []
    return running


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_engine_takes_everything_with_it(
    ground: Ground, tmp_path: Path, number: signal.Signals, start_method: str
) -> None:
    running = started(ground, tmp_path, "--start-method", start_method)

    running.send_signal(number)
    _, errors = running.communicate(timeout=PATIENCE_S)

    assert (running.returncode, errors) == (130, "")
    assert ground.left() == NOTHING


def test_what_was_done_before_the_interruption_is_reported(ground: Ground, tmp_path: Path) -> None:
    write_scenario(tmp_path / "a.yaml", QUICK)
    write_scenario(tmp_path / "c.yaml", QUICK)
    running = started(ground, tmp_path, "-j", 1)

    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=PATIENCE_S)

    made = json.loads((tmp_path / "report.json").read_text())
    assert [scenario["name"] for scenario in made["scenarios"]] == ["a"]
    assert made["interrupted"] is True
    assert output.splitlines()[0].startswith("passed   a  ")
    assert output.splitlines()[-1].endswith(" (interrupted)")


def test_several_that_run_at_once_are_all_ended(ground: Ground, tmp_path: Path) -> None:
    write_scenario(tmp_path / "a.yaml", SLEEPS.replace("MARK", ground.mark.lower() + "a").replace("asleep", "too"))
    running = started(ground, tmp_path, "-j", 2)
    assert eventually(lambda: "too" in ground.files())
    os.unlink(f"{ground.folder}/too")

    running.send_signal(signal.SIGINT)
    running.communicate(timeout=PATIENCE_S)

    assert running.returncode == 130
    assert ground.left() == NOTHING


def test_who_is_impatient_leaves_nothing_either(ground: Ground, tmp_path: Path) -> None:
    running = started(ground, tmp_path)

    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=PATIENCE_S)

    assert running.returncode == 130
    assert ground.left() == NOTHING


def test_an_engine_that_was_killed_leaves_nothing(ground: Ground, tmp_path: Path) -> None:
    """It cannot tidy up; those it started see that it is gone."""
    running = started(ground, tmp_path)

    running.kill()
    running.communicate(timeout=PATIENCE_S)

    assert eventually(lambda: ground.left() == NOTHING)


def test_an_interruption_before_anything_runs_is_one_too(ground: Ground, tmp_path: Path) -> None:
    """The engine waits for its interpreter to come up, which here never does."""
    write_scenario(tmp_path / "story.yaml", QUICK)
    mute = tmp_path / "mute"
    mute.write_text('#!/bin/sh\n: > "$TMPDIR/asleep"\nread line <&"$2"\n')
    mute.chmod(0o755)
    running = subprocess.Popen(
        engine_command("run", "story.yaml", "--python", mute),
        cwd=tmp_path,
        env={**engine_environment(), **ground.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert eventually(lambda: "asleep" in ground.files())
    os.unlink(f"{ground.folder}/asleep")

    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE_S)

    assert running.returncode == 130, errors
    assert (ground.processes(), ground.files()) == ([], [])


STUCK = """
code: |
  def target():
      while True: pass
processes:
  one: {target: target}
"""
ENDLESS = """
shared: {number: {type: RawValue, typecode: i, value: 0}}
code: |
  def target(number):
      for _ in range(100): number.value += 1
processes:
  one: {target: target, args: ["${number}"]}
  other: {target: target, args: ["${number}"]}
"""
EXPLORING = 6
"""How many processes there are while a scenario is simulated: the engine, its warm interpreter, the one forked, and
those in which the scenario before was tried with other hashes."""


@pytest.mark.parametrize("scenario", [STUCK, ENDLESS], ids=["stuck", "endless"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_exploration_is_interrupted_in_the_midst_of_it(
    ground: Ground, tmp_path: Path, number: signal.Signals, scenario: str
) -> None:
    write_scenario(tmp_path / "a.yaml", QUICK)
    write_scenario(tmp_path / "b.yaml", scenario)
    running = subprocess.Popen(
        engine_command("explore", "a.yaml", "b.yaml", "--strategy", "dfs", "--json", "report.json"),
        cwd=tmp_path,
        env={**engine_environment(), **ground.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    assert eventually(lambda: len(ground.pids()) == EXPLORING or running.poll() is not None)
    assert running.poll() is None, running.communicate()

    running.send_signal(number)
    output, errors = running.communicate(timeout=PATIENCE_S)

    assert (running.returncode, errors) == (130, "")
    assert first.startswith("passed   a  ")
    assert output.splitlines()[-1].endswith(" (interrupted)")
    made = json.loads((tmp_path / "report.json").read_text())
    told = [(one["name"], one["verdict"]) for one in made["scenarios"]]
    # Who presses Ctrl-C wants to see what has been found.
    assert (told, made["interrupted"]) == ([("a", "passed"), ("b", "unknown")][: 1 + (number == signal.SIGINT)], True)
    assert ground.left() == NOTHING
