"""``threading.Lock``, to show why it does not cross processes."""

from __future__ import annotations

import threading
from typing import Any

from .primitive import Primitive, Site


class ThreadLock(Primitive):
    """A lock between threads; it cannot be passed to a process that is not forked.

    Final value: ``{locked: false}`` or ``{locked: true}``, of the parent's copy.
    Source: https://docs.python.org/3/library/threading.html#threading.Lock
    """

    crosses_processes = False
    simulation = "copies:Lock"

    def build(self, site: Site) -> Any:
        return threading.Lock()

    def final(self, built: Any) -> dict[str, bool]:
        # An RLock says so only in its repr, before Python 3.14.
        return {"locked": repr(built).startswith("<locked")}


PRIMITIVE = ThreadLock
