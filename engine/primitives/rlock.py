"""``multiprocessing.RLock``: a lock that its holder may take again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class RLock(Primitive):
    """A re-entrant lock: who holds it may acquire it again, and must release it as often.

    Final value: ``{locked: false}`` or ``{locked: true}``.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.RLock
    """

    operations = ("acquire", "release")
    simulation = "lock:RLock"

    def build(self, site: Site) -> synchronize.RLock:
        return site.context.RLock()

    def final(self, built: synchronize.RLock) -> dict[str, bool]:
        return {"locked": built._semlock._is_zero()}  # type: ignore[attr-defined]


PRIMITIVE = RLock
