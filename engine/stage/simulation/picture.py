"""What happens in a simulated run, step by step: who does what, what comes of it, and who cannot go on."""

from __future__ import annotations

from typing import Any

from ...models.model import BLOCKED, Done, Raised
from ...plain import without_accidents
from . import deaths
from .names import Short, content, label, said
from .places import stands_at
from .strand import Strand
from .world import Scheduler, World

MOST_STEPS = 2_000
"""How many steps are told of one run: of a longer one half of them from its beginning, and half from its end."""


class Counted:
    """Counts the ``preemptions`` of the one run that ``scheduler`` makes: how often somebody was left who could have
    gone on."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.preemptions = 0
        self._last: Strand | None = None

    def begin(self) -> bool:
        return self._scheduler.begin()

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        chosen = self._scheduler.choose(world, ready)
        # What the system does interrupts nobody.
        if not deaths.is_of(chosen):
            self.preemptions += self._last is not chosen and self._last in ready
            self._last = chosen
        return chosen

    def end(self, world: World, is_whole: bool) -> None:
        self._scheduler.end(world, is_whole)


class Recorder:
    """Notes the steps of the one run that ``scheduler`` makes."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = Counted(scheduler)
        self.steps: list[dict[str, Any]] = []

    @property
    def preemptions(self) -> int:
        return self._scheduler.preemptions

    def begin(self) -> bool:
        return self._scheduler.begin()

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        if self.steps:
            self.steps[-1]["blocked"] = _blocked(world)
        strand = self._scheduler.choose(world, ready)
        if len(self.steps) == MOST_STEPS:
            del self.steps[MOST_STEPS // 2]
        self.steps.append(_told(world, strand))
        return strand

    def end(self, world: World, is_whole: bool) -> None:
        if self.steps:
            self.steps[-1]["blocked"] = _blocked(world)
        self._scheduler.end(world, is_whole)


def labels_of(world: World) -> list[str]:
    """Who took each step."""
    return [label(world, taken.strand, taken.operation) for taken in world.trace]


def _told(world: World, strand: Strand) -> dict[str, Any]:
    step = strand.step
    primitive, operation, arguments = said(world, strand.cell, strand.operation)
    return {
        "number": len(world.trace) + 1,
        "process": strand.process.name,
        "thread": "" if strand.greenlet is not None or deaths.is_of(strand) else "feeder",
        "primitive": primitive,
        "operation": operation,
        "arguments": "" if strand.is_midway else arguments,
        "result": _SHORT.repr(content(_of_one(step.result))) if type(step) is Done else None,
        "error": without_accidents(_error(step.error)) if type(step) is Raised else None,
        "where": "" if strand.greenlet is None else stands_at(strand.greenlet.gr_frame),
        "blocked": {},
    }


def _error(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _of_one(result: Any) -> Any:
    """What a memory gives where one item was asked for, without its wrapping."""
    return result[0] if type(result) is tuple and len(result) == 1 else result


def _blocked(world: World) -> dict[str, str]:
    found = {}
    for strand in world.waiting:
        if strand.greenlet is None:
            continue
        step = strand.step
        if strand.seen is not world.states[strand.cell]:
            step = world.steps[strand.cell](world.states[strand.cell], strand.process.number, strand.operation)
        if step is BLOCKED or strand.polls is not None:
            primitive, operation, _ = said(world, strand.cell, strand.operation)
            found[strand.process.name] = f"{primitive}.{operation}" if primitive else operation
    return found


_SHORT = Short(60)
