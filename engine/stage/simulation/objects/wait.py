"""``multiprocessing.connection.wait``, for what there is in simulation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ....models.model import Operation
from ..here import here, perform
from ..refusal import NotSimulated
from ..system import KERNEL
from ..world import DEATHS
from .fifo import OpenFifo
from .pipe import Connection
from .sentinel import Sentinel
from .shared import POLLS_S, seconds


def wait(object_list: Iterable[Any], timeout: float | None = None) -> list[Any]:
    """Those of ``object_list`` that are ready, in its order: at least one, unless the time is over."""
    waited: dict[Any, Any] = {}
    for one in object_list:
        known = _known(one)
        if known in waited:
            raise KeyError(f"{one!r} is already registered")
        waited[known] = one
    patience_s = seconds(timeout, POLLS_S)
    if not waited and patience_s is None:
        raise NotSimulated("connection.wait for nothing, without a timeout")
    if any(isinstance(one, Sentinel) for one in waited.values()):
        here.world.looked_into.add(DEATHS)
    ready = perform(KERNEL, Operation("wait", tuple(waited), patience_s, patience_s == 0))
    return [waited[one] for one in ready]


def _known(one: Any) -> Any:
    """What the kernel calls it."""
    if isinstance(one, Connection):
        one._check_closed()
        return one.end
    if isinstance(one, OpenFifo):
        return one.end
    if isinstance(one, Sentinel):
        return one.process
    raise NotSimulated(f"connection.wait: {one!r} is not a simulated connection or sentinel")
