"""Random numbers: each simulated process has generators of its own, made from the run's seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .here import here
from .process import Process

_NAMES = (
    "random uniform randint choice sample randrange triangular normalvariate lognormvariate expovariate "
    "vonmisesvariate gammavariate gauss betavariate paretovariate weibullvariate getstate setstate seed getrandbits "
    "shuffle choices randbytes binomialvariate"
)

_seed = random.Random.seed
_seed(random.Random(), "")
"""So that the module has loaded by now what it makes a number of a text with."""


def _of_process(process: Process) -> random.Random:
    if process.random is None:
        process.random = random.Random(f"{here.world.life.seed} {process.key}")
    return process.random


def _doubt() -> None:
    here.world.doubts.add("a target draws random numbers, and may do otherwise with others (--seed)")


def _drawing(name: str) -> Callable[..., Any]:
    def draw(process: Process, *given: Any, **keywords: Any) -> Any:
        own = _of_process(process)
        process.is_seeded |= name in ("seed", "setstate") and bool(given or keywords)
        if not process.is_seeded:
            _doubt()
        return getattr(own, name)(*given, **keywords)

    return draw


def of_the_system(process: Process, length: int) -> bytes:
    """``os.urandom``, which nobody can seed."""
    if length < 0:
        raise ValueError("negative argument not allowed")
    _doubt()
    if process.system_random is None:
        process.system_random = random.Random(f"{here.world.life.seed} {process.key} system")
    return process.system_random.randbytes(length)


def _seed_one(process: Process, generator: random.Random, a: Any = None, version: int = 2) -> None:
    """That of any generator; without a number it is the system that seeds it."""
    _seed(generator, int.from_bytes(of_the_system(process, 32), "big") if a is None else a, version)


OF_RANDOM: dict[str, Callable[..., Any]] = {
    **{name: _drawing(name) for name in _NAMES.split()},
    "_urandom": of_the_system,
}
"""What stands for functions of ``random``: each is given the process that calls it."""

OF_GENERATORS: dict[str, Callable[..., Any]] = {"seed": _seed_one}
