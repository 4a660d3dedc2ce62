"""``multiprocessing.Semaphore``: a counter of permits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import PERMITS
from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class Semaphore(Primitive):
    """A counter that ``acquire`` takes one from, waiting while it is 0, and ``release`` adds one to.

    Final value: ``{value: 1}``, the permits that are free.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Semaphore
    """

    parameters = (PERMITS,)
    operations = ("acquire", "release", "get_value")
    simulation = "lock:Semaphore"

    def build(self, site: Site, value: int) -> synchronize.Semaphore:
        return site.context.Semaphore(value)

    def final(self, built: synchronize.Semaphore) -> dict[str, int]:
        return {"value": built._semlock._get_value()}  # type: ignore[attr-defined]


PRIMITIVE = Semaphore
