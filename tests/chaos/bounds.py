"""Scenarios that have far too much to say; the most memory that the engine and its nursery ever took is measured.

``make chaos`` does it with a gibibyte each; the test beside this with as much as shows that none of it is kept.

Usage: python -m tests.chaos.bounds [MEBIBYTES]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.processes_support import engine_environment, write_scenario

LIMIT_MB = 200
"""What the engine's own memory must stay under."""

MEASURED = """
import json, os, re, sys
from engine.backends.processes.stage import Stage
from engine.cli import _run

def peak_mb(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", file.read())[1]) / 1000

def interrupt(stage, really=Stage.interrupt):  # Which is how it begins to end.
    if not stage._closing:
        nurseries.append(peak_mb(stage.pid))
    really(stage)

nurseries, told = [], sys.argv.pop(1)
Stage.interrupt = interrupt
status = _run(sys.argv[1:])
with open(told, "w") as file:
    json.dump({"status": status, "engine_mb": peak_mb("self"), "nursery_mb": max(nurseries)}, file)
"""
"""The engine, which at its end writes down what it took."""


class Case(NamedTuple):
    """What a scenario does. ``target`` is the body of its process, with ``size`` in bytes and perhaps ``shared``."""

    target: str
    shared: str | None = None
    replicas: int = 1
    options: tuple[str, ...] = ()


class Peaks(NamedTuple):
    """How it went: in megabytes the most that was ever resident, and what the report says."""

    status: int
    engine_mb: float
    nursery_mb: float
    report: dict[str, Any]
    terminal: str


def _writes(chunk: str, *fds: int) -> str:
    writes = "; ".join(f"os.write({fd}, chunk)" for fd in fds)
    return f"chunk = {chunk}\nfor _ in range(size // len(chunk)): {writes}"


def _tells(chunk: str) -> str:
    channel = "channel = multiprocessing.current_process()._link.fds[2]\n"
    return channel + _writes(chunk, 1).replace("os.write(1,", "os.write(channel,")


CASES = {
    "lines": Case(_writes("(b'x' * 63 + b'\\n') * 1024", 1)),
    "one line": Case(_writes("b'x' * 65536", 1)),
    "binary rubbish, invalid as UTF-8": Case(_writes("os.urandom(65536)", 1, 2)),
    "control characters": Case(_writes("b'\\0\\x1b' * 32768", 1)),
    "a return value of text": Case("return 'x' * size"),
    "a return value of bytes": Case("return bytes(size)"),
    "a return value of many numbers": Case("return [0] * (size // 8)"),
    "an exception's message": Case("raise ValueError('x' * size)"),
    "a Manager.list": Case("shared[:] = ['x' * (1 << 20)] * (size >> 20)", "Manager.list"),
    "a SharedMemory": Case("pass", "{type: SharedMemory, size: SIZE}"),
    "rubbish on the channel": Case(_tells("b'x' * 65536")),
    "messages without an end on the channel": Case(_tells("(b'+' + b'[' * 2047 + b'\\n') * 32")),
    "messages of nothing but brackets on the channel": Case(_tells("b'+[' + b'[],' * (5 << 20) + b'\\n=0]\\n'")),
    "500 processes": Case("os.write(1, b'x' * 4096)", replicas=500),
    "a trace": Case("for _ in range(size >> 14): shared.put('x' * 100); shared.get()", "Queue", options=("--trace",)),
}


def measure(case: Case, size: int) -> Peaks:
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        shared = case.shared and case.shared.replace("SIZE", str(size))
        write_scenario(
            where / "much.yaml",
            "timeout: 2m\nstart_method: fork\n"
            + (f"shared: {{shared: {shared}}}\n" if shared else "")
            + "code: |\n  import multiprocessing, os\n  def target(size, *shared):\n    for shared in shared: pass\n"
            + textwrap.indent(case.target, "    ")
            + f"\nprocesses:\n  one: {{target: target, count: {case.replicas}, args: [{size}"
            + (', "${shared}"' if shared else "")
            + "]}\nexpect: {processes: {one: {stdout: nothing, returns: nothing}}}\n",
        )
        paths = [word for kind in ("json", "html", "junit") for word in (f"--{kind}", f"report.{kind}")]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "peaks.json", "run", "much.yaml", *paths, *case.options],
            cwd=where,
            env={**engine_environment(), "XDG_CACHE_HOME": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        report = json.loads((where / "report.json").read_text())
        return Peaks(**json.loads((where / "peaks.json").read_text()), report=report, terminal=done.stdout)


def main(mebibytes: int = 1024) -> int:
    """Measure all; return how many took too much."""
    troubles = 0
    for name, case in CASES.items():
        began_s = time.monotonic()
        peaks = measure(case, mebibytes << 20)
        is_much = max(peaks.engine_mb, peaks.nursery_mb) >= LIMIT_MB
        troubles += is_much
        print(
            f"{peaks.engine_mb:>6.0f} MB  {peaks.nursery_mb:>4.0f} MB  {time.monotonic() - began_s:>6.1f} s  {name}"
            + ("  TOO MUCH" if is_much else ""),
            flush=True,
        )
    print(f"the engine's memory and its nursery's, with {mebibytes} MiB each; {troubles} took {LIMIT_MB} MB or more")
    return troubles


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
