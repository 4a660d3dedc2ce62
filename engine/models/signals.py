"""Signals on their way: what happens to whom, and in which order the clock has it happen."""

from __future__ import annotations

from typing import NamedTuple

from .model import BLOCKED, READ, WRITE, Done, Operation, Step


class State(NamedTuple):
    """``over`` is how many of the clock's strikes are; ``stopped`` are processes."""

    over: int = 0
    stopped: frozenset[int] = frozenset()


class Signals:
    """State: ``State``. ``stop``, ``resume`` and ``interrupt`` are given a process; who is not stopped cannot be
    resumed: whoever is to do that waits, or has had no occasion. At a ``pause``, and as something is to ``return``,
    nothing happens."""

    def initial(self) -> State:
        return State()

    def step(self, state: State, process: int, operation: Operation) -> Step:
        if operation.name in ("pause", "return"):
            return Done(state, None, ())
        (argument,) = operation.arguments
        strikes = ((("signal", argument), WRITE),)
        match operation.name:
            case "await":
                return Done(state, None, _LOOKS) if state.over >= argument else BLOCKED
            case "over":
                return Done(state._replace(over=state.over + 1), None, _COUNTS)
            case "stop":
                return Done(state._replace(stopped=state.stopped | {argument}), None, strikes)
            case "resume" if argument not in state.stopped:
                return Done(state, None, strikes) if operation.is_late else BLOCKED
            case "resume":
                return Done(state._replace(stopped=state.stopped - {argument}), None, strikes)
        return Done(state, None, strikes)

    def final(self, state: State) -> object:
        return None


_LOOKS = (("over", READ),)
_COUNTS = (("over", WRITE),)
