"""A run in which each process is watched: that it changes nothing that all of them have in common."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

from .commons import Commons
from .places import stands_at
from .refusal import NotSimulated
from .strand import Strand
from .world import World


class WatchedWorld(World):
    """It is looked for changes at each operation, or if not ``is_watched`` where a process has come to by a way that
    none has gone before: from where its last operation was to where its next one is."""

    def __init__(self, commons: Commons, is_watched: bool, *given: Any) -> None:
        super().__init__(*given)
        self._commons = commons
        self._is_watched = is_watched
        self._stood: dict[Strand, Any] = {}

    def _go_on(self, strand: Strand, enter: Callable[[Any], object], given: object) -> None:
        super()._go_on(strand, enter, given)
        place = _place(strand.greenlet.gr_frame)
        way = self._stood.get(strand), place
        self._stood[strand] = place
        if self._is_watched or self._commons.is_new(way):
            refuse_changes(self._commons, stands_at(strand.greenlet.gr_frame))


def _place(frame: FrameType | None) -> Any:
    """Where in the program that is: the functions that are being called, and how far each has come."""
    made = []
    while frame is not None:
        made.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(made)


def refuse_changes(commons: Commons, where: str = "") -> None:
    """Raises NotSimulated if something was changed that is everybody's; ``where`` is a line of who has done so."""
    changed = commons.changed()
    if changed is not None:
        refusal = NotSimulated(f"changing {changed} in one process alone")
        refusal.where = where
        raise refusal
