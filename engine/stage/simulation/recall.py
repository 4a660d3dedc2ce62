"""What processes were seen to do, so that a sampled run need not have them do it again.

Between two operations a process goes by nothing but what its operations have given it so far. So whoever was given the
same goes on with the same, and once that was seen, its target need not run: a run of which all is known takes its steps
in the models alone. One that comes to something new is begun again with its targets, by the same choices, and what they
do is noted from there on.

Only who samples recalls, for that proves nothing. Targets that do otherwise the next time (they go by what nobody sees,
such as a file) are noticed by who goes through all schedules; and each outcome that is new is run once more with its
targets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import greenlet

from ...plan import Plan
from .here import here
from .life import Life
from .line import Line
from .moments import Glance, Moment, Unknown, running
from .opening import Opening
from .play import Played, Terms, follow, play
from .schedulers.replay import Replay
from .world import LOANS, Scheduler

_MOST = 20_000
"""How many moments are kept."""

_PERIOD = 100
"""After so many runs it is seen whether most of them came to nothing new: otherwise, to try is a waste."""


class Watched:
    """Stands before the greenlet of a process, and notes what that does. ``moment`` is None where it does not."""

    __slots__ = ("_line", "_recall", "moment")

    def __init__(self, line: Line, recall: Recall) -> None:
        self._line, self._recall = line, recall
        self.moment: Moment | None = None

    @property
    def dead(self) -> bool:
        return self._line.dead

    @property
    def gr_frame(self) -> Any:
        return self._line.gr_frame

    def switch(self, given: Any) -> None:
        self._go_on(self._line.switch, given)

    def throw(self, error: Any) -> None:
        if error is greenlet.GreenletExit:
            self._line.throw(error)
        else:
            self._go_on(self._line.throw, error)

    def _go_on(self, enter: Callable[[Any], object], given: Any) -> None:
        moment, strand = self.moment, running()
        if moment is None:
            enter(given)
            return
        following = moment.next(given)
        if following is None and self._recall.is_open:
            glance = Glance(strand.process)
            enter(given)
            following = glance.seen(strand, self.dead)
            if following is not None:
                self._recall.count += 1
                moment.note(given, following)
        else:
            enter(given)
            if following is not None and not following.is_as(strand):
                self._recall.pays = False  # It goes by something else, too.
        self.moment = following


class Recall:
    """All that is known of the processes of one exploration, which has these ``terms``."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._opening: Opening | None = None
        self._runs = 0
        self._recalled = 0
        # Who lets go of what it has lent does no operation.
        self.pays = _is_plain(terms.plan) and not terms.is_virtual and LOANS not in terms.exact
        self.count = 0
        """How many moments are known."""

    @property
    def is_open(self) -> bool:
        """Whether more is noted."""
        return self.pays and self.count < _MOST

    def play(self, scheduler: Scheduler) -> Played:
        """As ``play.play``, of whose schedulers it must be one that goes by numbers of strands."""
        self._runs += 1
        # The first run has yet to make what is in stock for all others, and what is known of their steps.
        if not self.pays or self._runs == 1:
            return play(self._terms, scheduler)
        if self._opening is None:
            return self._watch(scheduler)
        self._look_whether_it_pays()
        life = self._opening.life()
        try:
            played = follow(life, scheduler, _has_begun)
        except Unknown:
            here.strand = None
            return self._again(life, scheduler)
        if played.life.refusal is not None:  # Where that was, targets know.
            return self._again(played.life, scheduler)
        self._recalled += 1
        return played._replace(is_recalled=True)

    def _again(self, life: Life, scheduler: Scheduler) -> Played:
        """A run with targets, which goes on from where ``life`` has come to."""
        choices = [taken.strand.number for taken in life.world.trace]
        life.end()
        return self._watch(Replay(choices, scheduler))

    def _look_whether_it_pays(self) -> None:
        if self._runs % _PERIOD == 0:
            self.pays = self._recalled * 2 >= _PERIOD
            self._recalled = 0

    def _watch(self, scheduler: Scheduler) -> Played:
        return play(self._terms, scheduler, self._begin)

    def _begin(self, life: Life) -> None:
        life.world.watched = lambda line: Watched(line, self)
        life.begin()
        if self._opening is None:
            self._opening = Opening(life)
        self.pays = self.pays and self._opening.watch(life)


def _has_begun(life: Life) -> None:
    """It has come to the first choice."""


def _is_plain(plan: Plan) -> bool:
    """Whether nobody strikes, or is ended, in between."""
    return not plan.faults and not any(process.daemon for process in plan.processes)
