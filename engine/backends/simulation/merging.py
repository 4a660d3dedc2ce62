"""Several searches of one plan, as one exploration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...exploration import Exploration, Found, Settings

_DIFFERS = (
    "the same schedule has led elsewhere the second time: something that is not seen here has its hand in it "
    "(the order of a set, the real time, a random number of the system's)"
)


STEPS_EACH = 100
"""How many steps a search takes in all, for each schedule that it may run: long runs are not repeated as often as short
ones."""


@dataclass(frozen=True)
class Part:
    """What one search came to. ``found`` is by a name that outcomes have everywhere; ``runs`` are the schedules, and
    those that were left as repetitions; ``spent`` is the budget that ended it (``schedules``, ``time``, ``steps``)."""

    found: Mapping[str, Found]
    schedules: int
    runs: int
    steps: int
    classes: int | None
    exhausted: bool
    reasons: tuple[str, ...]
    spent: str | None
    first_failure: int | None
    refusal: str | None
    differs: bool
    interrupted: bool = False

    @staticmethod
    def of_loss(schedules: int, refusal: str) -> Part:
        return Part({}, schedules, schedules, 0, None, False, (), None, None, refusal, False)

    def goes_on(self, keep_going: bool) -> bool:
        """Whether there is something left to look for."""
        return not (self.exhausted or self.refusal or self.interrupted) and (keep_going or self.first_failure is None)


def merged(parts: Sequence[Part], settings: Settings, duration_s: float) -> Exploration:
    found: dict[str, Found] = {}
    for part in parts:
        for name, one in part.found.items():
            found[name] = _together(found[name], one) if name in found else one
    before = 0
    first_failure = None
    for part in parts:
        if part.first_failure is not None and first_failure is None:
            first_failure = before + part.first_failure
        before += part.schedules
    reasons = dict.fromkeys(reason for part in parts for reason in part.reasons)
    exhausted = any(part.exhausted for part in parts)
    # Of several searches the first has a share of the budget, and the others all the rest.
    spent = {part.spent for part in parts[1:] or parts}
    if not exhausted:
        reasons |= {text: None for budget, text in _budgets(settings) if budget in spent}
    if any(part.differs for part in parts):
        reasons[_DIFFERS] = None
    return Exploration(
        found=tuple(found.values()),
        schedules=sum(part.schedules for part in parts),
        steps=sum(part.steps for part in parts),
        classes=parts[0].classes if parts[0].exhausted else None,
        exhausted=exhausted and _DIFFERS not in reasons,
        reasons=tuple(reasons),
        strategy=settings.strategy,
        seed=settings.seed,
        timing=settings.timing,
        first_failure=first_failure,
        refusal=next((part.refusal for part in parts if part.refusal), None),
        duration_s=duration_s,
        interrupted=any(part.interrupted for part in parts),
    )


def _budgets(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is said of a budget that is used up, and the option that gives another."""
    schedules = "1 schedule" if settings.schedules == 1 else f"{settings.schedules:,} schedules"
    yield "schedules", f"the budget of {schedules} is used up (--schedules)"
    if settings.for_s is not None:
        yield "time", f"{settings.for_s:g} s are over (--for)"
    steps = STEPS_EACH * settings.schedules
    yield "steps", f"the budget of {steps:,} steps is used up, {STEPS_EACH} for each schedule (--schedules)"


def _together(one: Found, other: Found) -> Found:
    shorter = min(one, other, key=lambda found: len(found.schedule))
    return replace(shorter, count=one.count + other.count)
