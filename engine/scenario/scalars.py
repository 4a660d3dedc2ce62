"""What a scalar means, by YAML 1.2's core schema: ``on``, ``yes`` and ``1:30`` are text, ``010`` is ten.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS = 4000  # Python itself refuses to read longer integers (sys.set_int_max_str_digits).


def resolved(text: str) -> Any:
    """A plain scalar's value by YAML 1.2's core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) <= (_MAX_DIGITS if text[:2] not in ("0x", "0o") else _MAX_DIGITS // 2):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _integer(text: str) -> int:
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _constant(*allowed: Any) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = _CONSTANTS[text]
        if value not in allowed:
            raise ValueError(text)
        return value

    return read


TAGS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": lambda text: _CONSTANTS[text] if text in _CONSTANTS else float(text),
    "tag:yaml.org,2002:bool": _constant(True, False),
    "tag:yaml.org,2002:null": _constant(None),
}
