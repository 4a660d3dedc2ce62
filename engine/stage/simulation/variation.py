"""What differs from one real run to the next, and is the same in all simulated ones of one exploration."""

from __future__ import annotations

from typing import NamedTuple


class Variation(NamedTuple):
    """``hash_seed`` is as PYTHONHASHSEED has it, ``first_pid`` the process id of a scenario's parent, ``date_s`` when
    it begins, in seconds since 1970, and ``tick_s`` how much later it is at each look at the clock."""

    hash_seed: int = 0
    first_pid: int = 10_000
    date_s: float = 1_600_000_000.0
    tick_s: float = 1e-6


THIS_ONE = Variation()
"""What an exploration has."""
