"""A run can be had again by its schedule, event for event; where that cannot be followed, it is said why."""

from __future__ import annotations

from typing import Any

import pytest

from engine.backends.simulation.backend import Simulation
from engine.errors import Diverged
from engine.exploration import Settings
from engine.forcing import Rehearsal
from engine.plan import Plan
from engine.schedule import Schedule, fingerprint, steps_of
from engine.stage.simulation.picture import Recorder
from engine.trace import Returned
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

LOCKS = {"a": {"type": "Lock"}, "b": {"type": "Lock"}}
ORDER = a_plan(
    """
    import random
    def left(a, b):
        with a, b: return random.random()
    def right(a, b):
        with b, a: print("right")
    """,
    {"left": [ref("a"), ref("b")], "right": [ref("a"), ref("b")]},
    shared=LOCKS,
)


def again(simulation: Simulation, plan: Plan, *turns: str, orders_output: bool = True, **more: Any) -> Rehearsal:
    fields: dict[str, Any] = {"seed": 0, "timing": "any", "exact": (), **more}
    schedule = Schedule(
        fingerprint=fingerprint(plan), file="", name="", variant={}, steps=steps_of(list(turns)), **fields
    )
    return simulation.rehearse(plan, schedule, orders_output)


@pytest.mark.slow
@pytest.mark.parametrize("timing", ["any", "virtual"])
def test_every_outcome_can_be_had_again_event_for_event(simulation: Simulation, timing: Any) -> None:
    settings = Settings(strategy="dpor", keep_going=True, seed=3, timing=timing)
    explored = simulation.explore(ORDER, settings, lambda run: run.ending == "deadlock")

    assert {one.run.ending for one in explored.found} == {"completed", "deadlock"}
    for found in explored.found:
        made = again(simulation, ORDER, *found.schedule, seed=3, timing=timing).found

        assert (made.run, made.steps, made.schedule, made.preemptions) == (
            found.run,
            found.steps,
            found.schedule,
            found.preemptions,
        )


@pytest.mark.slow
@pytest.mark.parametrize("orders_output", [False, True])
def test_of_each_outcome_it_is_known_whether_its_output_is_in_order(
    simulation: Simulation, orders_output: bool
) -> None:
    settings = Settings(keep_going=True, orders_output=orders_output)
    explored = simulation.explore(ORDER, settings, lambda run: False)
    (schedule, *_) = (one.schedule for one in explored.found)

    assert {one.orders_output for one in explored.found} == {orders_output}
    assert again(simulation, ORDER, *schedule, orders_output=orders_output).found.orders_output == orders_output


@pytest.mark.slow
def test_another_seed_is_another_run(simulation: Simulation) -> None:
    one, same, other = (
        again(simulation, ORDER, "left*4", "right*4", "right", seed=seed).found.run.processes["left"].returned
        for seed in (1, 1, 2)
    )

    assert one == same
    assert one != other


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (("left", "right", "left"), "at step 3 left cannot go on; nobody could"),
        (("left*2", "right"), "at step 3 right cannot go on; left could"),
        (("left", "nobody"), "at step 2 nobody cannot go on; left, right could"),
        (("left",), "it is over after 1 steps, and left, right could still go on"),
        (("left*4", "right*6"), "at step 10 right cannot go on; nobody could"),
    ],
)
def test_where_a_schedule_cannot_be_followed_it_is_said_who_could_have_gone_on(
    simulation: Simulation, schedule: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Diverged) as caught:
        again(simulation, ORDER, *schedule)

    assert str(caught.value) == said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os\ndef one(): os.fork()", "it cannot be simulated: os.fork (scenario.yaml:2)"),
        (
            "import faulthandler\ndef one(): faulthandler._sigsegv()",
            "a target has ended the interpreter that simulates it (SIGSEGV)",
        ),
    ],
)
def test_what_cannot_be_had_again_is_named(simulation: Simulation, source: str, said: str) -> None:
    with pytest.raises(Diverged) as caught:
        again(simulation, a_plan(source, ["one"]), "one")

    assert str(caught.value) == said


@pytest.mark.slow
def test_real_processes_are_not_asked_for_their_delay_but_for_their_sleep(simulation: Simulation) -> None:
    delayed = a_plan("import time\ndef one(): time.sleep(1)", ["one"], options={"one": {"delay_s": 0.1}})

    score = again(simulation, delayed, "one*2", timing="virtual").score

    assert [(turn.number, turn.what) for turn in score.turns] == [(2, "sleep")]


@pytest.mark.slow
def test_what_targets_do_to_their_interpreter_the_next_ones_do_not_see(simulation: Simulation) -> None:
    plan = a_plan(
        """
        import sys
        def one():
            json = sys.modules["json"]
            before, json.mark = getattr(json, "mark", 0), 1
            return before
        """,
        ["one"],
    )

    found = [again(simulation, plan).found.run.processes["one"].returned for _ in range(2)]

    assert found == [Returned(0), Returned(0)]


@pytest.mark.parametrize(
    ("schedule", "diverged"),
    [
        ("left right", None),
        ("left*2 right", {"step": 2, "wanted": "right", "ready": ["left"]}),
        ("left", {"step": 1, "wanted": None, "ready": ["left", "right"]}),
        ("left right left", {"step": 2, "wanted": "left", "ready": []}),
    ],
)
def test_the_first_step_that_cannot_be_followed_is_noted(schedule: str, diverged: Any) -> None:
    scheduler = following(schedule)

    with playing(terms_of(ORDER), scheduler):
        assert scheduler.diverged == diverged


def test_behind_it_everybody_goes_on_in_turn() -> None:
    recorder = Recorder(following("left*2 right"))

    with playing(terms_of(ORDER), recorder):
        assert [step["process"] for step in recorder.steps] == ["left"] * 4 + ["right"] * 4
