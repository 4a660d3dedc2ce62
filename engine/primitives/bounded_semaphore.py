"""``multiprocessing.BoundedSemaphore``: a semaphore that notices one release too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parameters import PERMITS
from .primitive import Primitive, Site

if TYPE_CHECKING:
    from multiprocessing import synchronize


class BoundedSemaphore(Primitive):
    """A semaphore that may not be released more often than acquired: that raises ValueError.

    Final value: ``{value: 1}``, the permits that are free.
    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing.BoundedSemaphore
    """

    parameters = (PERMITS,)
    operations = ("acquire", "release", "get_value")
    simulation = "lock:BoundedSemaphore"

    def build(self, site: Site, value: int) -> synchronize.BoundedSemaphore:
        return site.context.BoundedSemaphore(value)

    def final(self, built: synchronize.BoundedSemaphore) -> dict[str, int]:
        return {"value": built._semlock._get_value()}  # type: ignore[attr-defined]


PRIMITIVE = BoundedSemaphore
