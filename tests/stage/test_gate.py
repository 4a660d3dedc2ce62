"""The start gate, with threads in the place of processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from engine.stage.gate import Gate, Keeper
from tests.processes_support import eventually


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    yield keeper
    gate = keeper.gate(0)
    for fd in (keeper.arrivals, gate._arrivals, gate._opening, keeper._opening):
        os.close(fd)


def test_a_gate_says_who_has_arrived_then_waits(keeper: Keeper) -> None:
    closed, never = os.pipe()
    os.set_blocking(closed, False)
    gate = Gate(7, keeper.gate(7)._arrivals, closed)

    with pytest.raises(BlockingIOError):
        gate.arrive()
    keeper.see_arrivals()

    assert keeper.arrived == {7}
    os.close(closed)
    os.close(never)


def test_everybody_passes_once_the_gate_opens(keeper: Keeper) -> None:
    passed: list[int] = []

    def pass_through(number: int) -> None:
        keeper.gate(number).arrive()
        passed.append(number)

    threads = [threading.Thread(target=pass_through, args=(number,), daemon=True) for number in range(5)]
    for thread in threads:
        thread.start()
    while len(keeper.arrived) < 5:
        keeper.see_arrivals()
    assert passed == []

    keeper.open()
    eventually(lambda: len(passed) == 5)

    assert sorted(passed) == [0, 1, 2, 3, 4]


def test_one_that_died_after_it_arrived_does_not_keep_the_others(keeper: Keeper) -> None:
    os.write(keeper.gate(0)._arrivals, (0).to_bytes(4, "big"))  # and never reads
    other = threading.Thread(target=keeper.gate(1).arrive, daemon=True)
    other.start()
    while len(keeper.arrived) < 2:
        keeper.see_arrivals()

    keeper.open()

    eventually(lambda: not other.is_alive())
    assert not other.is_alive()


def test_several_arrivals_are_seen_at_once(keeper: Keeper) -> None:
    for number in (3, 1, 2):
        os.write(keeper.gate(0)._arrivals, number.to_bytes(4, "big"))

    keeper.see_arrivals()

    assert keeper.arrived == {1, 2, 3}
