"""The right word for a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def near(word: object, known: Iterable[object]) -> str:
    """`` - did you mean "..."?`` where a known word is near."""
    if not isinstance(word, str):
        return ""
    import difflib  # Not for those who make no mistakes: it takes as long to load as a whole run.

    words = [str(name) for name in known]
    folded = {name.lower(): name for name in reversed(words)}
    close = difflib.get_close_matches(word.lower(), folded, 1, 0.6)
    return f' - did you mean "{folded[close[0]]}"?' if close else ""
