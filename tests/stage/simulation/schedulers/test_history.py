from __future__ import annotations

from engine.models.model import ADD, READ, WRITE
from engine.stage.simulation.schedulers.history import History, in_order
from engine.stage.simulation.schedulers.moves import EVERYBODY, Move


def on_x(mode: int, process: int = 1) -> Move:
    return Move(cell=5, touches=(("x", mode),), process=process, victim=None)


def elsewhere(process: int, victim: int | None = None) -> Move:
    return Move(cell=6 + process, touches=(), process=process, victim=victim)


def places(events: int) -> list[int]:
    return list(in_order(events))


def test_a_write_comes_after_all_reads_and_a_read_after_the_write_alone() -> None:
    history = History()
    history.take(1, on_x(READ, 1), 0)
    history.take(2, on_x(READ, 2), 0)

    assert places(history.take(3, on_x(WRITE, 3), 0)) == [0, 1, 2]
    assert places(history.dependent(on_x(READ, 4))) == [2]


def test_those_that_add_to_the_same_do_not_depend_on_each_other() -> None:
    history = History()
    history.take(1, on_x(ADD, 1), 0)

    assert places(history.take(2, on_x(ADD, 2), 0)) == [1]
    assert places(history.take(3, on_x(READ, 3), 0)) == [0, 1, 2]


def test_what_happened_before_an_event_happened_before_what_depends_on_that() -> None:
    history = History()
    known = history.take(1, elsewhere(1), 0)
    history.take(1, on_x(WRITE, 1), known)
    history.take(2, elsewhere(2), 0)

    assert places(history.take(3, on_x(READ, 3), 0)) == [0, 1, 3]


def test_who_strikes_a_process_depends_on_what_it_did_and_it_on_that() -> None:
    history = History()
    history.take(1, elsewhere(1), 0)
    history.take(2, elsewhere(2), 0)
    history.take(3, elsewhere(3, victim=1), 0)

    assert places(history.pasts[2]) == [0, 2]
    assert places(history.dependent(elsewhere(1))) == [2]
    assert places(history.dependent(elsewhere(2))) == []
    assert places(history.dependent(elsewhere(4, victim=EVERYBODY))) == [0, 1, 2]


def test_independent_is_what_came_later_and_not_because_of_an_event() -> None:
    history = History()
    history.take(1, on_x(WRITE, 1), 0)
    history.take(2, elsewhere(2), 0)
    known = history.take(3, on_x(READ, 3), 0)
    history.take(3, elsewhere(3), known)
    history.take(2, elsewhere(2), 0)

    assert places(history.independent(0, -1)) == [1, 4]
    assert places(history.independent(0, 0b10)) == [1]


def test_what_is_forgotten_has_never_been() -> None:
    history = History()
    history.take(1, on_x(READ, 1), 0)
    history.take(2, on_x(WRITE, 2), 0)
    history.take(2, elsewhere(2, victim=1), 0b10)

    history.forget(1)

    assert (len(history.moves), len(history.pasts)) == (1, 1)
    assert places(history.of_strand[2] | history.of_process[2] | history.striking[1]) == []
    assert places(history.take(3, on_x(ADD, 3), 0)) == [0, 1]
