"""A schedule is made simpler as long as it leads to the same."""

from __future__ import annotations

import pytest

from engine.plan import Plan
from engine.stage.simulation import shrinking
from engine.stage.simulation.names import label
from engine.stage.simulation.play import Terms, key
from engine.stage.simulation.shrinking import shrunk
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

VALUE = {"x": {"type": "RawValue", "typecode": "i", "value": 0}}
COUNTING = a_plan(
    """
    def left(x): x.value += 1
    def right(x): x.value += 1
    def reader(x): x.value, x.value, x.value
    """,
    {name: [ref("x")] for name in ("left", "right", "reader")},
    shared=VALUE,
)
POLLING = a_plan(
    """
    def left(x):
        while x.value == 0: pass
    def right(x): x.value = 1
    """,
    {"left": [ref("x")], "right": [ref("x")]},
    shared=VALUE,
)


def shrunk_text(plan: Plan, *schedule: str) -> str:
    """The simplest schedule found that leads to where this one does, as text."""
    terms = terms_of(plan)
    choices, identity = played_choices(terms, *schedule)
    labels = dict(zip(choices, labels_of(terms, *schedule), strict=True))
    return " ".join(labels[choice] for choice in shrunk(terms, choices, identity))


def played_choices(terms: Terms, *schedule: str) -> tuple[tuple[int, ...], object]:
    with playing(terms, following(*schedule)) as played:
        return tuple(taken.strand.number for taken in played.world.trace), key(played, terms)


def labels_of(terms: Terms, *schedule: str) -> list[str]:
    with playing(terms, following(*schedule)) as played:
        return [label(played.world, taken.strand, taken.operation) for taken in played.world.trace]


def test_needless_preemptions_are_left_out() -> None:
    assert shrunk_text(COUNTING, "reader left reader right reader left right") == (
        "reader reader reader left right right left"
    )


def test_what_cannot_be_left_out_stays() -> None:
    assert shrunk_text(COUNTING, "left right*2 left reader*3") == "left right right left reader reader reader"


def test_needless_steps_are_left_out() -> None:
    """Whoever waits need not look before there is something to see."""
    assert shrunk_text(POLLING, "left*2 right left") == "right left"


def test_where_it_leads_elsewhere_it_is_given_back_as_it_was() -> None:
    terms = terms_of(COUNTING)
    choices, _ = played_choices(terms, "reader left reader right reader left right")

    assert shrunk(terms, choices, "another outcome") is choices


def test_nothing_is_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = terms_of(COUNTING)
    choices, identity = played_choices(terms, "reader left reader right reader left right")
    monkeypatch.setattr(shrinking, "MOST_TRIES", 0)

    assert shrunk(terms, choices, identity) == choices
