"""What would have come of a step if it had been taken before another one.

Models are pure and states are kept, so it is asked of them: in the state before that other step, after all that came
later on the same cell but not because of it.
"""

from __future__ import annotations

from typing import Any

from ....models.model import BLOCKED, Operation
from ..strand import Strand
from ..waits import is_in_time
from ..world import World
from .history import History, in_order
from .moves import Move, actor_of, made, victim_of


class Earlier:
    """For one run; ``_without`` has the states without some event, and up to where they take in what came later: many
    steps are asked about the same event, one after the other."""

    def __init__(self, history: History, world: World) -> None:
        self._history = history
        self._world = world
        self._without: dict[tuple[int, int], tuple[int, Any]] = {}

    def move(self, strand: Strand, at: int) -> Move | None:
        """What ``strand`` now wants to do would have been instead of the event ``at``, after what is independent of
        that; None where it was not possible then, or has nothing to do with it."""
        number, victim, event = actor_of(strand), victim_of(strand), self._history.moves[at]
        if event.victim == number or (victim is not None and event.process == victim):
            return Move(strand.cell, (), number, victim)
        if event.cell != strand.cell and event.process != number:
            return None
        is_over = self._history.is_over(strand.due_s, at) if self._world.is_virtual else is_in_time(self._world, strand)
        step = _step(self._world, strand.cell, self._state_without(at, strand.cell), number, strand.operation, is_over)
        return None if step is BLOCKED else made(strand, step.touches)

    def _state_without(self, at: int, cell: int) -> Any:
        """The state of ``cell`` if neither the event ``at`` had been taken, nor what came because of that."""
        history, trace = self._history, self._world.trace
        upto, state = self._without.get((at, cell)) or (at + 1, self._state_before(at, cell))
        if upto == len(trace):
            return state
        for other in in_order(history.independent(at, history.on_cell[cell] & -(1 << upto))):
            if not history.moves[other].touches and trace[other].step.state is trace[other].before:
                continue
            # What could not go on without having waited for too long had done so.
            step = _step(self._world, cell, state, history.moves[other].process, trace[other].operation, is_over=True)
            # What was done to something that was not there yet makes no difference to what was.
            state = state if step is BLOCKED else step.state
        self._without[at, cell] = len(trace), state
        return state

    def _state_before(self, at: int, cell: int) -> Any:
        later = in_order(self._history.on_cell[cell] & -(1 << at))
        first = next(later, None)
        return self._world.states[cell] if first is None else self._world.trace[first].before


def _step(world: World, cell: int, state: Any, process: int, operation: Operation, is_over: bool) -> Any:
    """What would come of an operation in some state of its cell; ``is_over`` is its patience, if it has any."""
    try:
        step = world.steps[cell](state, process, operation)
    except KeyError:  # What it is done to, a pipe that a target has made, was not there yet.
        return BLOCKED
    if step is BLOCKED and operation.patience_s is not None and is_over:
        step = world.steps[cell](state, process, operation._replace(is_late=True))
    return step
