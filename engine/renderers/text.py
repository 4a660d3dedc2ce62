"""Text that is safe to print, and as wide as it should be.

What comes from a scenario is shown, never obeyed: its control characters are spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import category, east_asian_width

from .. import words

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CUT = "..."

WIDTH = 100
"""Columns of what is not printed on a terminal."""


def visible(text: str) -> str:
    """``text`` with control characters spelled out (``\\x1b``), but for line breaks and tabs."""
    return _UNSAFE.sub(lambda match: ascii(match.group())[1:-1], text)


def on_one_line(text: str) -> str:
    """``text`` with all control characters spelled out."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def in_short(value: Any) -> str:
    """A value on one line, as an author would write it, and not too much of it."""
    return on_one_line(words.brief(value, 300))


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def clipped(text: str, columns: int) -> str:
    """``text``, or as much of its beginning as has room in ``columns``, and dots."""
    if width(text) <= columns:
        return text
    return (_beginning(text, columns - len(_CUT)) + _CUT)[: max(0, columns)]


def _beginning(text: str, columns: int) -> str:
    """As much of ``text`` as has room."""
    used = 0
    for at, character in enumerate(text):
        used += _width(character)
        if used > columns:
            return text[:at]
    return text


def wrapped(text: str, columns: int, most: int) -> list[str]:
    """``text`` on at most so many lines, each of at most so many columns: words stay whole where they have room."""
    lines: list[str] = []
    words = text.split(" ")
    line = ""
    while words:
        word = words.pop(0)
        longer = f"{line} {word}" if line else word
        if width(longer) <= columns:
            line = longer
            continue
        rest = " ".join([word, *words])
        if len(lines) == most - 1:
            return [*lines, clipped(f"{line} {rest}" if line else rest, columns)]
        if line:
            lines.append(line)
            line = ""
            words.insert(0, word)
        else:
            head = _beginning(word, columns) or word[:1]
            lines.append(head)
            words[:0] = [word[len(head) :]] if len(head) < len(word) else []
    return [*lines, line] if line or not lines else lines


def padded(text: str, columns: int, is_right: bool = False) -> str:
    """``text`` in just ``columns``: clipped, or filled up with spaces."""
    text = clipped(text, columns)
    spaces = " " * (columns - width(text))
    return spaces + text if is_right else text + spaces


def fitted(wanted: Sequence[int], room: int, least: int) -> list[int]:
    """Widths for columns that want to be so wide: the widest give way until all have ``room``, or are ``least``."""
    widths = list(wanted)
    excess = sum(widths) - room
    while excess > 0 and max(widths, default=0) > least:
        widths[widths.index(max(widths))] -= 1
        excess -= 1
    return widths


def widest(texts: Iterable[str]) -> int:
    return max(map(width, texts), default=0)


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
