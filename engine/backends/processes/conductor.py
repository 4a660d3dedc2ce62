"""Watch a forced run follow its schedule, and tell where it does not."""

from __future__ import annotations

import os
from collections.abc import Collection

from ...plan import Score, Turn
from ...stage.baton import BEGUN, Baton
from ...trace import Strayed

PATIENCE_S = 5.0
"""How long nobody may take a step."""


class Conductor:
    """``strayed`` is what is wrong, as soon as anything is."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._baton: Baton | None = None
        self._seen: object = None
        self._since_s = 0.0
        self.strayed: Strayed | None = None

    def take(self, fd: int) -> None:
        """The memory in which whose turn it is stands is that of ``fd``, which is closed."""
        self._baton = Baton(fd, self._score)
        os.close(fd)

    @property
    def is_over(self) -> bool:
        """Whether everybody may go on as they like."""
        return not self._score.turns or (self._baton is not None and self._baton.is_over)

    def note(self, place: int, did: str) -> None:
        """Somebody has done something else than the step at ``place``."""
        turn = self._score.turns[place]
        self.strayed = Strayed(f"at step {turn.number} {_who(turn)} does {did}, and not {turn.what}", True)

    def look(self, now_s: float, running: Collection[str]) -> None:
        """Note if nothing has gone on for too long; ``running`` are the processes that have begun."""
        if self.is_over or self.strayed is not None:
            return
        seen = (self._baton and self._baton.now, len(running))
        if seen != self._seen:
            self._seen, self._since_s = seen, now_s
        elif now_s - self._since_s > PATIENCE_S:
            self.give_up()

    def give_up(self) -> None:
        """Note that the step which is to be taken is not, if there is one."""
        following = self._baton.next if self._baton else (0, self._score.turns[0])
        if following is None:
            return
        place, turn = following
        if self._baton and self._baton.state(place) == BEGUN:
            self.strayed = Strayed(f"at step {turn.number} {_who(turn)} does not come to an end of {turn.what}", True)
        else:
            self.strayed = Strayed(f"at step {turn.number} {_who(turn)} has not come to {turn.what}", False)


def _who(turn: Turn) -> str:
    return f"the feeder of {turn.thread} in {turn.process}" if turn.thread else turn.process
