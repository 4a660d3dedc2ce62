"""What a process does with its turns."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest

from engine.plan import Score, Turn
from engine.stage import turns
from engine.stage.baton import AWAITED, OVER, Baton, new_baton
from engine.stage.turns import Astray, Strand, begin, begin_thread

TURNS = (
    Turn(1, "left", "", "jobs", "get", goes_on=True),
    Turn(2, "right", "", "lock", "acquire"),
    Turn(3, "left", "", "jobs", "receive", begins=False),
    Turn(4, "right", "", "", "exit"),
)


def a_baton(steps: tuple[Turn, ...]) -> Iterator[Baton]:
    baton = new_baton(Score(steps, ("left", "right")))
    yield baton
    turns.forget()
    os.close(baton.fd)


@pytest.fixture
def baton() -> Iterator[Baton]:
    yield from a_baton(TURNS)


def test_a_step_is_over_when_its_operation_ends(baton: Baton) -> None:
    left = Strand(baton, "left")

    left.begin("jobs", "get")
    assert baton.now == 0
    left.end()

    assert (baton.now, baton.state(0)) == (1, OVER)


def test_a_step_is_over_when_its_operation_comes_to_the_next_one(baton: Baton) -> None:
    left, right = Strand(baton, "left"), Strand(baton, "right")
    left.begin("jobs", "get")

    def take_a_turn() -> None:
        right.begin("lock", "acquire")
        right.end()

    other = threading.Thread(target=take_a_turn)
    other.start()

    assert left.go_on("jobs", "receive")
    other.join()

    assert baton.now == 2


def test_a_time_out_that_nothing_asked_about_does_not_fire_in_a_later_operation() -> None:
    baton = new_baton(Score((Turn(1, "left", "", "lock", "acquire", is_late=True),), ("left",)))
    left = Strand(baton, "left")
    left.begin("lock", "acquire")
    left.end()

    left.begin("lock", "acquire")

    assert not left.give_up()
    os.close(baton.fd)


def test_a_point_that_is_no_step_holds_nobody_up(baton: Baton) -> None:
    left = Strand(baton, "left")
    left.begin("jobs", "get")

    assert not left.go_on("jobs", "release")
    assert baton.now == 0


def test_who_does_something_else_has_gone_astray(baton: Baton) -> None:
    with pytest.raises(Astray) as astray:
        Strand(baton, "left").begin("jobs", "put")

    assert astray.value.place == 0


def test_what_is_optional_holds_nobody_up_unless_it_is_the_next_step(baton: Baton) -> None:
    left = Strand(baton, "left")

    left.begin("jobs", "close", is_optional=True)
    left.end()

    assert baton.now == 0
    assert left.next == TURNS[0]


STRUCK = (
    Turn(1, "left", "", "jobs", "get", goes_on=True, following="receive"),
    Turn(2, "left", "", "", "kill"),
    Turn(3, "right", "", "lock", "acquire"),
)


@pytest.fixture
def struck() -> Iterator[Baton]:
    yield from a_baton(STRUCK)


def is_held_up(work: Callable[[], object], baton: Baton) -> bool:
    """Whether ``work`` waits until somebody says that all is over."""
    worker = threading.Thread(target=work)
    worker.start()
    while baton.now == 0:
        os.sched_yield()
    was_alive = worker.is_alive()
    baton.pass_on(len(STRUCK) - 1)
    worker.join()
    return was_alive


def test_who_is_to_be_ended_comes_no_further_in_what_it_does(struck: Baton) -> None:
    left = Strand(struck, "left")
    left.begin("jobs", "get")

    assert not left.is_next("jobs", "receive")
    assert left.is_to_be_struck
    assert is_held_up(lambda: left.go_on("jobs", "receive"), struck)


@pytest.mark.parametrize(
    "work",
    [
        lambda strand: strand.begin("jobs", "put"),
        lambda strand: strand.go_on("", "stdout"),
        lambda strand: strand.go_on("", "exit"),
    ],
)
def test_nor_does_it_anything_else(struck: Baton, work: Callable[[Strand], object]) -> None:
    left = Strand(struck, "left")
    left.begin("jobs", "get")
    left.end()

    assert is_held_up(lambda: work(left), struck)


def test_neither_does_a_thread_of_its_own_of_which_nothing_is_heard(struck: Baton) -> None:
    struck.pass_on(0)
    begin(struck, "left")
    feeder = begin_thread("jobs")

    assert feeder is not None
    assert is_held_up(lambda: feeder.begin("jobs", "feed"), struck)
    assert struck.state(1) != AWAITED


def test_who_is_to_be_ended_says_that_it_has_come_to_where_that_finds_it(struck: Baton) -> None:
    left = Strand(struck, "left")
    left.begin("jobs", "get")
    assert struck.state(1) != AWAITED

    left.rest()

    assert (struck.now, struck.state(1)) == (1, AWAITED)


def test_who_is_ended_has_had_its_turn(struck: Baton) -> None:
    struck.pass_on(0)

    struck.note_end("right")
    assert struck.next == (1, STRUCK[1])
    struck.note_end("left")
    assert struck.next == (2, STRUCK[2])


def test_a_time_out_fires_once() -> None:
    baton = new_baton(Score((Turn(1, "left", "", "lock", "acquire", is_late=True),), ("left",)))
    left = Strand(baton, "left")
    left.begin("lock", "acquire")

    assert left.give_up()
    assert not left.give_up()
    os.close(baton.fd)


def test_who_sleeps_has_done_its_step_and_wakes_in_another(baton: Baton) -> None:
    left = Strand(baton, "left")
    left.begin("jobs", "get")

    left.rest()
    assert baton.now == 1
    baton.pass_on(1)
    left.wake("jobs", "receive")
    left.end()

    assert baton.now == 3


INTERRUPT = Turn(2, "left", "", "", "interrupt", following="receive")


@pytest.fixture
def interrupted(request: pytest.FixtureRequest) -> Iterator[Baton]:
    yield from a_baton((Turn(1, "left", "", "jobs", "get", goes_on=True), request.param))


@pytest.mark.parametrize(
    ("interrupted", "come_to"),
    [
        (INTERRUPT, lambda left: left.begin("jobs", "receive")),
        (INTERRUPT, lambda left: left.begin("jobs", "receive", is_optional=True)),
        (INTERRUPT, lambda left: left.go_on("jobs", "receive")),
        (INTERRUPT, lambda left: left.meet("receive")),
        (INTERRUPT._replace(begins=False, following=""), lambda left: left.linger()),
    ],
    indirect=["interrupted"],
)
def test_an_interrupt_comes_where_the_score_has_it(interrupted: Baton, come_to: Callable[[Strand], None]) -> None:
    left = Strand(interrupted, "left")
    left.begin("jobs", "get")

    with pytest.raises(KeyboardInterrupt):
        come_to(left)

    assert interrupted.is_over


@pytest.mark.parametrize("interrupted", [INTERRUPT], indirect=True)
def test_an_interrupt_comes_nowhere_else(interrupted: Baton) -> None:
    left = Strand(interrupted, "left")
    left.begin("jobs", "get")

    left.linger()
    left.meet("release")

    assert not left.go_on("jobs", "release")
    assert not interrupted.is_over
