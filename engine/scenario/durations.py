"""Durations as people write them: ``2s``, ``500ms``, ``1m30s``, or a bare number of seconds."""

from __future__ import annotations

import re
from typing import Any

MAX_S = 10 * 24 * 3600.0
"""Ten days: more than anybody waits for a run, and less than what clocks and sleeps of the system refuse."""

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
_PART = r"(\d+(?:\.\d+)?)(h|ms|us|m|s)"
_DURATION = re.compile(rf"(?:{_PART})+")

PATTERN = r"^(?:\d+(?:\.\d+)?(?:h|ms|us|m|s))+$"
SCHEMA: dict[str, Any] = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": PATTERN}]}


def seconds(value: object) -> float:
    """Raises ValueError where ``value`` is no duration, or not a finite one."""
    duration_s = _read(value)
    if duration_s is None or not 0 <= duration_s <= MAX_S:
        raise ValueError("a duration, such as 2s, 500ms, 1m30s or a number of seconds")
    return duration_s


def timeout_s(value: object) -> float:
    """The same for a time limit, which has to leave some time. Raises ValueError."""
    duration_s = seconds(value)
    if duration_s == 0:
        raise ValueError("a duration longer than 0")
    return duration_s


def _read(value: object) -> float | None:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and _DURATION.fullmatch(value):
            return sum(float(number) * _UNITS_S[unit] for number, unit in re.findall(_PART, value))
    except OverflowError:
        pass
    return None
