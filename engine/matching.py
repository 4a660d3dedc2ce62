"""Whether a text or a value is as a matcher says. Pure.

A matcher is plain data, as the author wrote it: a mapping from matcher names to operands, all of which must hold, or
the text or value itself. Each function answers with None, or with the reason why not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import plain
from .pairing import unordered
from .words import brief

BECAUSE = "because"
VALUE_MATCHERS = frozenset(
    {"equals", "one_of", "unordered", "contains", "approx", "within", "at_least", "at_most", "type", "matches", "not"}
)

Reason = str | None


def is_value_matcher(value: object) -> bool:
    """A mapping is a matcher only when all its keys are a matcher's."""
    return isinstance(value, Mapping) and VALUE_MATCHERS.issuperset(keys := set(value) - {BECAUSE}) and bool(keys)


# Text


def match_text(matcher: object, text: str) -> Reason:
    if not isinstance(matcher, Mapping):
        return None if _bare(text) == _bare(str(matcher)) else "the text is another"
    return _all(_TEXT, matcher, text)


def _bare(text: str) -> str:
    return text[:-1] if text.endswith("\n") else text


def _lines(text: str) -> list[str]:
    return _bare(text).split("\n") if text else []


def _text_contains(operand: Any, text: str) -> Reason:
    for part in operand if isinstance(operand, list) else [operand]:
        if isinstance(part, Mapping):
            if not any(match_text(part, line) is None for line in _lines(text)):
                return f"no line is {brief(part)}"
        elif str(part) not in text:
            return f"it does not contain {brief(part)}"
    return None


def _text_matches(operand: Any, text: str) -> Reason:
    return None if re.search(operand, text, re.MULTILINE) else f"nothing in it matches {operand}"


def _text_lines(operand: Any, text: str) -> Reason:
    lines = _lines(text)
    for number, (expected, line) in enumerate(zip(operand, lines, strict=False), 1):
        if match_text(expected, line) is not None:
            return f"line {number} is {brief(line)}, not {brief(expected)}"
    return None if len(lines) == len(operand) else f"there are {len(lines)} lines, not {len(operand)}"


def _text_in_order(operand: Any, text: str) -> Reason:
    lines = iter(_lines(text))
    for number, expected in enumerate(operand):
        if not any(match_text(expected, line) is None for line in lines):
            return f"{brief(expected)} does not come" + (f" after {brief(operand[number - 1])}" if number else "")
    return None


def _text_unordered(operand: Any, text: str) -> Reason:
    wanted = [_bare(line) if isinstance(line, str) else line for line in operand]
    return unordered(wanted, _lines(text), match_text, "line")


_TEXT: dict[str, Callable[[Any, str], Reason]] = {
    "equals": lambda operand, text: match_text(str(operand), text),
    "contains": _text_contains,
    "matches": _text_matches,
    "lines": _text_lines,
    "in_order": _text_in_order,
    "unordered": _text_unordered,
    "one_of": lambda operand, text: _one_of(operand, text, match_text),
    "not": lambda operand, text: _not(operand, text, match_text),
}


# Values


def match_value(matcher: object, value: object) -> Reason:
    """``value`` is as :func:`engine.plain.decode` gives it."""
    if is_value_matcher(matcher):
        assert isinstance(matcher, Mapping)
        if "approx" in matcher:
            matcher = {**matcher, "approx": (matcher["approx"], matcher.get("within", abs(matcher["approx"]) * 1e-6))}
        return _all(_VALUE, matcher, value)
    return _equal(matcher, value, match_value)


def _equal(expected: object, value: object, match: Callable[[Any, Any], Reason]) -> Reason:
    """Equal as plain data, comparing what is inside with ``match``."""
    value = _as_data(value)
    if isinstance(expected, Mapping) and isinstance(value, Mapping):
        if missing := [key for key in expected if key not in value]:
            return f"it lacks {', '.join(map(brief, missing))}"
        if spare := [key for key in value if key not in expected]:
            return f"{', '.join(map(brief, spare))} is too much in it"
        return _first_inside((f".{key}", match(expected[key], value[key])) for key in expected)
    if isinstance(expected, list) and isinstance(value, (set, frozenset)):
        return unordered(expected, sorted(value, key=repr), match, "item")
    if isinstance(expected, list) and isinstance(value, list):
        if len(expected) != len(value):
            return f"it has {len(value)} items, not {len(expected)}"
        return _first_inside(
            (f"[{index}]", match(*pair)) for index, pair in enumerate(zip(expected, value, strict=True))
        )
    same_kind = isinstance(expected, bool) == isinstance(value, bool)
    same = expected == value or (expected != expected and value != value)  # NaN is no other than itself here.
    return None if same_kind and same else f"it is {brief(value)}"


def _exactly(expected: object, value: object) -> Reason:
    return _equal(expected, value, _exactly)


def _as_data(value: object) -> object:
    if isinstance(value, plain.Opaque):
        value = value.text if value.plain is plain.MISSING else value.plain
    return list(value) if isinstance(value, (tuple, bytes, bytearray)) else value


def _value_contains(operand: Any, value: object) -> Reason:
    value = _as_data(value)
    missing = f"it does not contain {brief(operand)}"
    if isinstance(value, str):
        parts = operand if isinstance(operand, list) else [operand]
        found = all(
            match_value(part, value) is None if is_value_matcher(part) else str(part) in value for part in parts
        )
        return None if found else missing
    if isinstance(value, Mapping):
        if isinstance(operand, Mapping) and not is_value_matcher(operand):
            found = all(key in value and match_value(item, value[key]) is None for key, item in operand.items())
        else:
            parts = operand if isinstance(operand, list) else [operand]
            found = all(any(match_value(part, key) is None for key in value) for part in parts)
        return None if found else missing
    if isinstance(value, (list, set, frozenset)):
        items = list(value)
        if any(match_value(operand, item) is None for item in items):
            return None
        if isinstance(operand, list):
            return None if all(any(match_value(part, item) is None for item in items) for part in operand) else missing
        return missing
    return f"it is {brief(value)}, which contains nothing"


def _value_unordered(operand: Any, value: object) -> Reason:
    items = _as_data(value)
    if not isinstance(items, (list, set, frozenset)):
        return f"it is {brief(value)}, which has no items"
    return unordered(operand, list(items), match_value, "item")


def _number(holds: Callable[[Any, Any], bool], words: str) -> Callable[[Any, object], Reason]:
    def check(operand: Any, value: object) -> Reason:
        number = _as_data(value)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return f"it is {brief(value)}, which is no number"
        try:
            held = holds(number, operand)
        except OverflowError:  # An integer beyond all floats is not near, nor below, any of them.
            held = False
        return None if held else f"it is {brief(value)}, {words}"

    return check


def _is_near(number: float, operand: tuple[float, float]) -> bool:
    near, within = operand
    return number == near or abs(number - near) <= within


def _value_type(operand: Any, value: object) -> Reason:
    name = plain.type_name(value)
    return None if operand.rpartition(".")[2] == name else f"its type is {name}"


def _value_matches(operand: Any, value: object) -> Reason:
    return None if re.search(operand, repr(value)) else f"nothing in {brief(value)} matches {operand}"


_VALUE: dict[str, Callable[[Any, object], Reason]] = {
    "equals": _exactly,
    "one_of": lambda operand, value: _one_of(operand, value, match_value),
    "unordered": _value_unordered,
    "contains": _value_contains,
    "approx": _number(_is_near, "which is not near enough"),
    "at_least": _number(lambda number, operand: bool(number >= operand), "which is less"),
    "at_most": _number(lambda number, operand: bool(number <= operand), "which is more"),
    "type": _value_type,
    "matches": _value_matches,
    "not": lambda operand, value: _not(operand, value, match_value),
    "within": lambda operand, value: None,  # Read with "approx".
}


# Both


def _all(table: Mapping[str, Callable[[Any, Any], Reason]], matcher: Mapping[str, Any], actual: Any) -> Reason:
    reasons = (table[name](operand, actual) for name, operand in matcher.items() if name != BECAUSE)
    return next((reason for reason in reasons if reason is not None), None)


def _first_inside(reasons: Iterable[tuple[str, Reason]]) -> Reason:
    """The first reason, with the path to it: ``at [1].user: it is ...``."""
    for step, reason in reasons:
        if reason is not None:
            inner = reason.startswith(_AT)
            return f"{_AT}{step}{reason[len(_AT) :] if inner else f': {reason}'}"
    return None


_AT = "at "


def _one_of(operand: Sequence[Any], actual: Any, match: Callable[[Any, Any], Reason]) -> Reason:
    return None if any(match(option, actual) is None for option in operand) else f"it is none of {brief(list(operand))}"


def _not(operand: Any, actual: Any, match: Callable[[Any, Any], Reason]) -> Reason:
    return None if match(operand, actual) is not None else f"it is what it must not be: {brief(operand)}"
