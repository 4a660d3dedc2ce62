"""What each process of a forced run has to do, and what it does with its turns."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from ..plan import Turn
from .baton import Baton
from .faults import Say

LINGER, EXITING = "linger", "exiting"
"""A step in which a process does nothing, so that others may be first; and one from which on it is about to end."""


class Astray(Exception):
    """A process does something else than its next step; ``place`` is that one's."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class Strand:
    """What one line of a process has to do: its steps, in order.

    It is ``inside`` from when an operation begins until it ends; meanwhile it may come to points at which the
    operation goes on with its next step, or sleeps until somebody wakes it. ``lateness_s`` is how much later it is for
    it than by the clock, since time-outs have fired. ``once_pickled`` begins the operation that now pickles what it was
    given. ``written`` and ``granted`` are bytes by stream: those that were
    written, and those whose turn it has been.
    """

    def __init__(self, baton: Baton, process: str, thread: str = "") -> None:
        self.baton = baton
        self._thread = thread
        self.lateness_s = 0.0
        self.is_inside = False
        self.once_pickled: Callable[[], None] | None = None
        self.is_asleep_at_the_end = False
        self.say: Say = _silent
        self.written: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()
        self._left = [
            (place, turn)
            for place, turn in reversed(list(enumerate(baton.score.turns)))
            if turn.process == process and (turn.thread == thread or turn.is_strike)
        ]
        self._at: tuple[int, Turn] | None = None
        self._is_late = False
        self._has_slept = False

    @property
    def next(self) -> Turn | None:
        return self._left[-1][1] if self._left else None

    @property
    def current(self) -> Turn | None:
        return self._at[1] if self._at else None

    def begin(self, primitive: str, operation: str, is_optional: bool = False) -> None:
        """Begin an operation when it is its turn; at once, if it ``is_optional`` and not the next step.

        Who has nothing left to do in the score, or is to be ended, waits until that is over. Raises Astray, and
        KeyboardInterrupt if one comes instead.
        """
        if not is_optional or self._is_after_pauses(primitive, operation):
            self.note("pause")
        if self.is_next(primitive, operation):
            self._take()
        elif self.is_interrupted_before(operation):
            self._be_interrupted()
        elif not is_optional:
            if self.is_to_be_struck:
                self._await_end()
            elif self._left:
                raise Astray(self._left[-1][0])
            else:
                self.baton.wait_until_over()
        self.is_inside = True

    def _is_after_pauses(self, primitive: str, operation: str) -> bool:
        """Whether this is the next step, but for moments in which nothing is done."""
        following = next((turn for _, turn in reversed(self._left) if turn.what != "pause"), None)
        return following is not None and (following.primitive, following.operation) == (primitive, operation)

    def catch_up(self) -> None:
        """A manager's server has done what was asked of it, and has taken the steps with which that went on."""
        while self._at is not None and self._at[1].goes_on and self.next is not None and not self.next.begins:
            if self.next.is_fault:
                break
            self._at = self._left.pop()

    def end(self) -> None:
        """The operation has ended."""
        self._pass_on()
        self.is_inside = self._has_slept = self._is_late = False

    def linger(self) -> None:
        """A moment in which others may be first, if the score has one here, or in which a fault strikes."""
        self.note(LINGER)
        if self.next is not None and self.next.is_fault and not self.next.begins:
            if self.next.is_interrupt:
                self._be_interrupted()
            else:
                self._await_end()

    def note(self, operation: str) -> None:
        """Something that others cannot see has its turns, if the score has any here."""
        while self.next is not None and self.next.operation == operation:
            self._take()
            self._pass_on()

    def is_next(self, primitive: str, operation: str) -> bool:
        following = self.next
        return following is not None and (following.primitive, following.operation) == (primitive, operation)

    def go_on(self, primitive: str, operation: str) -> bool:
        """The operation may go on with this step of its own: if it is one, wait for its turn; who is to be ended comes
        no further, and who is to be interrupted neither."""
        if not self.is_next(primitive, operation):
            is_between = self._at is None or (self._at[1].goes_on and self._at[1].primitive == primitive)
            if is_between and self.is_to_be_struck:
                self._await_end()
            self.meet(operation)
            return False
        self._take()
        return True

    def stay(self) -> None:
        """The operation comes to where it may have to wait: if it never goes on in the score, it waits until that is
        over, and then for whatever comes."""
        if not self._left and self._at is not None and self._at[1].goes_on:
            self._pass_on()
            self.baton.wait_until_over()

    @property
    def is_to_be_struck(self) -> bool:
        """Whether the process is ended before anything else: it waits for that, and for nothing after it."""
        return self.next is not None and self.next.is_strike

    def is_interrupted_before(self, operation: str) -> bool:
        following = self.next
        return following is not None and following.is_interrupt and following.following == operation

    def meet(self, operation: str) -> None:
        """This comes next: if an interrupt comes before that, it is now."""
        if self.is_interrupted_before(operation):
            self._be_interrupted()

    def _be_interrupted(self) -> None:
        self._take()
        self._pass_on()
        os.kill(os.getpid(), signal.SIGINT)

    def _await_end(self) -> None:
        """Nobody returns from this."""
        self._pass_on()
        self._be_there()
        self.baton.wait_until_over()

    def _be_there(self) -> None:
        """The process may be ended now, if it is to be: it has come to where that finds it."""
        if self.is_to_be_struck and not self._thread:
            self.baton.be_there(self._left[-1][0])

    def rest(self) -> None:
        """What was begun is done so far: the process goes to sleep, until another one wakes it."""
        self._pass_on()
        self._be_there()
        self._has_slept = True

    def wake(self, primitive: str, operation: str) -> None:
        """The process has been woken, if it slept: that it goes on is a step of its own."""
        if self._has_slept:
            self._has_slept = False
            self.go_on(primitive, operation)

    def give_up(self) -> bool:
        """Whether the time-out of the current step fires, which it does only once."""
        is_late, self._is_late = self._is_late, False
        return is_late

    def finish(self, operation: str) -> None:
        """All that others can see of this step has been done."""
        if self._at is not None and self._at[1].operation == operation:
            self._pass_on()

    def _take(self) -> None:
        self._pass_on()
        place, turn = self._left.pop()
        self.baton.wait_for(place)
        self._at, self._is_late = (place, turn), turn.is_late

    def _pass_on(self) -> None:
        if self._at is not None:
            place, _ = self._at
            self._at = None
            self.baton.pass_on(place)


def _silent(event: str, **details: object) -> None:
    pass


class _Here(threading.local):
    strand: Strand | None = None


_here = _Here()
_thread_of: Callable[[str], Strand] | None = None
"""Makes the strand that another thread of this process is, from the primitive that it feeds."""


def here() -> Strand | None:
    """The strand that the calling thread is, if it is any."""
    return _here.strand


def begin(baton: Baton, process: str) -> Strand:
    """From now on this is ``process``, and the calling thread its own line."""
    global _thread_of
    _thread_of = partial(Strand, baton, process)
    _here.strand = Strand(baton, process)
    return _here.strand


def begin_thread(primitive: str) -> Strand | None:
    """From now on the calling thread is the one that feeds ``primitive``."""
    _here.strand = _thread_of(primitive) if _thread_of else None
    return _here.strand


def forget() -> None:
    """In a forked process: what a target starts for itself has no part in the score."""
    global _thread_of
    _here.strand = _thread_of = None


os.register_at_fork(after_in_child=forget)
