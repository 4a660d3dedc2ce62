"""``threading.RLock``, to show why it does not cross processes."""

from __future__ import annotations

import threading
from typing import Any

from .primitive import Primitive, Site


class ThreadRLock(Primitive):
    """A re-entrant lock between threads.

    Final value: ``{locked: false}`` or ``{locked: true}``, of the parent's copy.
    Source: https://docs.python.org/3/library/threading.html#threading.RLock
    """

    crosses_processes = False
    simulation = "copies:RLock"

    def build(self, site: Site) -> Any:
        return threading.RLock()

    def final(self, built: Any) -> dict[str, bool]:
        # An RLock says so only in its repr, before Python 3.14.
        return {"locked": repr(built).startswith("<locked")}


PRIMITIVE = ThreadRLock
