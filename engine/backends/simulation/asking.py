"""What a simulation is asked, and what it answers: a search, or one schedule once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...errors import Diverged
from ...exploration import Found, Settings
from ...plan import Plan
from ...stage.simulation.variation import THIS_ONE, Variation
from ...trace import Run
from .merging import STEPS_EACH, Part
from .runs import run_from, short, steps_from
from .stage import Lost, SimulationStage

IsFailure = Callable[[Run], bool]

Phase = tuple[str, int, float | None]
"""A strategy, how many schedules it may run, and for how many seconds."""

_LEAST_PATIENCE_S = 1.0
"""However little time there is for all of it: a machine may be so busy that a run takes longer than that."""


def search(
    stage: SimulationStage,
    plan: Plan,
    settings: Settings,
    phases: Sequence[Phase],
    is_failure: IsFailure,
    is_stopping: Callable[[], bool],
    core: int = 0,
) -> Part:
    """Look for the outcomes of ``plan`` in these ``phases``, until ``is_stopping``. Each ``core`` draws schedules of
    its own."""
    stage.send(
        {
            **request(plan, settings, stage.silence_s),
            "phases": [list(phase) for phase in phases],
            "most_steps": STEPS_EACH * settings.schedules,
            "keep_going": settings.keep_going,
            "sampler_seed": settings.seed + core,
        }
    )
    found: dict[str, Found] = {}
    differs = has_asked = False
    schedules = 0

    def look() -> None:
        nonlocal has_asked
        if not has_asked and is_stopping():
            has_asked = True
            stage.send({"stop": True})

    try:
        while (told := stage.receive(look))["event"] != "explored":
            look()
            if told["event"] == "outcome":
                stage.send({"failure": is_failure(run_from(told["run"]))})
            elif told["event"] == "beat":
                schedules = told["schedules"]
            else:
                found[told["digest"]] = found_from(told, settings.orders_output)
                differs |= told["differs"]
    except Lost as loss:
        return Part.of_loss(schedules, str(loss))
    return Part(
        found=found,
        schedules=told["schedules"],
        runs=told["schedules"] + told["redundant"],
        steps=told["steps"],
        classes=told["classes"],
        exhausted=told["exhausted"],
        reasons=tuple(told["reasons"]),
        spent=told["spent"],
        first_failure=told["first_failure"],
        refusal=told["refusal"] and _refusal(told["refusal"]),
        differs=differs or told["differs"],
        interrupted=has_asked and not told["exhausted"],
    )


def replayed(
    stage: SimulationStage, request: Mapping[str, Any], steps: Sequence[str], exact: Sequence[str]
) -> Mapping[str, Any]:
    """What came of these ``steps``. Raises Diverged where they could not be followed."""
    stage.send({**request, "schedule": list(steps), "exact": list(exact)})
    try:
        told = stage.receive()
    except Lost as loss:
        raise Diverged(str(loss)) from None
    if told["refusal"]:
        raise Diverged(f"it cannot be simulated: {_refusal(told['refusal'])}")
    if told["diverged"]:
        raise Diverged(_divergence(told["diverged"]))
    return told


def had_again(stage: SimulationStage, request: Mapping[str, Any], found: Sequence[Found]) -> list[Run]:
    """What comes of the schedules of all that was ``found``. Raises Diverged where one cannot be followed."""
    stage.send({**request, "schedules": [[list(one.schedule), list(one.exact)] for one in found]})
    runs = []
    try:
        while (told := stage.receive())["event"] == "had":
            runs.append(run_from(told["run"]))
    except Lost as loss:
        raise Diverged(str(loss)) from None
    if not told["is_whole"]:
        raise Diverged(f"schedule {len(runs) + 1} cannot be followed")
    return runs


def found_from(told: Mapping[str, Any], orders_output: bool) -> Found:
    return Found(
        run_from(told["run"]),
        told["count"],
        tuple(told["schedule"]),
        steps_from(told["steps"]),
        told["preemptions"],
        tuple(told["exact"]),
        orders_output,
    )


def request(plan: Plan, settings: Settings, silence_s: float, variation: Variation = THIS_ONE) -> dict[str, Any]:
    """``limit_s`` is how long a target may run without an operation: a real run would be ended then, too."""
    patience_s = silence_s if settings.for_s is None else max(settings.for_s, _LEAST_PATIENCE_S)
    return {
        "limit_s": min(silence_s, plan.timeout_s, patience_s),
        "plan": plan.to_json(),
        "steps": settings.steps,
        "timing": settings.timing,
        "seed": settings.seed,
        "orders_output": settings.orders_output,
        "is_timed": settings.is_timed,
        **variation._asdict(),
    }


def _refusal(told: Sequence[str]) -> str:
    what, where = told
    return f"{what} ({short(where)})" if where else what


def _divergence(told: Mapping[str, Any]) -> str:
    step, ready = told["step"] + 1, told["ready"]
    could = f"{', '.join(ready)} could" if ready else "nobody could"
    if told["wanted"] is None:
        return f"it is over after {told['step']} steps, and {could} still go on"
    return f"at step {step} {told['wanted']} cannot go on; {could}"
