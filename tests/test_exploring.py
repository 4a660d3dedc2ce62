"""Prepared variants are explored one after the other, judged, and reported in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.confirming import ask
from engine.errors import Diverged
from engine.exploration import Settings
from engine.exploring import explore, replay
from engine.forcing import Confirmation, Rehearsal
from engine.plan import Plan, Score
from engine.preparation import Prepared, prepare
from engine.report import RealityReport, ScenarioReport
from engine.scenario.files import Settings as Reading
from engine.schedule import Schedule, fingerprint
from engine.trace import Run
from tests.exploring_support import DEADLOCK, FakeSimulation, ended, exploration, found, step

SCENARIO = """\
name: two locks
code: |
  def work(): ...
processes: {left: {target: work}, right: {target: work}}
"""
FINE = found(ended("a\n"), step("left", "a.acquire", "True"), step("right", "a.acquire", "True"), count=3)


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


def prepared(folder: Path, text: str = SCENARIO) -> list[Prepared]:
    (folder / "locks.yaml").write_text(text)
    return prepare([str(folder / "locks.yaml")], Reading({"run_as": "process", "start_method": "fork"}))


class Shelf:
    """Keeps schedules by number."""

    def __init__(self) -> None:
        self.schedules: list[Schedule] = []

    def save(self, one: Prepared, schedule: Schedule) -> str:
        self.schedules.append(schedule)
        return f"{one.name}-{len(self.schedules)}"


def nothing_missing(names: Sequence[str], search_path: Sequence[str]) -> Sequence[str]:
    return []


def explored(
    folder: Path, backend: FakeSimulation, text: str = SCENARIO, shelf: Shelf | None = None, **given: Any
) -> list[ScenarioReport]:
    save = (shelf or Shelf()).save
    return list(explore(prepared(folder, text), backend, given, save, nothing_missing))


def test_each_variant_is_explored_and_reported_with_all_that_was_found(tmp_path: Path) -> None:
    text = SCENARIO + "matrix: {n: [1, 2]}\n"

    reports = explored(tmp_path, FakeSimulation(exploration(FINE)), text)

    assert [(one.name, one.variant, one.verdict, one.stdout, one.duration) for one in reports] == [
        ("two locks", {"n": 1}, "passed", "a\n", 0.021),
        ("two locks", {"n": 2}, "passed", "a\n", 0.021),
    ]
    assert [(one.count, one.schedule, one.length, one.grade, one.saved) for one in reports[0].outcomes] == [
        (3, "left right", 2, "acceptable", None)
    ]
    assert reports[0].explored is not None
    assert (reports[0].explored.schedules, reports[0].explored.exhausted) == (3, True)


def test_the_schedules_of_what_is_not_acceptable_are_saved(tmp_path: Path) -> None:
    shelf = Shelf()

    (report,) = explored(tmp_path, FakeSimulation(exploration(FINE, DEADLOCK)), shelf=shelf, seed=7)

    (plan,) = [one.plan for one in prepared(tmp_path)]
    assert report.verdict == "failed"
    assert [(one.grade, one.saved) for one in report.outcomes] == [("forbidden", "two locks-1"), ("acceptable", None)]
    assert shelf.schedules == [
        Schedule(
            fingerprint=fingerprint(plan),
            file=str(tmp_path / "locks.yaml"),
            name="two locks",
            variant={},
            timing="any",
            seed=7,
            exact=(),
            steps=("left", "right"),
            files={},
        )
    ]


def test_of_very_many_outcomes_only_the_first_are_saved_and_told(tmp_path: Path) -> None:
    text = SCENARIO + "expect: {stdout: a}\n"
    many = [found(ended(str(number)), step("left", "a.acquire")) for number in range(30)]
    shelf = Shelf()

    (report,) = explored(tmp_path, FakeSimulation(exploration(*many)), text, shelf)

    assert len(report.outcomes) == 30
    assert [bool(one.steps) for one in report.outcomes] == [True] * 20 + [False] * 10
    assert [one.saved is not None for one in report.outcomes] == [True] * 20 + [False] * 10


def test_the_scenario_says_how_to_explore_it_and_the_command_line_wins(tmp_path: Path) -> None:
    text = SCENARIO + "explore: {strategy: pct, schedules: 5, timing: virtual}\n"
    backend = FakeSimulation(exploration(FINE))

    explored(tmp_path, backend, text, strategy=None, schedules=9, keep_going=True)

    settings = Settings(strategy="pct", schedules=9, timing="virtual", keep_going=True, orders_output=False)
    assert backend.asked == [("two locks", settings)]


@pytest.mark.parametrize(
    ("expect", "is_timed"),
    [
        ("{duration: {at_most: 1s}}", True),
        ("{outcomes: [{when: {duration: {at_most: 1s}}}]}", True),
        ("{outcomes: [{when: {ending: completed}}]}", False),
    ],
)
def test_the_backend_is_told_whether_durations_tell_outcomes_apart(tmp_path: Path, expect: str, is_timed: bool) -> None:
    backend = FakeSimulation(exploration(FINE))

    explored(tmp_path, backend, SCENARIO + f"expect: {expect}\n", timing="virtual")

    assert [settings.is_timed for _, settings in backend.asked] == [is_timed]


def test_the_backend_is_told_which_runs_fail(tmp_path: Path) -> None:
    backend = FakeSimulation(exploration(FINE, DEADLOCK))

    explored(tmp_path, backend)

    assert backend.failures == [False, True]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("run_as: thread\n", "threads share every object: the simulation explores processes"),
        ("requires: {platform: win32}\n", "needs win32, and this is linux"),
    ],
)
def test_what_cannot_be_explored_is_skipped_with_the_reason(tmp_path: Path, more: str, reason: str) -> None:
    backend = FakeSimulation(exploration(FINE))

    (report,) = explored(tmp_path, backend, SCENARIO + more)

    assert (report.verdict, report.reason, backend.asked) == ("skipped", reason, [])


def test_missing_modules_are_asked_for_where_they_are_required(tmp_path: Path) -> None:
    (one,) = prepared(tmp_path, SCENARIO + "requires: {modules: [numpy]}\n")

    (report,) = explore([one], FakeSimulation(exploration(FINE)), {}, Shelf().save, lambda names, path: names)

    assert report.verdict == "skipped"
    assert report.reason is not None
    assert report.reason.startswith("needs the module numpy, which ")


def test_outcomes_that_only_a_clock_can_tell_apart_are_unknown_without_one(tmp_path: Path) -> None:
    text = SCENARIO + "expect: {outcomes: [{when: {duration: {at_most: 1s}}}]}\n"
    backend = FakeSimulation(exploration(FINE))

    (report,) = explored(tmp_path, backend, text)

    assert (report.verdict, backend.asked) == ("unknown", [])
    assert report.explored is not None
    assert report.explored.reasons == ("the outcome on line 5 names a duration, which needs --timing virtual",)
    assert explored(tmp_path, backend, text, timing="virtual")[0].verdict == "passed"


def test_an_interrupt_passes_through_and_what_was_explored_before_is_reported(tmp_path: Path) -> None:
    backend = FakeSimulation(exploration(FINE))
    reports = explore(
        prepared(tmp_path, SCENARIO + "matrix: {n: [1, 2]}\n"), backend, {}, Shelf().save, nothing_missing
    )

    assert next(reports).verdict == "passed"
    backend.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        next(reports)


# Replay


def recorded(one: Prepared, *steps: str) -> Schedule:
    return Schedule(
        fingerprint=fingerprint(one.plan),
        file=one.file,
        name=one.name,
        variant={},
        timing="any",
        seed=0,
        exact=(),
        steps=steps,
    )


def test_one_run_is_had_again_and_judged_by_itself(tmp_path: Path) -> None:
    (one,) = prepared(tmp_path)

    report = replay(one, FakeSimulation(exploration(DEADLOCK)), recorded(one, "left", "right"), "a.schedule.json")

    assert (report.verdict, report.ending, report.explored) == ("failed", "deadlock", None)
    assert (report.checks[0].path, report.checks[0].verdict) == ("expect.ending", "failed")
    assert [(one.grade, one.saved, len(one.steps)) for one in report.outcomes] == [("forbidden", "a.schedule.json", 2)]


def test_a_schedule_that_leads_elsewhere_is_told(tmp_path: Path) -> None:
    (one,) = prepared(tmp_path)

    with pytest.raises(Diverged, match="step 1"):
        replay(one, FakeSimulation(exploration(FINE)), recorded(one, "right"), "a.schedule.json")


# Asking reality


def test_outcomes_that_are_not_acceptable_are_forced_and_what_reality_says_is_a_check(tmp_path: Path) -> None:
    asked: list[Plan] = []

    def force(plan: Plan) -> Run:
        asked.append(plan)
        return DEADLOCK.run

    backend = FakeSimulation(exploration(DEADLOCK, FINE))
    (report,) = explore(prepared(tmp_path), backend, {}, Shelf().save, nothing_missing, force)

    assert [plan.score for plan in asked] == [Score((), ("left", "right"))]
    assert [one.reality for one in report.outcomes] == [RealityReport("confirmed", None), None]
    assert [(one.path, one.verdict) for one in report.checks if "confirm" in one.path] == [
        ("explore.confirm[0]", "passed")
    ]


def test_a_scenario_fails_where_reality_differs(tmp_path: Path) -> None:
    text = SCENARIO + "expect: {outcomes: [{when: {stdout: a}, grade: interesting}]}\n"

    (report,) = explore(
        prepared(tmp_path, text),
        FakeSimulation(exploration(FINE)),
        {},
        Shelf().save,
        nothing_missing,
        lambda plan: ended(),
    )

    reason = "it printed '', and not 'a\\n'"
    assert report.verdict == "failed"
    assert [one.reality for one in report.outcomes] == [RealityReport("differs", reason)]
    assert [one.reason for one in report.checks if one.verdict == "failed"] == [f"reality differs: {reason}"]


def test_a_replay_that_cannot_be_forced_is_unknown_and_says_why(tmp_path: Path) -> None:
    (one,) = prepared(tmp_path)
    backend = FakeSimulation(exploration(FINE), obstacles=("a target reads the clock",))
    fields: dict[str, Any] = {"fingerprint": "", "file": "", "name": "", "variant": {}, "timing": "any", "seed": 0}
    fields["exact"] = ()

    report = replay(one, backend, Schedule(**fields, steps=FINE.schedule), "saved", lambda plan: ended())

    assert report.verdict == "unknown"
    assert report.outcomes[0].reality == RealityReport("unknown", "it cannot be forced: a target reads the clock")


def test_an_outcome_that_cannot_be_had_again_is_unknown(tmp_path: Path) -> None:
    def lost(*_: object) -> Rehearsal:
        raise Diverged("at step 1 left cannot go on")

    (one,) = prepared(tmp_path)

    assert ask(one, lost, lambda plan: ended()) == Confirmation(
        "unknown", "it cannot be had again: at step 1 left cannot go on"
    )
