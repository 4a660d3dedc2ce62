"""Whether what was found hangs on what differs from one real run to the next, and is the same in all simulated ones:
the hashes of texts, by which sets are ordered, the numbers of processes, the date and how fast the clock goes.

Each outcome is had again by its schedule, in interpreters in which these are others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...errors import Diverged
from ...exploration import Found
from ...stage.simulation.variation import Variation
from ...trace import Run

OTHERWISE = "it comes out otherwise with other hashes of texts or process ids, or at another time"

OTHERS = (
    Variation(1, 20_011, 1_612_345_678.5, 3e-5),
    Variation(2, 31_500, 1_700_000_001.25, 1e-4),
    Variation(3, 45_037, 1_755_555_555.75, 7e-6),
)


def comes_out_otherwise(
    found: Sequence[Found],
    had_again: Iterable[Callable[[Sequence[Found]], Iterable[Run]]],
    is_failure: Callable[[Run], bool],
) -> bool:
    """Whether one of those that were ``found`` and are no failure cannot be had again in one of these ways, or fails
    there."""
    for have in had_again:
        try:
            if any(is_failure(run) for run in have(found)):
                return True
        except Diverged:
            return True
    return False
