"""Durations as people write them: ``2s``, ``500ms``, ``1m30s``, or a bare number of seconds."""

from __future__ import annotations

import re

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
_PART = r"(\d+(?:\.\d+)?)(h|ms|us|m|s)"
_DURATION = re.compile(rf"(?:{_PART})+")

PATTERN = r"^(?:\d+(?:\.\d+)?(?:h|ms|us|m|s))+$"


def seconds(value: object) -> float:
    """Raises ValueError where ``value`` is no duration, or not a finite one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return sum(float(number) * _UNITS_S[unit] for number, unit in re.findall(_PART, value))
    raise ValueError("a duration, such as 2s, 500ms, 1m30s or a number of seconds")
