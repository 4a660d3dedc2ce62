"""Plain scalars are read by the core schema of YAML 1.2."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scenario.scalars import resolved


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("+1", 1),
        ("-1", -1),
        ("-0x1", "-0x1"),
        ("1.50", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-1", -0.15),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("nan", "nan"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("\u0661", "\u0661"),
    ],
)
def test_words_are_read_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    assert resolved(text) == value
    assert type(resolved(text)) is type(value)


def test_not_a_number_is_a_number() -> None:
    assert math.isnan(resolved(".nan"))


def test_an_integer_too_long_for_python_is_read_as_a_float() -> None:
    assert resolved("1" * 5000) == math.inf


@given(st.text() | st.from_regex(r"[-+0-9.eExo]+", fullmatch=True))
def test_any_text_is_some_scalar(text: str) -> None:
    assert isinstance(resolved(text), (type(None), bool, int, float, str))
