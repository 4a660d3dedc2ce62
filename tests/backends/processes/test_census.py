"""Processes are counted only when they could have become too many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.backends.processes import kernel
from engine.backends.processes.census import Census
from engine.stage import descendants


class System:
    """Which process id was given last, and who is below whom."""

    def __init__(self) -> None:
        self.last_pid = 100
        self.living = 0
        self.counted = 0

    def below(self, root: int) -> Iterator[int]:
        assert root == 7
        self.counted += 1
        yield from range(self.living)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    monkeypatch.setattr(kernel, "last_pid", lambda: system.last_pid)
    monkeypatch.setattr(descendants, "below", system.below)
    return system


def test_few_are_not_counted(system: System) -> None:
    counting = Census(7, limit=10)
    system.last_pid += 10

    assert (counting.is_exceeded(), system.counted) == (False, 0)


def test_too_many_are_found(system: System) -> None:
    counting = Census(7, limit=10)
    system.last_pid, system.living = 111, 11

    assert counting.is_exceeded()


def test_as_many_as_may_be_are_not_too_many(system: System) -> None:
    counting = Census(7, limit=10)
    system.last_pid, system.living = 111, 10

    assert not counting.is_exceeded()


def test_those_who_were_there_are_remembered(system: System) -> None:
    counting = Census(7, limit=10)
    system.last_pid, system.living = 111, 8
    assert not counting.is_exceeded()

    system.last_pid, system.living = 114, 11

    assert (counting.is_exceeded(), system.counted) == (True, 2)


def test_numbers_that_begin_anew_are_a_reason_to_count(system: System) -> None:
    counting = Census(7, limit=10)
    system.last_pid, system.living = 3, 11

    assert counting.is_exceeded()
