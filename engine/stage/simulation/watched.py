"""A run in which each process is watched: that it changes nothing that all of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .commons import Commons
from .places import stands_at
from .refusal import NotSimulated
from .strand import Strand
from .world import World


class WatchedWorld(World):
    def __init__(self, commons: Commons, *given: Any) -> None:
        super().__init__(*given)
        self._commons = commons

    def _go_on(self, strand: Strand, enter: Callable[[Any], object], given: object) -> None:
        super()._go_on(strand, enter, given)
        refuse_changes(self._commons, stands_at(strand.greenlet.gr_frame))


def refuse_changes(commons: Commons, where: str = "") -> None:
    """Raises NotSimulated if something was changed that is everybody's; ``where`` is a line of who has done so."""
    changed = commons.changed()
    if changed is not None:
        refusal = NotSimulated(f"changing {changed} in one process alone")
        refusal.where = where
        raise refusal
