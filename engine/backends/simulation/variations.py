"""Whether what was found hangs on what differs from one real run to the next, and is the same in all simulated ones:
the hashes of texts, by which sets are ordered, the numbers of processes, the date and how fast the clock goes.

Each outcome is had again by its schedule, in interpreters in which these are others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ...errors import Diverged
from ...exploration import Found
from ...trace import Run

OTHERWISE = "it comes out otherwise with other hashes of texts or process ids, or at another time"


class Variation(NamedTuple):
    """``hash_seed`` is as PYTHONHASHSEED has it, ``first_pid`` the process id of a scenario's parent, ``date_s`` when
    it begins, in seconds since 1970, and ``tick_s`` how much later it is at each look at the clock."""

    hash_seed: int = 0
    first_pid: int = 10_000
    date_s: float = 1_600_000_000.0
    tick_s: float = 1e-6


THIS_ONE = Variation()
"""What an exploration has."""

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
