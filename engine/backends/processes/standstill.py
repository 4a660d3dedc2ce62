"""Whether a run can still move, as the kernel sees it.

A run stands still when every thread of every process of it is in a system call that has no time limit and that only
one of them could end: a semaphore, a lock, a pipe or socket whose both ends are theirs, the end of a child. If the
same is seen twice and no thread has run in between, then there was a moment, after the first look and before the
second, at which all of them waited at once; and from there no way leads on. So this is no guess: nothing that still
computes, sleeps, waits with a time limit, or talks to somebody outside is ever taken for stuck.

Nothing is asked of the processes, and they are not slowed down. Where the kernel does not say (another system, another
processor, no permission), nothing is ever taken for stuck either.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from ...stage import descendants
from . import kernel
from .calls import Moves, Wait, are_known, wait_of
from .family import Family
from .kernel import Thread

GRACE_S = 0.3
"""How long nothing must have moved."""

SURVEY_INTERVAL_S = 0.3
_SURVEY_SHARE = 50
"""How often it is noted what every thread does; and how much longer than that takes it is left alone."""


class Watch:
    """Looks at one run again and again.

    ``root`` is the process below which all of it lives, ``folder`` is the run's own, and ``outside`` are those who
    hold ends of its pipes without being part of it. ``excused`` are processes whose main thread only waits for the
    others to hang up: managers.
    """

    def __init__(self, root: int, folder: str, outside: Sequence[int]) -> None:
        self.excused: set[int] = set()
        self._root = root
        self._folder = folder
        self._outside = outside
        self._last: tuple[Wait, ...] | None = None
        self.since_s = 0.0
        """When what was last looked at was first seen."""
        self._busy: tuple[int, int] | None = None
        self._first_seen: dict[int, tuple[Thread, float]] = {}
        self._survey_s = 0.0

    def look(self, now_s: float) -> tuple[Wait, ...] | None:
        """What every thread waits for, if nothing can move any more and nothing has moved for the grace."""
        if now_s >= self._survey_s:
            self._survey(now_s)
        waits = self._waits()
        if waits is None or waits != self._last:
            self._last, self.since_s = waits, now_s
            return None
        return waits if now_s - self.since_s >= GRACE_S else None

    def forget(self) -> None:
        """Something has moved."""
        self._last = None

    def waits(self, now_s: float) -> tuple[Wait, ...]:
        """What those threads wait for that do, whether or not anything else moves."""
        found = []
        for thread in self._survey(now_s):
            with suppress(Moves, OSError, ValueError, KeyError):
                found.append(wait_of(thread))
        return tuple(found)

    def unchanged_since_s(self, thread: Thread) -> float | None:
        """When it was first seen to be where it is now; None if it has not been seen there."""
        seen, since_s = self._first_seen.get(thread.tid, (None, 0.0))
        return since_s if seen == thread else None

    def _survey(self, now_s: float) -> list[Thread]:
        """Every thread, whatever it does; and note where it is.

        Not at every look: where there are many, it takes a while.
        """
        began_s = time.monotonic()
        threads = list(_threads(self._root)) if are_known() else []
        last, self._first_seen = self._first_seen, {}
        for thread in threads:
            seen = last.get(thread.tid)
            self._first_seen[thread.tid] = seen if seen and seen[0] == thread else (thread, now_s)
        self._survey_s = now_s + max(SURVEY_INTERVAL_S, _SURVEY_SHARE * (time.monotonic() - began_s))
        return threads

    def _waits(self) -> tuple[Wait, ...] | None:
        if not are_known() or (self._busy and self._moves(*self._busy)):
            return None
        try:
            waits = tuple(self._all())
            Family(self._root, self._folder, self._outside).expect_help_only_from_within(waits)
        except (Moves, OSError, ValueError, KeyError):
            return None  # It is gone, or cannot be seen: then nothing can be said.
        return waits or None

    def _moves(self, pid: int, tid: int) -> bool:
        """Whether the thread that moved when last looked at still does: then no other need be looked at."""
        if self._is_excused(pid, tid):
            return False
        try:
            thread = kernel.thread(pid, tid)
            if thread.state in kernel.DEAD:
                return False
            wait_of(thread)
        except (OSError, ValueError, KeyError):
            return False
        except Moves:
            return True
        return False

    def _is_excused(self, pid: int, tid: int) -> bool:
        return pid in self.excused and tid == pid

    def _all(self) -> Iterator[Wait]:
        for pid in sorted(descendants.below(self._root)):
            for tid in sorted(kernel.threads(pid)):
                if self._is_excused(pid, tid):
                    continue
                thread = kernel.thread(pid, tid)
                if thread.state in kernel.DEAD:
                    continue
                self._busy = pid, tid
                yield wait_of(thread)
        self._busy = None


def _threads(root: int) -> Iterator[Thread]:
    for pid in descendants.below(root):
        with suppress(OSError):
            for tid in kernel.threads(pid):
                with suppress(OSError, ValueError, KeyError):
                    yield kernel.thread(pid, tid)
