"""What a step costs does not depend on how long the run is, nor on how much lies in a queue."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from engine.plan import Plan
from engine.stage.simulation.schedulers.bounded import Bounded
from engine.stage.simulation.schedulers.dpor import PartialOrder
from engine.stage.simulation.schedulers.random_walk import RandomWalk
from engine.stage.simulation.world import Scheduler
from tests.playing_support import playing, terms_of
from tests.processes_support import a_plan, ref

CODE = """
def sender(channel, count):
    send = channel.put if hasattr(channel, "put") else channel.send
    for number in range(count):
        send(number)

def receiver(channel, count):
    receive = channel.get if hasattr(channel, "get") else channel.recv
    for _ in range(count):
        receive()
"""


def of_messages(count: int, kind: str) -> Plan:
    ends = (ref("channel"), ref("channel")) if kind == "Queue" else (ref("channel", 0), ref("channel", 1))
    arguments = {name: (end, count) for name, end in zip(("sender", "receiver"), ends, strict=True)}
    return a_plan(CODE, arguments, shared={"channel": {"type": kind}})


def cost(plan: Plan, scheduler: Scheduler) -> float:
    """How many functions are called for each step of one run, those of the interpreter included: by their number and
    not by the clock, so that it is the same on every machine."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    terms = terms_of(plan)
    sys.setprofile(count)
    try:
        with playing(terms, scheduler) as played:
            steps = len(played.world.trace)
            assert played.ending == "completed"
    finally:
        sys.setprofile(None)
    return calls / steps


@pytest.mark.parametrize("kind", ["Queue", "Pipe"])
@pytest.mark.parametrize("make", [PartialOrder, Bounded, lambda: RandomWalk(0)], ids=["dpor", "simplest", "random"])
def test_a_step_of_a_long_run_takes_no_more_calls_than_one_of_a_short_run(
    make: Callable[[], Scheduler], kind: str
) -> None:
    short, long = (cost(of_messages(count, kind), make()) for count in (50, 800))

    assert long < 1.2 * short
