"""``multiprocessing.Lock``: a semaphore of one, with no owner that the system knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class Lock(Primitive):
    """A lock that is not re-entrant; any process may release it.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock
    """

    operations = ("acquire", "release")
    simulation = "lock:Lock"

    def build(self, site: Site) -> synchronize.Lock:
        return site.context.Lock()

    def final(self, built: synchronize.Lock) -> dict[str, bool]:
        return {"locked": built._semlock._is_zero()}  # type: ignore[attr-defined]


PRIMITIVE = Lock
