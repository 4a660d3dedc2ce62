"""How soon a deadlock is told, and how often what is none is taken for one.

Runs the catalogue's scenarios under `fork` while every core is kept busy by a loop. Those that deadlock are asked how
long after the last process got stuck the run was ended; those that do not are run again and again, and every run that
ends as `deadlock` is a false alarm.

Usage: python benchmarks/deadlocks.py [RUNS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parent.parent / "scenarios"
KINDS = ("primitives", "patterns", "pitfalls", "puzzles", "litmus")


@contextmanager
def busy_cores() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def run(repeat: int) -> list[dict[str, Any]]:
    """The reports of every scenario of the catalogue, ``repeat`` times."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        paths = [str(CATALOGUE / kind) for kind in KINDS]
        options = ["-j", "4", "--start-method", "fork", "--repeat", str(repeat), "--json", str(report)]
        subprocess.run(
            [sys.executable, "-m", "engine", "run", *options, *paths], stdout=subprocess.DEVNULL, check=False
        )
        scenarios: list[dict[str, Any]] = json.loads(report.read_text())["scenarios"]
        return scenarios


def told_after_s(scenario: dict[str, Any]) -> float:
    """How long after the last process got stuck the run had ended."""
    waits = [process["waiting_for"] for process in (*scenario["processes"].values(), scenario["parent"])]
    since: float = max(wait["since"] for wait in waits if wait)
    return float(scenario["duration"]) - since


def main(runs: int) -> None:
    with busy_cores():
        first = run(1)
        stuck = [one for one in first if one["ending"] == "deadlock"]
        delays = [told_after_s(one) for one in stuck]
        print(f"{len(stuck)} scenarios deadlock")
        print(f"told {statistics.median(delays):.2f} s after they were first seen stuck, at most {max(delays):.2f} s")
        expected = {(one["file"], json.dumps(one["variant"])) for one in stuck}
        done = alarms = 0
        while done < runs:
            for one in run(5):
                if (one["file"], json.dumps(one["variant"])) not in expected and one["ending"]:
                    done += 1
                    alarms += one["ending"] == "deadlock"
    print(f"{done} runs that do not deadlock, with all cores busy: {alarms} false alarms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ["10000"]))
