"""What a model is: states that never change, and steps that lead from one to the next.

A step is one atomic move of one process on one primitive. What takes several of them (a reader first takes a lock, then
waits for data) is several operations: the first one's ``Then`` names the next. Between two steps anything may happen
elsewhere, and a process may be killed there; within one, nothing.

Each step says what it touches, and how: that is what tells which steps commute, and so which schedules differ at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol, Union, runtime_checkable

READ: Final = 0
WRITE: Final = 1
ADD: Final = 2
NEED: Final = 3
"""How a component is touched. Two touches of one component commute if both only read it, or both only add to it (a
counter that neither of them looks at); all others conflict.

To need it is to read it, in a step that is not possible without what was last written there, and all that was written
there comes one after the other. So the order of these steps is never another one, and no other one need be tried."""

LOOKING: Final = (READ, NEED)

Touch = tuple[object, int]
"""A component of the primitive (any hashable value), and how it is touched."""

Touches = tuple[Touch, ...]


class Operation(NamedTuple):
    """What a process wants to do.

    ``patience_s`` is how long it is ready to wait: None for ever, 0 not at all. ``is_late`` says that this time is
    over: the step must not be blocked then, and tells what the caller gets instead.
    """

    name: str
    arguments: tuple[Any, ...] = ()
    patience_s: float | None = None
    is_late: bool = False


class Lasting(Operation):
    """One that is the same object in every run, and that nobody changes: what comes of it can be remembered."""

    __slots__ = ()


class Done(NamedTuple):
    """The operation is over; its caller gets ``result``."""

    state: Any
    result: Any
    touches: Touches


class Raised(NamedTuple):
    """The operation is over; its caller gets ``error``, which must be a new one for each step."""

    state: Any
    error: BaseException
    touches: Touches


class Then(NamedTuple):
    """The operation goes on with another one, at a later time."""

    state: Any
    operation: Operation
    touches: Touches


class Blocked:
    """The operation cannot go on in this state."""

    def __repr__(self) -> str:
        return "BLOCKED"


BLOCKED: Final = Blocked()

Step = Union[Done, Raised, Then, Blocked]  # noqa: UP007, an alias is evaluated, and 3.10 has to read it


class Model(Protocol):
    """One kind of primitive. ``process`` is the number of the process that acts, 0 for the parent."""

    def initial(self) -> Any:
        """The state in which it is built."""

    def step(self, state: Any, process: int, operation: Operation) -> Step:
        """What comes of it; pure. A step that changes nothing gives back the very ``state`` that it was given."""

    def final(self, state: Any) -> object:
        """What is told of it once every process has ended: plain data."""


OVER: Final = Operation("over")
"""In the place of what an operation goes on with: nothing at all."""


@runtime_checkable
class Interruptible(Protocol):
    """A model whose operations may be interrupted in the middle."""

    def interrupted(self, operation: Operation) -> Operation | None:
        """What is still done, before the exception is raised, of an operation that would have gone on with
        ``operation``; ``OVER`` for nothing, None where that is not known."""


_MEMORY: Final = "memory"


def memory_of(process: int) -> Touch:
    """What the step of a thread that a primitive has in ``process`` touches if it looks at what is that process's own,
    and what its code may change between any two of its operations (``Queue``'s feeder pickles an item).

    Such a step conflicts with every step that the process itself takes, on whatever, and comes out differently from
    one moment to the next although no state has changed.
    """
    return ((_MEMORY, process), WRITE)


def looks_at_memory(touches: Touches) -> bool:
    return bool(touches) and type(touches[0][0]) is tuple and touches[0][0][0] is _MEMORY


def conflict(one: Touches, other: Touches) -> bool:
    """Whether two steps on one primitive do not commute."""
    for component, mode in one:
        for another, its_mode in other:
            if component == another and not (mode == its_mode == ADD or (mode in LOOKING and its_mode in LOOKING)):
                return True
    return False


def is_quiet(touches: Sequence[Touch]) -> bool:
    """Whether a step with these ``touches`` only looks."""
    return all(mode in LOOKING for _, mode in touches)
