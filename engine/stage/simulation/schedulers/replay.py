"""The choices of an earlier run, once more."""

from __future__ import annotations

from collections.abc import Sequence

from ..strand import Strand
from ..world import Scheduler, World
from .turns import in_turn


class Replay:
    """Follows ``choices``, the numbers of strands, for as long as it can; ``then`` another scheduler goes on, as often
    as it likes and each time from the same point. Without one there is one run, in which everybody goes on in turn.

    ``diverged_at`` is the step of the last run at which the strand chosen could not go on, counted from 0, or at which
    nobody could; None if all choices were followed.
    """

    def __init__(self, choices: Sequence[int], then: Scheduler | None = None) -> None:
        self._choices = choices
        self._then = then
        self._has_begun = False
        self._depth = 0
        self.diverged_at: int | None = None

    def begin(self) -> bool:
        self._depth = 0
        self.diverged_at = None
        is_first, self._has_begun = not self._has_begun, True
        return self._then.begin() if self._then else is_first

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        if self._depth < len(self._choices) and self.diverged_at is None:
            for strand in ready:
                if strand.number == self._choices[self._depth]:
                    self._depth += 1
                    return strand
            self.diverged_at = self._depth
        return self._then.choose(world, ready) if self._then else in_turn(world, ready)[0]

    def end(self, world: World, is_whole: bool) -> None:
        if self._depth < len(self._choices) and self.diverged_at is None:
            self.diverged_at = self._depth
        if self._then:
            self._then.end(world, is_whole)
