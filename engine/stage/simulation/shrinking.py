"""A simpler schedule with the same outcome: fewer steps, then fewer preemptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .picture import Counted
from .play import Terms, key, play
from .schedulers.replay import Replay

MOST_TRIES = 300

Choices = tuple[int, ...]


def shrunk(terms: Terms, choices: Choices, identity: Any) -> Choices:
    """The simplest schedule found that leads to the outcome ``identity``; ``choices`` if there is no simpler one.

    What is tried is to leave out the last turn of a process, and to put two turns of one together: whoever stands
    between them comes later. Where a choice cannot be followed any more, everybody goes on in turn.
    """
    best, best_size = _tried(terms, choices, identity)
    if best_size is None:
        return choices
    tries = MOST_TRIES
    improved = True
    while improved and tries:
        improved = False
        for candidate in _simpler(best):
            if not tries:
                break
            tries -= 1
            made, size = _tried(terms, candidate, identity)
            if size is not None and size < best_size:
                best, best_size, improved = made, size, True
                break
    return best


def _tried(terms: Terms, choices: Choices, identity: Any) -> tuple[Choices, tuple[int, int] | None]:
    """What became of a schedule, and how long it is with how many preemptions; None where it leads elsewhere."""
    scheduler = Counted(Replay(choices))
    scheduler.begin()
    played = play(terms, scheduler)
    made = tuple([taken.strand.number for taken in played.world.trace])
    is_same = played.life.refusal is None and key(played, terms) == identity
    played.life.end()
    return made, (len(made), scheduler.preemptions) if is_same else None


def _simpler(choices: Choices) -> Iterator[Choices]:
    """Schedules that might do as well, with one turn less each."""
    turns: list[tuple[int, int]] = []
    for number in choices:
        if turns and turns[-1][0] == number:
            turns[-1] = number, turns[-1][1] + 1
        else:
            turns.append((number, 1))
    for place in range(len(turns) - 1, 0, -1):
        number, count = turns[place]
        earlier = next((at for at in range(place - 1, -1, -1) if turns[at][0] == number), None)
        if earlier is not None:
            merged = [
                *turns[:earlier],
                (number, turns[earlier][1] + count),
                *turns[earlier + 1 : place],
                *turns[place + 1 :],
            ]
            yield _expanded(merged)
            delayed = [
                *turns[:earlier],
                *turns[earlier + 1 : place],
                (number, turns[earlier][1] + count),
                *turns[place + 1 :],
            ]
            yield _expanded(delayed)
        yield _expanded([*turns[:place], *turns[place + 1 :]])


def _expanded(turns: list[tuple[int, int]]) -> Choices:
    return tuple(number for number, count in turns for _ in range(count))
