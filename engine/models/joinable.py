"""The tasks of a ``JoinableQueue`` that are not done, and who waits for their end, on a condition variable.

Who is woken goes on, even if there is a new task by then; and who wakes waits until each of them has woken up, so that
one that was killed as it waited stops everybody (multiprocessing.synchronize, ``Condition.notify``).
Source: CPython, Lib/multiprocessing/queues.py.
"""

from __future__ import annotations

from typing import NamedTuple

from .model import ADD, BLOCKED, READ, WRITE, Done, Operation, Raised, Step, Then, Touches


class Unfinished(NamedTuple):
    """``joiners`` sleep, ``noticed`` have been told to wake up and have not, ``noticer`` waits for them with the
    condition's lock in hand."""

    tasks: int = 0
    joiners: frozenset[int] = frozenset()
    noticed: frozenset[int] = frozenset()
    noticer: int | None = None

    def more(self) -> tuple[Unfinished, Touches]:
        """One more task. Only while nobody has the lock."""
        return self._replace(tasks=self.tasks + 1), (("unfinished", ADD),)

    def task_done(self, process: int) -> Step:
        if self.noticer is not None:
            return BLOCKED
        if not self.tasks:
            return Raised(self, ValueError("task_done() called too many times"), (("unfinished", READ),))
        if self.tasks == 1 and self.joiners:
            waking = Unfinished(0, frozenset(), self.joiners, process)
            return Then(waking, Operation("notice"), (("unfinished", WRITE), ("noticed", WRITE)))
        return Done(self._replace(tasks=self.tasks - 1), None, (("unfinished", WRITE),))

    def notice(self) -> Step:
        if self.noticed:
            return BLOCKED
        return Done(self._replace(noticer=None), None, (("unfinished", WRITE), ("noticed", READ)))

    def join(self, process: int) -> Step:
        if self.noticer is not None:
            return BLOCKED
        if not self.tasks:
            return Done(self, None, (("unfinished", READ),))
        return Then(self._replace(joiners=self.joiners | {process}), Operation("sleep"), (("unfinished", WRITE),))

    def sleep(self, process: int, is_interrupted: bool = False) -> Step:
        if is_interrupted and process in self.joiners:
            return Done(self._replace(joiners=self.joiners - {process}), None, (("unfinished", WRITE),))
        if process not in self.noticed:
            return BLOCKED
        return Done(self._replace(noticed=self.noticed - {process}), None, (("noticed", ADD),))


NOBODY = Unfinished()
