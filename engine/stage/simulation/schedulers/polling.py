"""Who polls: looks again and again at what does not change.

A scheduler that would let one process go on for as long as it can must know, or a loop that waits for another process
never ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..world import Taken

LOOKS = 8
"""How often somebody looks in vain before it is called polling: reading twice what has not changed is common, and a few
looks too many cost little."""

_WINDOW = 5 * LOOKS
"""How many steps back its first look may be: there are loops with several looks in each round."""


def is_polling(trace: Sequence[Taken]) -> bool:
    """Whether who took the last step has just seen the same thing ``LOOKS`` times, with nothing changed since."""
    last = trace[-1]
    if last.step.state is not last.before:
        return False
    looks = 0
    for taken in reversed(trace[-_WINDOW:]):
        if taken.strand is not last.strand or taken.step.state is not taken.before:
            return False
        looks += (
            taken.cell == last.cell
            and taken.operation.name == last.operation.name
            and taken.step.touches == last.step.touches
        )
        if looks == LOOKS:
            return True
    return False
