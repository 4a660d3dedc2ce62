"""Whose a lock is that a manager's server has taken for somebody.

The server has a thread for each client, and a ``threading.RLock`` knows its holder by that thread's number. The system
gives the number of a thread that has ended to another one: so a lock whose holder has ended without giving it back may
be that of whom the server takes on next. Which number that is, is up to the C library; so it is not simulated.
"""

from __future__ import annotations

from ...models.guarded import Guarded
from ...models.semaphore import RLock
from .refusal import NotSimulated
from .world import World


def refuse_to_inherit(world: World, cell: int) -> None:
    """Raise NotSimulated if the RLock in ``cell`` is held by a process that has ended."""
    model, state = world.models[cell], world.states[cell]
    lock, state = (model.guard, state[0]) if isinstance(model, Guarded) else (model, state)
    if not isinstance(lock, RLock) or state[0] is None or world.life is None:
        return
    holder = world.life.by_number[state[0]]
    if holder.exitcode is not None:
        raise NotSimulated(f"an RLock of a manager after the end of {holder.name}, which holds it")
