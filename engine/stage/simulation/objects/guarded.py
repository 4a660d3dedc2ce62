"""Cells in which a lock and what works under it are together."""

from __future__ import annotations

from typing import Any

from ....models.guarded import Guard, Guarded, Part, guard_of
from ..world import World


def add_guarded(world: World, key: object, label: str, guard: Guard | None, part: Part, is_primary: bool = True) -> int:
    """A cell with ``part`` under a lock of its own, ``guard``, or under none.

    The final value of the cell is that of the part, if it ``is_primary``, and of the lock otherwise.
    """
    part.label = label
    model = Guarded(guard, part if is_primary else None)
    cell = world.add_cell(key, label, model)
    if not is_primary:
        world.states[cell] = model.admit(part, world.states[cell])
    return cell


def join_guarded(world: World, lock: Any, label: str, part: Part) -> int:
    """The cell of ``lock``, with ``part`` under it. Raises TypeError where that is no lock."""
    cell: int = lock.cell
    model = world.models[cell]
    if not isinstance(model, Guarded):
        guard = guard_of(model)
        state = world.states[cell] if isinstance(world.states[cell], tuple) else (world.states[cell], ())
        model = Guarded(guard)
        world.set_cell(cell, world.labels[cell], model, (state,))
    part.label = label
    world.states[cell] = model.admit(part, world.states[cell])
    return cell
