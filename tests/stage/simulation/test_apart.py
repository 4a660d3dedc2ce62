"""A run that is over ends, whatever its targets do about that."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from engine.backends.simulation.backend import Simulation
from engine.stage.simulation.here import here
from engine.stage.simulation.objects.lock import Lock
from tests.processes_support import ref
from tests.simulation_support import outcomes
from tests.stage.simulation.stories import explored, only, runs

pytestmark = pytest.mark.slow

LOCK = {"lock": {"type": "Lock"}}


def again_and_again(lock: Lock) -> None:
    while True:
        try:
            lock.acquire()
        except:  # noqa: E722
            continue


def in_its_finally(lock: Lock) -> None:
    try:
        lock.acquire()
        lock.acquire()
    finally:
        while True:
            lock.acquire()


def one_in_the_other(lock: Lock) -> None:
    while True:
        try:
            again_and_again(lock)
        except:  # noqa: E722
            continue


@pytest.mark.parametrize("target", [again_and_again, in_its_finally, one_in_the_other])
def test_who_takes_its_end_for_an_error_of_its_own_is_left(target: Any) -> None:
    tracing = sys.gettrace()

    found = outcomes(lambda world: Lock(world, "lock", "lock"), target)

    assert found == {(..., (("lock", (("locked", True),)),)): 1}
    assert sys.gettrace() is tracing
    assert not here.is_over


def test_a_daemon_that_survives_every_error_is_explored(simulation: Simulation) -> None:
    source = """
    import time, traceback
    def worker(lock):
        while True:
            try: lock.acquire()
            except:
                traceback.print_exc()
                time.sleep(1)
    def one(): pass
    """
    given = {"one": (), "worker": [ref("lock")]}

    run = only(simulation, source, given, shared=LOCK, options={"worker": {"daemon": True}})

    assert (run.ending, run.stderr) == ("completed", "")


def test_nothing_is_done_to_the_system_when_a_run_is_over(simulation: Simulation, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    source = f"""
    import os
    def worker(lock):
        try:
            lock.acquire()
            lock.acquire()
        finally:
            os.remove({str(kept)!r})
    """

    assert explored(simulation, source, {"worker": [ref("lock")]}, shared=LOCK).found
    assert kept.exists()


def test_what_destructors_raise_when_a_run_is_over_is_told_to_nobody(simulation: Simulation) -> None:
    # More runs than there is place for it in the pipe.
    source = """
    class Item:
        def __del__(self): raise ValueError
    def one(lock):
        items = [Item() for _ in range(200)]
        lock.acquire()
        lock.acquire()
    other = one
    """
    given = {name: [ref("lock")] for name in ("one", "other")}

    found = runs(simulation, source, given, shared=LOCK)

    assert {(run.ending, run.stderr) for run in found} == {("deadlock", "")}
