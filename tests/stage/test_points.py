"""A genuine primitive stops where a step of its model begins, and does nothing else otherwise than it always does."""

from __future__ import annotations

import multiprocessing
import os
import queue
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import shared_memory, synchronize
from types import SimpleNamespace
from typing import Any

import pytest

from engine.plan import Score, Turn
from engine.stage import forced, points, turns
from engine.stage.baton import Baton, new_baton
from engine.stage.points import STEPS, hold, owner
from engine.stage.simulation.score import Scribe, score_of
from engine.stage.stops import Held, Point
from engine.stage.turns import Strand
from engine.stage.watching import watch
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, eventually, ref


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a turn that never comes is told so."""

    def wait(baton: Baton, place: int) -> None:
        assert eventually(lambda: baton.now >= place, 5.0), f"nobody takes the turn before {baton.score.turns[place]}"

    monkeypatch.setattr(Baton, "_await", wait)


class Semaphore:
    """Notes how it is taken."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        self.told.append((block, timeout))
        return block

    def release(self) -> None:
        self.told.append("release")


@pytest.fixture
def strand() -> Iterator[Strand]:
    """A line of execution with a time-out to fire, and nothing else to do."""
    yield from following_turns(Turn(1, "one", "", "x", "acquire", is_late=True))


def following_turns(*steps: Turn) -> Iterator[Strand]:
    baton = new_baton(Score(steps, ("one",)))
    yield turns.begin(baton, "one")
    turns.forget()
    os.close(baton.fd)


def held(is_endless: bool | None = None) -> tuple[Held, list[object]]:
    semaphore = Semaphore()
    told = semaphore.told

    def meet(strand: Strand, primitive: str, step: str) -> bool | None:
        told.append(f"{primitive} {step}")
        return is_endless

    made = Held(semaphore)
    made.taking.append(Point(meet, "x", "taking"))
    made.taken.append(Point(meet, "x", "taken"))
    made.giving.append(Point(meet, "x", "giving"))
    return made, told


def test_who_follows_no_schedule_is_held_up_nowhere() -> None:
    one, told = held()

    assert one.acquire(True, 2)
    one.release()

    assert told == [(True, 2), "release"]


def test_points_are_met_before_and_after_a_semaphore_is_taken_and_before_it_is_given_back(strand: Strand) -> None:
    one, told = held()

    with one:
        pass

    assert told == ["x taking", (True, None), "x taken", "x giving", "release"]


def test_who_does_not_wait_meets_no_point(strand: Strand) -> None:
    one, told = held()

    assert not one.acquire(False)

    assert told == [(False, None)]


def test_a_time_out_that_fires_is_not_waited_for(strand: Strand) -> None:
    one, told = held()
    strand.begin("x", "acquire")

    assert not one.acquire(True, 5)

    assert told == ["x taking", (False, None), "x taken"]
    assert strand.lateness_s == 5


def test_who_is_to_be_woken_sleeps_until_it_is(strand: Strand) -> None:
    one, told = held(is_endless=True)

    one.acquire(True, 5)

    assert told == ["x taking", (True, None), "x taken"]


def test_what_shares_a_lock_meets_the_points_of_all() -> None:
    lock = multiprocessing.Lock()
    condition = multiprocessing.Condition(lock)
    hold(lock, "lock")
    hold(condition, "condition")
    hold(condition, "condition")

    assert condition._lock is lock  # type: ignore[attr-defined]
    assert [(point.primitive, point.step) for point in lock._semlock.taking] == [("condition", "_retake")]


def test_to_take_the_lock_of_another_is_that_one_s_step() -> None:
    lock = multiprocessing.RLock()
    watch(lock, "its lock", ("acquire", "release"))
    condition, alone = multiprocessing.Condition(lock), multiprocessing.Condition()
    hold(condition, "with a lock")
    hold(alone, "alone")

    assert [owner(name, "acquire") for name in ("with a lock", "alone")] == ["its lock", "alone"]
    assert owner("with a lock", "release") == "its lock"
    assert owner("with a lock", "wait") == "with a lock"


def test_what_is_for_threads_is_each_process_s_own() -> None:
    for number, thing in enumerate((queue.Queue(), queue.SimpleQueue(), threading.Lock(), threading.Event())):
        hold(thing, f"of threads {number}")
    hold(multiprocessing.Lock(), "of processes")

    assert [f"of threads {number}" in points.FOR_THREADS for number in range(4)] == [True] * 4
    assert "of processes" not in points.FOR_THREADS


def test_a_list_in_shared_memory_is_read_item_by_item() -> None:
    items = shared_memory.ShareableList([1])
    with closing(items.shm):
        hold(items, "items")
        hold([1], "no items")
        items.shm.unlink()

    assert {"items", "no items"} & points.READ_ONE_BY_ONE == {"items"}


# Against the models

PROGRAMS: tuple[tuple[str, dict[str, object], tuple[str, ...]], ...] = (
    ("Lock", {}, ("x.acquire()", "x.acquire(True, 9)", "x.release()")),
    ("Semaphore", {"value": 1}, ("x.acquire()", "x.acquire(True, 9)", "x.release()", "x.acquire(True, 9)")),
    ("Condition", {}, ("x.acquire()", "x.wait(9)", "x.notify()", "x.release()")),
    ("Event", {}, ("x.wait(9)", "x.set()", "x.wait(9)", "x.clear()", "x.is_set()")),
    ("Barrier", {"parties": 1}, ("x.wait()", "x.wait()")),
    ("Barrier", {"parties": 2}, ("x.wait(9)",)),
    ("SimpleQueue", {}, ("x.put([1])", "x.get()", "x.empty()")),
    ("Queue", {}, ("x.put(1)", "x.get()", "x.get(True, 9)", "x.put([2])", "x.get()", "x.empty()")),
    ("Queue", {"maxsize": 1}, ("x.put(1)", "x.put(2, True, 9)", "x.get()")),
    ("JoinableQueue", {}, ("x.put(1)", "x.get()", "x.task_done()", "x.join()")),
)


@pytest.mark.parametrize(("kind", "given", "calls"), PROGRAMS, ids=lambda one: one if isinstance(one, str) else None)
def test_a_genuine_primitive_goes_through_the_steps_of_its_model(
    monkeypatch: pytest.MonkeyPatch, kind: str, given: dict[str, object], calls: tuple[str, ...]
) -> None:
    """No time-out is waited for: those that fire in the model fire at once."""
    monkeypatch.setattr(synchronize, "time", SimpleNamespace(monotonic=forced._monotonic_s))
    own = [turn for turn in steps(kind, given, calls) if not turn.thread]
    score = steps(kind, given, calls)[: own[-1].number]
    x = getattr(multiprocessing.get_context("fork"), kind)(**given)
    if hasattr(x, "cancel_join_thread"):
        x.cancel_join_thread()
    hold(x, "x")

    for strand in following_turns(*score):
        for call in calls:
            strand.begin("x", _OPERATION.findall(call)[0])
            _attempt(call, x)
            strand.end()
            strand.linger()

        assert strand.baton.is_over


_OPERATION = re.compile(r"x\.(\w+)")


def steps(kind: str, given: dict[str, object], calls: tuple[str, ...]) -> tuple[Turn, ...]:
    """What the model makes of it, where nobody else is there."""
    tried = "".join(f"\n  try: {call}\n  except Exception: pass" for call in calls)
    plan = a_plan(f"def one(x):{tried}", {"one": [ref("x")]}, shared={"x": {"type": kind, **given}})
    scribe = Scribe(following())
    with playing(terms_of(plan), scribe) as played:
        assert played.ending == "completed", played.life.refusal
        return score_of(scribe, played.life).turns


def _attempt(call: str, x: Any) -> None:
    try:
        eval(call, {"x": x})
    except (queue.Empty, queue.Full, threading.BrokenBarrierError):
        return


def test_each_step_that_can_be_stopped_at_is_one_of_these() -> None:
    """Those that only somebody else makes happen are seen where there are several processes."""
    seen: dict[str, set[str]] = {}
    for kind, given, calls in PROGRAMS:
        made = steps(kind, given, calls)
        seen.setdefault(kind, set()).update(turn.operation for turn in made if not turn.begins and not turn.thread)

    assert {kind: found - STEPS.get(kind, set()) for kind, found in seen.items()} == {kind: set() for kind in seen}
