"""Random blows to a running engine and to what it runs; after each nothing may be left.

``make chaos`` strikes a thousand times; the test beside this strikes a few times. Everything is drawn from a seed: the
scenario, who is hit, with what, and how long after there was such a one. When a blow falls is also up to the machine,
so a seed tells what was tried and does not repeat it to the microsecond; and blows that come too late do not count.

Usage: python -m tests.chaos.blows [BLOWS [SEED]]
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.stage import descendants
from tests.processes_support import (
    PATIENCE_S,
    Ground,
    a_ground,
    engine_command,
    engine_environment,
    eventually,
    heed_interrupts,
    in_shared_memory,
)

CATALOGUE = Path(__file__).parents[2] / "scenarios"
LONGEST_WAIT_S = 0.6
REPEAT = 3
STOPPED_S = 0.2
TIMEOUT = "3s"
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGSTOP")
STATUSES = {0, 1, 3, 130, -signal.SIGKILL}
"""All passed, something failed, the stage is gone (which is said), interrupted, or the engine itself was killed."""

BEFORE_IT_BEGAN = {1, 130, -signal.SIGINT, -signal.SIGTERM}
"""What Python itself makes of a signal that comes before the engine has taken over."""


class Blow(NamedTuple):
    """What is done to whom, and when: ``at_s`` counts from when there was a process of the victim's kind."""

    file: Path
    victim: str
    signal: str
    at_s: float
    pick: float


class Outcome(NamedTuple):
    """How the engine ended, whether it was hit, and what was left behind."""

    status: int
    was_hit: bool
    left: list[str]
    complaint: str | None


def draw(seed: int) -> Blow:
    source = random.Random(seed)
    kind = source.choice(("primitives", "patterns", "pitfalls", "puzzles", "litmus"))
    return Blow(
        source.choice(sorted((CATALOGUE / kind).rglob("*.yaml"))),
        source.choice(("engine", "guardian", "nursery", "child", "child", "child")),
        source.choice(SIGNALS),
        source.uniform(0, LONGEST_WAIT_S),
        source.random(),
    )


def strike(blow: Blow, ground: Ground) -> Outcome:
    """Run the scenario, let the blow fall, and look what is left."""
    report = Path(ground.folder) / "report.json"
    running = subprocess.Popen(
        engine_command("run", "--timeout", TIMEOUT, "--repeat", REPEAT, "--json", report, blow.file),
        cwd=CATALOGUE,
        env={**engine_environment(), **ground.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: running.poll() is not None or _family(blow.victim, running.pid))
    time.sleep(blow.at_s)
    marks = [ground.mark.lower(), *(name for name in ground.files() if name.startswith("engine-"))]
    was_hit = _hit(blow, running)
    try:
        _, errors = running.communicate(timeout=2 * PATIENCE_S)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()
        return Outcome(0, was_hit, ["the engine, which did not end"], None)
    eventually(lambda: not _left(ground, marks))
    complaint = _complaint(running.returncode, errors, report)
    with suppress(FileNotFoundError):
        report.unlink()
    return Outcome(running.returncode, was_hit, _left(ground, marks), complaint)


def _hit(blow: Blow, running: subprocess.Popen[str]) -> bool:
    family = _family(blow.victim, running.pid)
    try:
        victim = family[int(blow.pick * len(family))]
        os.kill(victim, getattr(signal, blow.signal))
        if blow.signal == "SIGSTOP" and blow.victim != "child":
            time.sleep(STOPPED_S)
            os.kill(victim, signal.SIGCONT)
    except (OSError, IndexError):  # It had ended by itself.
        return False
    return True


def _family(kind: str, engine: int) -> list[int]:
    """The processes that are such a victim; a child is whatever is below the nursery."""
    if kind == "engine":
        return [engine]
    guardians = descendants.children(engine)
    nurseries = [pid for guardian in guardians for pid in descendants.children(guardian)]
    upper = {"guardian": guardians, "nursery": nurseries}
    return upper[kind] if kind in upper else sorted({*descendants.below(engine)}.difference(guardians, nurseries))


def _left(ground: Ground, marks: Sequence[str]) -> list[str]:
    return [
        *(f"process {command}" for command in ground.processes()),
        *(f"file {name}" for name in ground.files() if not name.startswith("report.json")),
        *(f"shared memory {name}" for mark in marks for name in in_shared_memory(mark)),
    ]


def _complaint(status: int, errors: str, report: Path) -> str | None:
    """What is wrong with how the engine ended and with what it says; None if nothing."""
    if status in BEFORE_IT_BEGAN and not report.exists():
        return None
    if status == 2 and "cannot run scenarios" in errors:  # The stage was hit before it was up.
        return None
    if status not in STATUSES:
        return f"exit status {status}: {errors}"
    if "Traceback (most recent call last)" in errors:
        return errors
    if status in (3, -signal.SIGKILL):
        return None if status < 0 or "stage" in errors else errors
    summary = json.loads(report.read_text())
    failed = summary["summary"]["failed"] + summary["summary"]["unknown"]
    if status == 130:
        return None if summary["interrupted"] else "interrupted, and the report does not say so"
    return None if status == (1 if failed else 0) else f"exit status {status} with {failed} failed"


def main(blows: int = 200, seed: int = 0) -> int:
    """Strike until so many have hit; print a line for each trouble and the count at the end; return how many troubles
    there were."""
    heed_interrupts()
    counts: Counter[str] = Counter()
    missed = troubles = 0
    with a_ground() as ground:
        while counts.total() < blows:
            number = seed + counts.total() + missed
            blow = draw(number)
            outcome = strike(blow, ground)
            if outcome.was_hit:
                counts[f"{blow.victim} {blow.signal}"] += 1
            missed += not outcome.was_hit
            if outcome.left or outcome.complaint:
                troubles += 1
                print(f"seed {number}: {blow}\n  {outcome}", flush=True)
    for what, count in sorted(counts.items()):
        print(f"{count:>6}  {what}")
    print(f"{blows} blows, {troubles} troubles; {missed} more came too late")
    return troubles


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
