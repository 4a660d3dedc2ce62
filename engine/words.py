"""Words for people: values as they would write them, the right word for a mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def near(word: object, known: Iterable[object]) -> str:
    """`` - did you mean "..."?`` where a known word is near."""
    if not isinstance(word, str):
        return ""
    import difflib  # Not for those who make no mistakes: it takes as long to load as a whole run.

    words = [str(name) for name in known]
    folded = {name.lower(): name for name in reversed(words)}
    close = difflib.get_close_matches(word.lower(), folded, 1, 0.6)
    return f' - did you mean "{folded[close[0]]}"?' if close else ""


def show(value: object) -> str:
    """A value on one line, as an author would write it in YAML: what differs looks different."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return "[" + ", ".join(map(show, items)) + "]"
    if isinstance(value, (bytes, bytearray)):
        return f"[{', '.join(map(str, value))}]"
    return repr(value)


def brief(value: object, length: int = 200) -> str:
    """What ``show`` makes of ``value``, shortened."""
    return shorten(show(value), length)


def shorten(text: str, length: int) -> str:
    """``text``, or its beginning and how much more there is."""
    return text if len(text) <= length else f"{text[:length]}... [{len(text) - length} more characters]"


_PLAIN = re.compile(r"[^\W\d][\w.+/%()=<>-]*(?: [\w.+/%()=<>-]+)*")
_NOT_TEXT = {"null", "true", "false"}


def _quoted(text: str) -> str:
    """Text bare where that is the plainest, quoted where it could be taken for something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
