"""Explore a plan: run it under one schedule after the other, and tell each outcome that is new.

Whoever asked says of each new outcome whether it is a failure; all else is decided here, so that runs need not leave
this process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

from .picture import Recorder, labels_of
from .play import Played, Terms, key, play, told
from .recall import Recall
from .refusal import NotSimulated
from .schedulers.bounded import Bounded
from .schedulers.dfs import DepthFirst
from .schedulers.dpor import PartialOrder
from .schedulers.pct import Pct
from .schedulers.portfolio import portfolio
from .schedulers.pos import Pos
from .schedulers.random_walk import RandomWalk
from .schedulers.replay import Replay
from .schedulers.rf_pos import RfPos
from .schedulers.surw import Surw
from .schedulers.urw import Urw
from .shrinking import shrunk
from .stock import Stock
from .waits import least_s
from .watched import refuse_changes
from .world import Scheduler

SAMPLERS: dict[str, Callable[[int], Scheduler]] = {
    "random": RandomWalk,
    "pct": Pct,
    "pos": Pos,
    "rf-pos": RfPos,
    "urw": Urw,
    "surw": Surw,
    "portfolio": portfolio,
}
"""The strategies that draw schedules, from a seed, for ever."""


MOST_CUT = 10
"""How many runs may meet the limit on their steps before the search ends: others would, too, and they take long."""


class Phase(NamedTuple):
    """A strategy, how many schedules it may run (those it leaves as repetitions included), and for how long."""

    strategy: str
    schedules: int
    for_s: float | None


@dataclass
class Outcome:
    """All runs that came to the same: how many, and the choices of the shortest."""

    count: int
    schedule: tuple[int, ...]
    is_failure: bool = False


@dataclass
class Search:
    """One exploration, which takes ``most_steps`` at most. ``judge`` is given each new outcome, and says whether it is
    a failure; ``beat`` is told after each schedule how many there were, and says whether to go on."""

    terms: Terms
    keep_going: bool
    judge: Callable[[dict[str, Any]], bool]
    beat: Callable[[int], bool]
    most_steps: int
    outcomes: dict[Any, Outcome] = field(default_factory=dict)
    schedules: int = 0
    redundant: int = 0
    steps: int = 0
    classes: int | None = None
    exhausted: bool = False
    reasons: list[str] = field(default_factory=list)
    spent: str | None = None
    """The budget that ended the last phase: ``schedules``, ``time`` or ``steps``."""

    first_failure: int | None = None
    refusal: NotSimulated | None = None
    doubts: set[str] = field(default_factory=set)
    has_gone_elsewhere: bool = False
    least_s: float = inf
    cut: int = 0
    looked_into: set[str] = field(default_factory=set)
    is_stopped: bool = False

    def run(self, phases: list[Phase], seed: int) -> None:
        """Go through ``phases`` until one of them leaves no schedule, or something decides."""
        for phase in phases:
            if self._is_endless and phase.strategy not in SAMPLERS:
                continue
            scheduler = _scheduler(phase.strategy, seed)
            is_over = self._run_phase(phase, scheduler)
            self.exhausted = is_over and self._is_all(scheduler) and not self._is_endless
            if isinstance(scheduler, PartialOrder):
                self.classes = scheduler.classes
            if (
                self.exhausted
                or self.needs_more
                or self.refusal
                or self.is_stopped
                or (self.first_failure and not self.keep_going)
            ):
                break
            if self.steps >= self.most_steps:
                break
        try:
            refuse_changes(self.terms.library.commons)
        except NotSimulated as refusal:
            self.refusal = self.refusal or refusal
        if self.exhausted or self.refusal:
            self.spent = None
        self.reasons = self._why_not()

    def found(self) -> Iterator[dict[str, Any]]:
        """Each outcome with its shortest schedule, run once more to see what happens in it."""
        for identity, outcome in self.outcomes.items():
            schedule = outcome.schedule
            if outcome.is_failure:
                schedule = shrunk(self.terms, schedule, identity)
            recorder = Recorder(Replay(schedule))
            played = play(self.terms, recorder)
            seen = {
                "digest": digest(identity),
                "run": told(played, self.terms),
                "count": outcome.count,
                "failure": outcome.is_failure,
                "schedule": labels_of(played.world),
                "steps": recorder.steps,
                "preemptions": recorder.preemptions,
            }
            differs = key(played, self.terms) != identity
            played.life.end()
            if outcome.is_failure:
                # Event for event: what is not seen here must not be blamed on whoever wrote the targets.
                differs |= recorder.steps != self._steps_again(schedule)
            yield {**seen, "differs": differs}

    def _steps_again(self, schedule: tuple[int, ...]) -> list[dict[str, Any]]:
        recorder = Recorder(Replay(schedule))
        play(self.terms, recorder).life.end()
        return recorder.steps

    def _run_phase(self, phase: Phase, scheduler: Scheduler) -> bool:
        """Whether no schedule was left before the phase was over."""
        self.spent = None
        until_s = None if phase.for_s is None else time.monotonic() + phase.for_s
        recall = Recall(self.terms) if phase.strategy in SAMPLERS else None
        for _ in range(phase.schedules):
            if not scheduler.begin():
                return True
            played = recall.play(scheduler) if recall else play(self.terms, scheduler)
            if played.world.looked_into:
                self.looked_into |= played.world.looked_into - played.world.exact
            self._note(played)
            played.life.end()
            if self.needs_more or self.refusal or (self.first_failure and not self.keep_going):
                return False
            if self.steps >= self.most_steps:
                self.spent = "steps"
                return False
            # With a run that could not be followed to its end, nothing is ever exhausted.
            if self.cut >= MOST_CUT or (self._is_endless and phase.strategy not in SAMPLERS):
                return False
            if until_s is not None and time.monotonic() >= until_s:
                self.spent = "time"
                break
            if not self.beat(self.schedules):
                self.is_stopped = True
                break
        else:
            self.spent = "schedules"
        return not scheduler.begin() if isinstance(scheduler, (PartialOrder, DepthFirst, Bounded)) else False

    def _note(self, played: Played) -> None:
        life = played.life
        self.steps += len(played.world.trace)
        self.doubts |= played.world.doubts
        self.has_gone_elsewhere |= life.has_gone_elsewhere
        if life.refusal is not None:
            self.refusal = life.refusal
            return
        if played.ending is None:
            self.redundant += 1
            return
        self.schedules += 1
        self.least_s = min(self.least_s, least_s(played.world))
        self.cut += played.ending == "step_limit"
        identity = key(played, self.terms)
        outcome = self.outcomes.get(identity)
        if outcome is None:
            seen = self._told_by_targets(played, identity) if played.is_recalled else told(played, self.terms)
            outcome = self.outcomes[identity] = Outcome(0, _choices(played))
            outcome.is_failure = self.judge(seen)
            if outcome.is_failure and self.first_failure is None:
                self.first_failure = self.schedules
        elif len(played.world.trace) < len(outcome.schedule):
            outcome.schedule = _choices(played)
        outcome.count += 1

    def _told_by_targets(self, recalled: Played, identity: Any) -> dict[str, Any]:
        """What is told of a run that has come to something new, and in which no target ran: they run it once more."""
        played = play(self.terms, Replay(_choices(recalled)))
        self.has_gone_elsewhere |= key(played, self.terms) != identity
        seen = told(played, self.terms)
        played.life.end()
        return seen

    @property
    def needs_more(self) -> bool:
        """Whether somebody has looked where these runs do not show all there is: then they say nothing."""
        return bool(self.looked_into)

    @property
    def _is_endless(self) -> bool:
        """Whether there was something that no search can go through to its end."""
        return bool(self.cut) or self.has_gone_elsewhere

    def _is_all(self, scheduler: Scheduler) -> bool:
        return scheduler.is_exhausted if isinstance(scheduler, Bounded) else True

    def _why_not(self) -> list[str]:
        reasons = []
        if self.cut:
            reasons.append("a run met the limit on steps: a loop that goes on for ever, or one that is longer")
        if self.terms.plan.start_method == "spawn" and self.terms.library.habits.hashes:
            reasons.append("a target asks for hashes, and each process that is spawned has others")
        if self.schedules and self.least_s > self.terms.plan.timeout_s:
            reasons.append("what is waited for one after the other takes longer than the timeout")
        reasons += sorted(self.doubts)
        if self.is_stopped and not self.exhausted:
            reasons.append("it was interrupted")
        if not (self.exhausted or self.refusal or reasons or self.has_gone_elsewhere or self.spent):
            stopped = self.first_failure and not self.keep_going
            reasons.append("it stopped at the first failure" if stopped else "there are more schedules than were run")
        return reasons


def searched(search: Search, phases: list[Phase], seed: int) -> Search:
    """``search``, or the one like it that shows all that somebody looks into."""
    search.run(phases, seed)
    while search.needs_more:
        # What is in stock has not foreseen that.
        terms = search.terms._replace(exact=search.terms.exact | search.looked_into, stock=Stock(search.terms.plan))
        search = Search(terms, search.keep_going, search.judge, search.beat, search.most_steps)
        search.run(phases, seed)
    return search


def digest(identity: Any) -> str:
    """A short name for an outcome, the same in every process."""
    import hashlib

    return hashlib.sha256(repr(identity).encode()).hexdigest()[:16]


def _choices(played: Played) -> tuple[int, ...]:
    return tuple([taken.strand.number for taken in played.world.trace])


def _scheduler(strategy: str, seed: int) -> Scheduler:
    if strategy in SAMPLERS:
        return SAMPLERS[strategy](seed)
    if strategy == "dpor":
        return PartialOrder()
    return DepthFirst() if strategy == "dfs" else Bounded(most=2) if strategy == "simplest" else Bounded()
