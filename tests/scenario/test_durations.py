"""Durations as people write them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scenario.durations import PATTERN, seconds

REFUSED = "a duration, such as 2s, 500ms, 1m30s or a number of seconds"


@pytest.mark.parametrize(
    ("written", "expected_s"),
    [
        (0, 0.0),
        (2, 2.0),
        (1.5, 1.5),
        ("2s", 2.0),
        ("500ms", 0.5),
        ("250us", 0.00025),
        ("1m30s", 90.0),
        ("1h", 3600.0),
        ("1h1m1s1ms", 3661.001),
        ("0.5s", 0.5),
        ("1.5m", 90.0),
    ],
)
def test_a_duration_is_read_as_seconds(written: object, expected_s: float) -> None:
    assert seconds(written) == pytest.approx(expected_s)
    assert not isinstance(written, str) or re.search(PATTERN, written)


@pytest.mark.parametrize(
    "written",
    [
        -1,
        -0.5,
        math.inf,
        math.nan,
        10**400,
        True,
        None,
        [],
        "",
        "2",
        "s",
        "-1s",
        "1 s",
        "1s ",
        "1.s",
        ".5s",
        "1e3s",
        "1x",
        "1S",
        "1s!",
        "9" * 400 + "s",
    ],
    ids=lambda value: str(value)[:10],
)
def test_what_is_no_finite_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=f"^{REFUSED}$"):
        seconds(written)


@given(st.integers(0, 240), st.sampled_from([("h", 3600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001), ("us", 0.000001)]))
def test_every_whole_number_of_a_unit_is_that_many_of_it(number: int, unit: tuple[str, float]) -> None:
    word, length_s = unit

    assert seconds(f"{number}{word}") == number * length_s


@given(st.text() | st.floats() | st.integers())
def test_anything_is_either_finite_seconds_or_a_value_error(written: object) -> None:
    try:
        read_s = seconds(written)
    except ValueError:
        return
    assert 0 <= read_s < math.inf
