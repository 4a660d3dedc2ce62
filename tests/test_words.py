"""The right word for a mistyped one."""

from __future__ import annotations

import pytest

from engine.words import near


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("proceses", ' - did you mean "processes"?'),
        ("PROCESSES", ' - did you mean "processes"?'),
        ("Shard", ' - did you mean "shared"?'),
        ("nothing like it", ""),
        ("", ""),
        (3, ""),
        (None, ""),
    ],
)
def test_a_known_word_is_offered_where_one_is_near(word: object, hint: str) -> None:
    assert near(word, ["processes", "shared", 1]) == hint
