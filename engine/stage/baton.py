"""Whose turn it is: a number in memory that all processes of a forced run share.

Whoever has the turn passes it on, and nobody else writes; so there is no lock that a killed process could keep. Once
the number has come to the end, everybody goes on as they like.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from multiprocessing import reduction
from time import sleep
from typing import Any

from ..plan import Score, Turn, score_from
from .slots import new_memory

AWAITED, BEGUN, OVER = 1, 2, 3
"""What becomes of a step: somebody waits to take it, is at it, has done it."""

_WORD = 4
_LOOK_S, _LONGEST_LOOK_S = 0.00005, 0.002
"""How often who waits looks whose turn it is: the less, the more turns come before its own."""


class Baton:
    """The number, and below it what has become of each step. ``fd`` is a file that was made by :func:`new_baton`."""

    def __init__(self, fd: int, score: Score) -> None:
        self.fd = fd
        self.score = score
        memory = mmap.mmap(fd, _WORD * (1 + len(score.turns)))
        self._words = memoryview(memory).cast("I")
        self._gone: set[str] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        return _moved, (reduction.DupFd(self.fd), tuple(self.score))

    @property
    def now(self) -> int:
        """The place in the score of the step that is to be taken."""
        return self._words[0]

    @property
    def is_over(self) -> bool:
        return self._words[0] >= len(self.score.turns)

    @property
    def next(self) -> tuple[int, Turn] | None:
        """The place of the step that is to be taken, and that step, as long as there is one. Others may pass on at any
        moment: what is asked in two questions may not go together."""
        place = self.now
        return (place, self.score.turns[place]) if place < len(self.score.turns) else None

    @property
    def left(self) -> Sequence[Turn]:
        """The steps that are to be taken."""
        return self.score.turns[self.now :]

    def following(self, place: int, process: str) -> tuple[int, Turn] | None:
        """The next step of ``process`` itself after that at ``place``, if there is one, with which it goes on."""
        for later in range(place + 1, len(self.score.turns)):
            turn = self.score.turns[later]
            if (turn.process, turn.thread) == (process, ""):
                return None if turn.begins or turn.is_fault else (later, turn)
        return None

    def state(self, place: int) -> int:
        return self._words[1 + place]

    def wait_for(self, place: int) -> None:
        """Wait until the step at ``place`` is to be taken, and take it."""
        self.be_there(place)
        self._await(place)
        self._words[1 + place] = BEGUN

    def be_there(self, place: int) -> None:
        """Whoever has to do with the step at ``place`` waits for that."""
        self._words[1 + place] = AWAITED

    def is_awaited(self, place: int) -> bool:
        return self._words[1 + place] == AWAITED

    def wait_until_over(self) -> None:
        self._await(len(self.score.turns))

    def pass_on(self, place: int) -> None:
        """The step at ``place`` has been done."""
        self._words[1 + place] = OVER
        self._words[0] = place + 1

    def note_end(self, process: str) -> None:
        """``process`` is gone: when that is its turn, it is over."""
        self._gone.add(process)
        self.note_ends()

    def note_ends(self) -> None:
        while (following := self.next) and self._is_over(following[1]):
            self.pass_on(following[0])

    @property
    def needs_others(self) -> bool:
        """Whether there are steps left that nobody takes himself: to be struck, and to end before one's turn."""
        return any(turn.is_strike or self._is_over(turn) for turn in self.left)

    def _is_over(self, turn: Turn) -> bool:
        return turn.is_end and not turn.thread and turn.process in self._gone

    def _await(self, place: int) -> None:
        while (ahead := place - self._words[0]) > 0:
            sleep(min(_LOOK_S * ahead, _LONGEST_LOOK_S))


def new_baton(score: Score) -> Baton:
    return Baton(new_memory("baton", _WORD * (1 + len(score.turns))), score)


def _moved(fd: Any, score: Sequence[Any]) -> Baton:
    return Baton(fd.detach(), score_from(score))
