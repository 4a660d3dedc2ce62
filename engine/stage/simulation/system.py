"""The cells that every run has: what the operating system knows, a clock, and signals.

Made once: a run copies them at its beginning, which takes less time than making them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...models.clock import Clock
from ...models.kernel import Kernel
from ...models.messages import INITIAL
from ...models.model import Lasting, Model, Operation, Step
from ...models.signals import Signals
from .memo import Memo
from .payload import as_bytes

Names = dict[object, int]
"""Numbers for strands and cells by what they are, the same ones in all runs of an exploration."""

KERNEL = 0
"""Processes, and pipes."""

CLOCK = 1
"""In which processes sleep."""

SIGNALS = 2
"""What strikes processes from outside, but for what kills them."""

OBEYED = (KERNEL, SIGNALS)
"""Steps on these mean something for who runs."""

LABELS = {KERNEL: "kernel", CLOCK: "clock", SIGNALS: "signals"}

PAUSE, RETURN = Lasting("pause"), Lasting("return")
"""Moments, on the signals' cell, at which nothing happens, so that something else may: before a process tells what
others see, and as an operation of its own returns."""

IDLE = Operation("idle")
"""Waits, on the kernel's cell, until nobody else can do anything."""

Take = Callable[[Any, int, Operation], Step]
"""What comes of an operation of a process in a state."""


class System(NamedTuple):
    """By cell: what is there, its state at first, and what comes of steps."""

    models: dict[int, Model]
    states: dict[int, Any]
    steps: dict[int, Take]


def new_names() -> Names:
    return {label: cell for cell, label in LABELS.items()}


def _made(is_fine: bool) -> System:
    kernel, clock, signals = Kernel(as_bytes, is_fine), Clock(), Signals()
    return System(
        {KERNEL: kernel, CLOCK: clock, SIGNALS: signals},
        {KERNEL: INITIAL, CLOCK: clock.initial(), SIGNALS: signals.initial()},  # type: ignore[func-returns-value]
        {KERNEL: Memo(kernel, INITIAL).step, CLOCK: clock.step, SIGNALS: signals.step},
    )


COARSE, FINE = _made(is_fine=False), _made(is_fine=True)
"""Without and with what only who reads the same pipe, or is killed, can tell."""
