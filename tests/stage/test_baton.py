"""Whose turn it is, in memory that all processes share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.stage.baton import OVER, Baton
from tests.stage.test_turns import TURNS, a_baton


@pytest.fixture
def baton() -> Iterator[Baton]:
    yield from a_baton(TURNS)


def test_who_is_gone_has_had_its_turn_when_that_was_to_go(baton: Baton) -> None:
    for place in range(3):
        baton.note_end("left")
        baton.pass_on(place)

    assert baton.now == 3
    assert not baton.needs_others
    baton.note_end("right")
    assert baton.is_over


def test_who_is_gone_before_its_turn_to_go_has_it_when_that_comes(baton: Baton) -> None:
    baton.note_end("right")
    assert (baton.now, baton.needs_others) == (0, True)
    for place in range(3):
        baton.pass_on(place)

    baton.note_ends()

    assert baton.is_over


class Hurried(list[int]):
    """Words whose first is a turn further on as soon as it has been read, as others may pass on at any moment."""

    def __getitem__(self, place: Any) -> Any:
        word = super().__getitem__(place)
        if place == 0:
            self[0] = word + 1
        return word


def test_others_may_pass_on_while_it_is_noted_that_somebody_is_gone(
    baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Hurried([3, OVER, OVER, OVER, 0])
    monkeypatch.setattr(baton, "_words", words)

    baton.note_end("left")

    assert words == [4, OVER, OVER, OVER, 0]
