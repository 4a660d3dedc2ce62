"""Whether items can be paired with what is expected of them, in whatever order. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .words import brief


def unordered(
    expected: Sequence[Any], actual: Sequence[Any], match: Callable[[Any, Any], str | None], word: str
) -> str | None:
    """None, or why not: each expected item has to have an actual one of its own.

    A bipartite matching, by augmenting paths (Kuhn): a matcher among the items may fit several, so first come,
    first served would be wrong.
    """
    wanted, there = Counter(map(_scalar, expected)), Counter(map(_scalar, actual))
    if None not in wanted and None not in there:
        return _counted(wanted, there, word)
    fitting = [[number for number, item in enumerate(actual) if match(wanted, item) is None] for wanted in expected]
    taken: dict[int, int] = {}
    for number in range(len(expected)):
        if not _place(number, fitting, taken):
            return f"no {word} is left for {brief(expected[number])}"
    spare = next((item for number, item in enumerate(actual) if number not in taken), None)
    return None if len(taken) == len(actual) else f"the {word} {brief(spare)} is one too many"


def _place(wanted: int, fitting: Sequence[Sequence[int]], taken: dict[int, int]) -> bool:
    """Find ``wanted`` an item that fits, moving those that were placed before; ``taken`` has each item's taker.

    Breadth first and without recursion, for the chain of moves may be as long as the list.
    """
    came_from: dict[int, int] = {}
    pending = deque([wanted])
    while pending:
        taker = pending.popleft()
        for item in fitting[taker]:
            if item in came_from:
                continue
            came_from[item] = taker
            if item in taken:
                pending.append(taken[item])
                continue
            _move_along(item, wanted, came_from, taken)
            return True
    return False


def _move_along(item: int, wanted: int, came_from: Mapping[int, int], taken: dict[int, int]) -> None:
    """Give ``item`` to who found it, what that one had to who found that, and so on back to ``wanted``."""
    had = {taker: item for item, taker in taken.items()}
    while True:
        taker = came_from[item]
        taken[item] = taker
        if taker == wanted:
            return
        item = had[taker]


def _counted(wanted: Counter[Any], actual: Counter[Any], word: str) -> str | None:
    """The same by counting, where every item is a scalar: ten thousand messages are not compared pair by pair."""
    for scalar in (*(wanted - actual), *(actual - wanted)):
        return f"the {word} {brief(scalar[1])} is there {_times(actual[scalar])}, not {_times(wanted[scalar])}"
    return None


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _scalar(value: object) -> tuple[str, object] | None:
    """``value`` with its kind, for True is no 1 here; None where it is no scalar."""
    if isinstance(value, bool) or value is None:
        return "constant", value
    if isinstance(value, (int, float)):
        return "number", value if value == value else "nan"
    return ("text", value) if isinstance(value, str) else None
