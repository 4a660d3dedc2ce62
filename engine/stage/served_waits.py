"""Where a manager's server waits for its turn: in a ``wait`` that it does for a process, which knows nothing of that.

The process has sent its request in a turn of its own, and receives nothing before the wait is over. So it is the server
that passes that turn on, when its thread has gone to sleep, and that takes the next one of the process, with which the
wait goes on. Source: CPython, Lib/multiprocessing/managers.py (``serve_client``: one thread for each client) and
Lib/threading.py (``Condition.wait``: a lock of its own for each sleeper), the same from 3.10 to 3.13 in what is here.
"""

from __future__ import annotations

import threading
import time
from multiprocessing import managers
from typing import Any

from .baton import Baton


class _Here(threading.local):
    """``lateness_s`` is how much later it is for this thread than by the clock, since time-outs have fired."""

    is_serving = False
    lateness_s = 0.0


_here = _Here()


class Waiter:
    """The lock that one sleeper waits for: it is taken once, and then again when the sleeper is woken."""

    def __init__(self, lock: Any, baton: Baton) -> None:
        self._lock = lock
        self._baton = baton
        self.release = lock.release

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        begun = self._baton.next
        is_asleep = self._lock.locked()
        if not (is_asleep and blocking and begun is not None and begun[1].goes_on):
            return bool(self._lock.acquire(blocking, timeout))
        place, turn = begun
        following = self._baton.following(place, turn.process)
        self._baton.pass_on(place)
        if following is None:
            return bool(self._lock.acquire())  # In the score, it sleeps for ever.
        place, turn = following
        if turn.is_late:
            _here.lateness_s += timeout
        else:
            self._lock.acquire()
        self._baton.wait_for(place)
        return not turn.is_late


def hold(baton: Baton) -> None:
    """Have this process, which is a manager's server before it begins, wait as ``baton`` says."""
    serve, allocate = managers.Server.serve_client, threading._allocate_lock  # type: ignore[attr-defined]

    def serve_client(server: Any, conn: Any) -> None:
        _here.is_serving = True
        serve(server, conn)

    def allocate_lock() -> Any:
        return Waiter(allocate(), baton) if _here.is_serving else allocate()

    def monotonic_s() -> float:
        return time.monotonic() + _here.lateness_s

    managers.Server.serve_client = serve_client  # type: ignore[assignment, method-assign]
    threading._allocate_lock = allocate_lock  # type: ignore[attr-defined]
    threading._time = monotonic_s  # type: ignore[attr-defined]
