"""What a process is given that opens semaphores by their names, as it unpickles that: they are gone with their maker's
last reference to them, and as their maker ends.

Whether a process finds them depends on when it gets to unpickle them. That is seen exactly (``LOANS``) where a maker
has let go of what somebody was given who may not have begun.

Source: CPython, Lib/multiprocessing/synchronize.py (``SemLock.__init__``), util.py (``_exit_function``).
"""

from __future__ import annotations

import errno
import os
from multiprocessing import queues, sharedctypes, synchronize
from typing import Any

from ..here import process
from ..process import Process
from ..world import LOANS, World

WITH_SEMAPHORES = (
    *(synchronize.SemLock, synchronize.Condition, synchronize.Event, synchronize.Barrier),
    *(queues.Queue, queues.SimpleQueue, sharedctypes.SynchronizedBase),
)


class Loan:
    """What ``maker`` lends: others get an object of ``kind`` with these ``contents``."""

    __slots__ = ("_borrowers", "_looked_into", "contents", "is_gone", "kind", "maker")

    def __init__(self, made: Any, maker: Process, world: World) -> None:
        self.kind, self.contents = type(made), dict(vars(made))
        self.maker = maker
        self.is_gone = False
        self._borrowers: list[Process] = []
        self._looked_into = world.looked_into

    def give(self, borrower: Process) -> None:
        self._borrowers.append(borrower)
        if self.is_gone:
            self._looked_into.add(LOANS)

    def let_go(self) -> None:
        if not self.is_gone and any(one.exitcode is None for one in self._borrowers):
            self._looked_into.add(LOANS)
        self.is_gone = True

    def taken(self) -> Any:
        """What a process gets that unpickles it. Raises FileNotFoundError if it is gone."""
        if self.is_gone:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        made = object.__new__(self.kind)
        vars(made).update(self.contents, _loan=self)
        return made


class Hold:
    """Is gone with the one object that it is in."""

    __slots__ = ("_loan",)

    def __init__(self, loan: Loan) -> None:
        self._loan = loan

    def __del__(self) -> None:
        if process() is self._loan.maker:  # Otherwise it is gone with its maker, or with its run.
            self._loan.let_go()


def lend(made: Any, maker: Process, world: World) -> None:
    """Have others who are given ``made`` find it only as long as ``maker`` holds it."""
    loan = Loan(made, maker, world)
    vars(made).update(_loan=loan, _hold=Hold(loan))
    maker.loans = (*maker.loans, loan)
