"""Where the randomness of sampling schedulers comes from: a run's number and the seed fix all that is drawn in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random


def generators(seed: int, salt: str) -> Iterator[Random]:
    """One source of randomness per run, for ever. ``salt`` tells schedulers apart that are given the same seed.

    What a scheduler has learned from earlier runs is not in it: one that learns repeats its n-th run only after the
    n - 1 before it.
    """
    generator = Random()
    start = Random(f"{salt} {seed}").getrandbits(64)
    for run in count():
        generator.seed(start + run)
        yield generator
