"""However a run ends, and whatever becomes of the engine's output, nothing is left of it.

Interruptions are in ``test_interrupt.py``, blows to the stage in ``backends/processes/test_stage.py``.
"""

from __future__ import annotations

import os
import pty
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from engine.stage import descendants
from tests.processes_support import (
    NOTHING,
    PATIENCE_S,
    Ground,
    engine_command,
    engine_environment,
    eventually,
    in_shared_memory,
    write_scenario,
)

pytestmark = pytest.mark.slow

LEAVES = """
timeout: 1s
start_method: fork
shared: {lock: Lock, queue: Queue, numbers: Manager.list}
code: |
  import _multiprocessing, multiprocessing, os, signal, subprocess, sys, time
  from multiprocessing import shared_memory
  def target(how, mark, lock, queue, numbers):
      kept.append(multiprocessing.get_context("spawn").Lock())
      _multiprocessing.SemLock(1, 1, 1, f"/{mark}-semaphore", False)
      shared_memory.SharedMemory(f"{mark}-block", create=True, size=16).close()
      if os.fork() == 0:
          os.setsid()
          if os.fork() == 0:
              for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                  signal.signal(one, signal.SIG_IGN)
              subprocess.Popen(["sleep", "119"], start_new_session=True)
              os.kill(os.getpid(), signal.SIGSTOP)
          os._exit(0)
      print("x" * 100_000 if how == "talk" else "ready", flush=True)
      if how == "fail":
          sys.exit(1)
      if how == "deadlock":
          lock.acquire()
          lock.acquire()
      if how == "wait":
          time.sleep(119)
  kept = []
processes:
  one: {target: target, args: [HOW, MARK, "${lock}", "${queue}", "${numbers}"]}
expect: {leaks: allowed}
"""
"""A target that double-forks into a session of its own, where one is deaf and stops itself."""


def command(ground: Ground, folder: Path, how: str, *arguments: object) -> list[str]:
    write_scenario(folder / "story.yaml", LEAVES.replace("HOW", how).replace("MARK", ground.mark.lower()))
    return engine_command("run", folder / "story.yaml", *arguments)


def environment(ground: Ground) -> dict[str, str]:
    return {**engine_environment(), **ground.environment}


@pytest.mark.parametrize(
    ("how", "status", "ending"),
    [
        ("pass", 0, "passed"),
        ("fail", 1, "expect.processes.one.exitcode"),
        ("deadlock", 1, "one waits in"),
        ("wait", 1, "still running after"),
    ],
)
def test_nothing_is_left_of_a_run_however_it_ends(
    ground: Ground, tmp_path: Path, how: str, status: int, ending: str
) -> None:
    done = subprocess.run(
        command(ground, tmp_path, how), env=environment(ground), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (status, "")
    assert ending in done.stdout
    assert ground.left() == NOTHING


@pytest.mark.parametrize("victim", ["guardian", "nursery"])
def test_nothing_is_left_when_the_stage_is_killed(ground: Ground, tmp_path: Path, victim: str) -> None:
    with subprocess.Popen(
        command(ground, tmp_path, "wait"), env=environment(ground), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as running:
        assert eventually(lambda: any("sleep 119" in line for line in ground.processes()))
        [guardian] = descendants.children(running.pid)
        [nursery] = descendants.children(guardian)
        os.kill({"guardian": guardian, "nursery": nursery}[victim], signal.SIGKILL)
        _, errors = running.communicate(timeout=PATIENCE_S)

    assert (running.returncode, b"the stage is gone" in errors) == ((1, False) if victim == "guardian" else (3, True))
    assert ground.left() == NOTHING


def test_nothing_is_left_when_the_terminal_is_closed(ground: Ground, tmp_path: Path) -> None:
    words = command(ground, tmp_path, "wait", "--timeout", "1h")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(words[0], words, environment(ground))
    assert eventually(lambda: any("sleep 119" in line for line in ground.processes()))

    os.close(terminal)
    os.waitpid(pid, 0)

    assert ground.left() == NOTHING


def test_who_is_told_that_the_terminal_is_gone_ends_in_good_order(ground: Ground, tmp_path: Path) -> None:
    with subprocess.Popen(
        command(ground, tmp_path, "wait", "--timeout", "1h"), env=environment(ground), stdout=subprocess.PIPE
    ) as running:
        assert eventually(lambda: any("sleep 119" in line for line in ground.processes()))
        running.send_signal(signal.SIGHUP)
        output, _ = running.communicate(timeout=PATIENCE_S)

    assert (running.returncode, output.endswith(b"(interrupted)\n")) == (130, True)
    assert ground.left() == NOTHING


def test_who_was_started_to_survive_the_terminal_does(ground: Ground, tmp_path: Path) -> None:
    with subprocess.Popen(
        ["nohup", *command(ground, tmp_path, "wait")],
        env=environment(ground),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as running:
        assert eventually(lambda: any("sleep 119" in line for line in ground.processes()))
        running.send_signal(signal.SIGHUP)
        output, _ = running.communicate(timeout=PATIENCE_S)

    assert (running.returncode, b"still running after 1 s" in output) == (1, True)
    assert ground.left() == NOTHING


def test_nothing_is_left_when_nobody_reads_and_then_goes(ground: Ground, tmp_path: Path) -> None:
    """The report is larger than a pipe holds."""
    reading, writing = os.pipe()
    running = subprocess.Popen(
        command(ground, tmp_path, "talk", "--json", "-"),
        env=environment(ground),
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert eventually(lambda: _is_full(reading))
    alone = len(ground.processes()), ground.files(), in_shared_memory(ground.mark.lower())

    os.close(reading)
    _, errors = running.communicate(timeout=PATIENCE_S)

    assert alone == (1, [], [])
    assert (running.returncode, errors[:16]) == (0, b"passed   story  ")
    assert ground.left() == NOTHING


def _is_full(reading: int) -> bool:
    import array
    import fcntl
    import termios

    waiting = array.array("i", [0])
    fcntl.ioctl(reading, termios.FIONREAD, waiting)
    return waiting[0] >= 1 << 16


def test_nothing_is_left_when_only_the_first_line_is_read(ground: Ground, tmp_path: Path) -> None:
    words = command(ground, tmp_path, "talk", "--json", "-")
    running = subprocess.Popen(words, env=environment(ground), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    head = subprocess.run(["head", "-1"], stdin=running.stdout, capture_output=True, check=True)
    assert running.stdout is not None
    running.stdout.close()

    assert (running.wait(PATIENCE_S), head.stdout) == (0, b"{\n")
    assert ground.left() == NOTHING


def test_nothing_is_left_when_the_disk_of_the_report_is_full(ground: Ground, tmp_path: Path) -> None:
    done = subprocess.run(
        command(ground, tmp_path, "pass", "--json", "/dev/full"),
        env=environment(ground),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (2, 'Error: cannot write "/dev/full": No space left on device\n')
    assert ground.left() == NOTHING


def test_nothing_is_left_when_no_file_can_be_written(ground: Ground, tmp_path: Path) -> None:
    """As on a disk that is full: no file of anybody may become longer than it is."""
    done = subprocess.run(
        command(ground, tmp_path, "pass"),
        env=environment(ground),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )

    assert (done.returncode, "No usable temporary directory" in done.stderr) == (2, True)
    assert ground.left() == NOTHING
