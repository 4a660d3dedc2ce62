"""Text as wide as it should be."""

from __future__ import annotations

import pytest

from engine.renderers.text import clipped, fitted, on_one_line, padded, width, wrapped


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("aé", 2)])
def test_the_width_of_a_text_is_that_on_a_terminal(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "ab..."),
        ("日本語日本", 8, "日本..."),
        ("日本語日本", 10, "日本語日本"),
        ("abcdef", 2, ".."),
    ],
)
def test_what_is_too_wide_is_cut_with_dots(text: str, columns: int, shown: str) -> None:
    assert clipped(text, columns) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a bc", ["a bc"]),
        ("ab cd ef", ["ab cd", "ef"]),
        ("abcdefg h", ["abcde", "fg h"]),
        ("ab cd ef gh ij", ["ab cd", "ef gh", "ij"]),
        ("ab cd ef gh ij kl mn", ["ab cd", "ef gh", "ij..."]),
        ("a  b", ["a  b"]),
        ("日本語", ["日本", "語"]),
    ],
)
def test_what_is_too_wide_for_a_line_has_several_but_not_too_many(text: str, lines: list[str]) -> None:
    assert wrapped(text, 5, 3) == lines


def test_a_character_that_is_wider_than_its_column_does_not_stop_anything() -> None:
    assert wrapped("日本", 1, 5) == ["日", "本"]


def test_a_cell_is_just_as_wide_as_its_column() -> None:
    assert [padded("日本", 6), padded("日本", 6, is_right=True), padded("日本語日本語", 6)] == [
        "日本  ",
        "  日本",
        "日... ",
    ]


def test_control_characters_do_not_break_a_line() -> None:
    assert on_one_line("a\nb\tc\x1b[31m") == "a\\nb\\tc\\x1b[31m"


def test_the_widest_columns_give_way_to_the_others() -> None:
    assert fitted([5, 30, 40], 100, 8) == [5, 30, 40]
    assert fitted([5, 30, 40], 45, 8) == [5, 20, 20]
    assert fitted([5, 30, 40], 10, 8) == [5, 8, 8]
    assert fitted([], 10, 8) == []
