"""``threading.Condition``, to show why it does not cross processes."""

from __future__ import annotations

import threading
from typing import Any

from .primitive import Parameter, Primitive, Site


class ThreadCondition(Primitive):
    """A place for threads to wait for news.

    Final value: ``{locked: false}`` or ``{locked: true}``, of the parent's copy.
    Source: https://docs.python.org/3/library/threading.html#threading.Condition
    """

    parameters = (
        Parameter(
            "lock", Any, None, "A reference to a threading.Lock or threading.RLock; an RLock of its own if not given."
        ),
    )
    operations = ("acquire", "release", "wait", "wait_for", "notify", "notify_all")
    crosses_processes = False
    simulation = "copies:Condition"

    def build(self, site: Site, lock: Any) -> threading.Condition:
        return threading.Condition(lock)

    def final(self, built: threading.Condition) -> dict[str, bool]:
        return {"locked": repr(built._lock).startswith("<locked")}  # type: ignore[attr-defined]


PRIMITIVE = ThreadCondition
