"""One simulated run of a plan, in this very interpreter: nothing is put in the place of what Python itself has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import greenlet

from engine.plan import Plan
from engine.stage.simulation.here import here
from engine.stage.simulation.library import Library
from engine.stage.simulation.output import Stream
from engine.stage.simulation.play import Played, Terms, play
from engine.stage.simulation.process import STDOUT
from engine.stage.simulation.service import ByLabel
from engine.stage.simulation.stock import Stock
from engine.stage.simulation.system import new_names
from engine.stage.simulation.world import Scheduler


def terms_of(plan: Plan, **more: Any) -> Terms:
    """The terms on which runs of ``plan`` are played."""
    fields: dict[str, Any] = {"max_steps": 10_000, "is_virtual": False, "seed": 0, "orders_output": False, **more}
    return Terms(plan, Library(plan.code, plan.search_path, plan.packages), Stock(plan), new_names(), **fields)


@contextmanager
def playing(terms: Terms, scheduler: Scheduler) -> Iterator[Played]:
    """A run that was played to its end, and is taken apart afterwards."""
    here.hub = greenlet.getcurrent()
    assert scheduler.begin()
    with redirect_stdout(Stream(STDOUT, sys.stdout)):
        played = play(terms, scheduler)
        try:
            yield played
        finally:
            played.life.end()


def following(*schedule: str) -> ByLabel:
    """Who takes each step, as ``left*3 right``; then everybody in turn."""
    turns = [turn.partition("*") for text in schedule for turn in text.split()]
    return ByLabel([label for label, _, count in turns for _ in range(int(count or 1))])
