"""Random priorities, drawn when they are first asked for."""

from __future__ import annotations

from random import Random

from ..strand import Strand


def best(among: list[Strand], priorities: dict[int, float], random: Random) -> Strand:
    """The strand of the highest priority; those that have none yet get one between 0 and 1."""
    found, highest = among[0], -float("inf")
    for strand in among:
        number = strand.number
        priority = priorities.get(number)
        if priority is None:
            priority = priorities[number] = random.random()
        if priority > highest:
            found, highest = strand, priority
    return found
