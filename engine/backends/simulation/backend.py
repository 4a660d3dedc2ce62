"""The simulation as a backend: all the ways in which a plan can go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ...exploration import Exploration, Found, Settings
from ...forcing import Rehearsal
from ...plan import Plan, score_from
from ...schedule import Schedule
from ...stage.simulation.variation import Variation
from ...trace import Run
from .asking import IsFailure, Phase, found_from, had_again, replayed, request, search
from .merging import Part, merged
from .stage import SILENCE_S, SimulationStage
from .variations import OTHERS, OTHERWISE, comes_out_otherwise

_SIMPLEST, _CLASSES = 0.05, 0.5
"""What of its budget ``auto`` gives to the simplest schedules, and then to one for each class; samples get the rest."""


class Simulation:
    """Carries out plans in simulation, each in a process of its own, forked from an interpreter that is kept warm;
    ``interpreter`` is this one if None. A target may run for ``silence_s`` without an operation. It is to be closed."""

    def __init__(self, interpreter: str | None = None, silence_s: float = SILENCE_S) -> None:
        self._interpreter = interpreter
        self._silence_s = silence_s
        self._idle: list[SimulationStage] = []
        self._others: dict[Variation, SimulationStage] = {}
        self._is_stopping = False

    def stop(self) -> None:
        """Have whatever is explored end soon, with what was found until then."""
        self._is_stopping = True

    def close(self) -> None:
        """Return when nothing that it has started is left."""
        while self._idle:
            self._idle.pop().close()
        while self._others:
            self._others.popitem()[1].close()

    def explore(self, plan: Plan, settings: Settings, is_failure: IsFailure) -> Exploration:
        """Run ``plan`` under one schedule after the other. Raises InternalError; an exception ends all of it."""
        began_s = time.monotonic()
        with self._stages(1) as (stage,):
            parts = [search(stage, plan, settings, phases(settings), is_failure, self._is_asked_to_stop)]
        left = settings.schedules - parts[0].runs
        if settings.strategy == "auto" and parts[0].goes_on(settings.keep_going) and left > 0:
            for_s = None if settings.for_s is None else settings.for_s - (time.monotonic() - began_s)
            with self._stages(min(settings.jobs, left)) as stages:
                parts += self._sampled(stages, plan, settings, left, for_s, is_failure)
        explored = merged(parts, settings, time.monotonic() - began_s)
        is_certain = explored.exhausted and not (explored.reasons or explored.refusal or explored.first_failure)
        if is_certain and self._comes_out_otherwise(plan, settings, explored.found, is_failure):
            return replace(explored, reasons=(OTHERWISE,), duration_s=time.monotonic() - began_s)
        return explored

    def _comes_out_otherwise(self, plan: Plan, settings: Settings, found: Sequence[Found], fails: IsFailure) -> bool:
        def having(variation: Variation) -> Callable[[Sequence[Found]], list[Run]]:
            def have(found: Sequence[Found]) -> list[Run]:
                with self._other(variation) as stage:
                    return had_again(stage, request(plan, settings, self._silence_s, variation), found)

            return have

        return comes_out_otherwise(found, [having(variation) for variation in OTHERS], fails)

    def rehearse(self, plan: Plan, schedule: Schedule, orders_output: bool) -> Rehearsal:
        """Run ``plan`` once more under ``schedule``. Raises Diverged where that cannot be followed."""
        with self._stages(1) as (stage,):
            settings = Settings(timing=schedule.timing, seed=schedule.seed, orders_output=orders_output)
            told = replayed(stage, request(plan, settings, stage.silence_s), schedule.steps, schedule.exact)
        found = found_from({**told, "count": 1}, orders_output)
        return Rehearsal(found, score_from(told["score"]), tuple(told["obstacles"]))

    def _sampled(
        self,
        stages: Sequence[SimulationStage],
        plan: Plan,
        settings: Settings,
        left: int,
        for_s: float | None,
        is_failure: IsFailure,
    ) -> list[Part]:
        """Drawn schedules, on several cores at once."""
        from concurrent.futures import ThreadPoolExecutor  # Only where exhausting it was too much.

        def sample(core: int) -> Part:
            share = left // len(stages) + (core < left % len(stages))
            phases: list[Phase] = [("portfolio", share, for_s)]
            return search(stages[core], plan, settings, phases, is_failure, self._is_asked_to_stop, core)

        with ThreadPoolExecutor(len(stages)) as pool:
            try:
                return list(pool.map(sample, range(len(stages))))
            except BaseException:
                for stage in stages:
                    stage.hang_up()  # The others would go on to their end.
                raise

    def _is_asked_to_stop(self) -> bool:
        return self._is_stopping

    def _stage(self) -> SimulationStage:
        return SimulationStage(self._interpreter, self._silence_s)

    @contextmanager
    def _other(self, variation: Variation) -> Iterator[SimulationStage]:
        """The one that is kept for ``variation``, for one thing to do."""
        stage = self._others.pop(variation, None)
        stage = stage or SimulationStage(self._interpreter, self._silence_s, hash_seed=variation.hash_seed)
        try:
            yield stage
        finally:
            if stage.is_useful:
                self._others[variation] = stage
            else:
                stage.close()

    @contextmanager
    def _stages(self, count: int) -> Iterator[list[SimulationStage]]:
        """So many of them, for one thing to do: who is silent, or left in the middle of it, is of no more use."""
        stages = [self._idle.pop() if self._idle else self._stage() for _ in range(count)]
        is_whole = False
        try:
            yield stages
            is_whole = True
        finally:
            for stage in stages:
                if is_whole and stage.is_useful:
                    self._idle.append(stage)
                else:
                    stage.close()


def phases(settings: Settings) -> list[Phase]:
    """Strategies, each with how many schedules and how long it may take."""
    if settings.strategy != "auto":
        return [(settings.strategy, settings.schedules, settings.for_s)]
    left, made = settings.schedules, []
    for name, share in (("simplest", _SIMPLEST), ("dpor", _CLASSES)):
        schedules = min(left, max(1, int(settings.schedules * share)))
        made.append((name, schedules, None if settings.for_s is None else settings.for_s * share))
        left -= schedules
    return [phase for phase in made if phase[1]]
