"""What came of steps in earlier runs.

Models are pure, and most runs of an exploration go through the same states again: what was found out once about an
operation in a state need not be found out again. Both are told by identity, which costs next to nothing: a state that
was remembered leads to one that is the same object in every run, and so on; and of operations only those are looked up
that are the same object in every run, too (``Lasting``).
"""

from __future__ import annotations

from typing import Any

from ...models.model import BLOCKED, Lasting, Model, Operation, Raised, Step, Then, looks_at_memory
from .identity import identity

_MOST = 20_000
"""How many steps are kept."""

_PERIOD = 1_000
"""After so many new steps it is seen whether known ones come more often: a long run, whose states are large, too, would
only fill memory."""


class Memo:
    """The steps of ``model``, from the state ``initial`` on."""

    def __init__(self, model: Model, initial: Any) -> None:
        self._model = model
        self._initial = initial
        self._pays = True
        self._hits = 0
        self._forget()

    def _forget(self) -> None:
        self._steps: dict[tuple[int, int, int], Step] = {}
        self._states = {identity(self._initial): self._initial}
        # As long as an object is kept, no other one has its id.
        self._operations: dict[int, Operation] = {}

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        """What ``model.step`` gives."""
        if type(operation) is not Lasting or not self._pays:
            return self._model.step(state, process, operation)
        key = (identity(state), process, identity(operation))
        known = self._steps.get(key)
        if known is None:
            return self._new(key, state, process, operation)
        self._hits += 1
        return known

    def _is_worth_it(self) -> bool:
        self._pays, self._hits = self._hits >= _PERIOD, 0
        return self._pays

    def _new(self, key: tuple[int, int, int], state: Any, process: int, operation: Operation) -> Step:
        step = self._model.step(state, process, operation)
        # An error is another one each time, and what a step finds in a process's own memory may be, too.
        if identity(state) not in self._states or isinstance(step, Raised):
            return step
        if step is not BLOCKED:
            if looks_at_memory(step.touches):  # type: ignore[union-attr]
                return step
            if isinstance(step, Then):
                step = step._replace(operation=Lasting(*step.operation))
        if len(self._steps) >= _MOST or (len(self._steps) % _PERIOD == _PERIOD - 1 and not self._is_worth_it()):
            self._forget()
            return step
        self._steps[key] = step
        self._operations[identity(operation)] = operation
        if step is not BLOCKED:
            self._states[identity(step.state)] = step.state  # type: ignore[union-attr]
        return step
