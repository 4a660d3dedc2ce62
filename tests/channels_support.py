"""Processes as the kernel knows them, for small worlds."""

from __future__ import annotations

from typing import Any

from engine.models.model import Operation
from engine.stage.simulation.here import here, perform
from engine.stage.simulation.system import KERNEL
from engine.stage.simulation.world import World


def forked(world: World, *numbers: int) -> None:
    """Have processes that hold every endpoint that is there, as children that were forked; the parent lets go."""
    given(world, dict.fromkeys(numbers))


def given(world: World, ends: dict[int, Any]) -> None:
    """Have processes that hold these connections (None: all), as children that were spawned; the parent lets go."""
    for number, connections in ends.items():
        chosen = None if connections is None else tuple(one.end for one in connections)
        world.settle(KERNEL, 0, Operation("start", (number, chosen)))
    for end in world.states[KERNEL].holders:
        world.settle(KERNEL, 0, Operation("close", (end,)))


def exit_with(code: int) -> None:
    perform(KERNEL, Operation("exit", (code,)))


def kill(victim: int) -> None:
    perform(KERNEL, Operation("kill", (victim, -9)))
    # What is more than a model's: who is dead does nothing any more.
    for strand in [one for one in here.world.waiting if one.process.number == victim]:
        here.world.waiting.remove(strand)
