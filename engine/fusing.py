"""Steps of one call that real processes cannot be made to stop between, as the one step that they are there.

In simulation an operation shows every step at which somebody could be killed. Where nothing happens between two of
them that one could tell from the other order, the second may as well be taken with the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .plan import Turn


def fused(turns: Sequence[Turn], is_held: Callable[[Turn], bool]) -> tuple[Turn, ...]:
    """``turns`` without those that go on inside a call where it is not held up, and that can be taken at once."""
    made: list[Turn] = []
    last: dict[tuple[str, str], int] = {}
    for turn in turns:
        strand = turn.process, turn.thread
        place = last.get(strand)
        if not turn.begins and place is not None:
            # It is held up there once, however often it reads.
            is_free = not is_held(turn) or made[place].operation == turn.operation
            if is_free and _can_be_sooner(turn, made[place + 1 :]):
                made[place] = made[place]._replace(goes_on=turn.goes_on, following=turn.following)
                continue
        last[strand] = len(made)
        made.append(turn)
    return tuple(made)


def _can_be_sooner(turn: Turn, between: Sequence[Turn]) -> bool:
    return not turn.is_late and not any(_meet(turn, other) for other in between)


def _meet(turn: Turn, other: Turn) -> bool:
    """Whether their order could be told. Who ends lets go of all ends of pipes."""
    if other.is_end:
        return other.process == turn.process or "[" in turn.primitive
    return other.primitive.partition("[")[0] == turn.primitive.partition("[")[0]
