"""Every schedule, one after the other: plain enumeration, the yardstick for what is cleverer."""

from __future__ import annotations

from ..strand import Strand
from ..world import Elsewhere, World


class DepthFirst:
    """Runs the same beginning again as long as its continuations are not exhausted.

    ``path`` is what was chosen in the last run: of how many, and which.
    """

    def __init__(self) -> None:
        self._path: list[tuple[int, int]] = []
        self._depth = 0
        self._has_begun = False

    def begin(self) -> bool:
        self._depth = 0
        if not self._has_begun:
            self._has_begun = True
            return True
        while self._path:
            count, chosen = self._path.pop()
            if chosen + 1 < count:
                self._path.append((count, chosen + 1))
                return True
        return False

    def choose(self, world: World, ready: list[Strand]) -> Strand:
        if self._depth == len(self._path):
            self._path.append((len(ready), 0))
        count, chosen = self._path[self._depth]
        if count != len(ready):
            raise Elsewhere
        self._depth += 1
        return ready[chosen]

    def end(self, world: World, is_whole: bool) -> None:
        del self._path[self._depth :]
