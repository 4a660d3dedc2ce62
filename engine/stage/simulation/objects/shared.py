"""What all simulated primitives have in common: a cell of the world, and how they reach another process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ....models.model import Operation
from ..here import here, perform
from ..refusal import NotSimulated
from .genuine_words import name_as_genuine


class Shared:
    """A primitive that a process was given, or has made.

    What differs between processes is in the model's state, by process, and not here. ``cell`` is where this state is.
    """

    travels = False
    """Whether it can be sent to a process that is there already, and not only given to one as it starts."""

    arrives_anew = False
    """Whether it is another object that arrives where it is sent, also where it comes from."""

    copies = False
    """Whether it is for threads only: a forked process gets a copy of its own, and no other process can be given it."""

    outlives = False
    """Whether what a process waits for here is still taken if it is killed as it waits: another process does it."""

    is_stateless = True
    """What a process keeps of it is always the same, so two looks at it need not be compared."""

    is_lasting = False
    """Whether a run can change nothing of it but the state of its cell: then it serves one run after the other."""

    cell: int

    def __init_subclass__(cls) -> None:
        name_as_genuine(cls)

    def final(self) -> object:
        """What it holds once every process has ended: plain data."""
        world = here.world
        return world.models[self.cell].final(world.states[self.cell])

    def _do(self, name: str, *arguments: Any, patience_s: float | None = None, is_late: bool = False) -> Any:
        return perform(self.cell, Operation(name, arguments, patience_s, is_late))

    def __getattr__(self, name: str) -> Any:
        """What the genuine object keeps to itself is not there, and a target that looks for it must not be told so."""
        if name[:1] == "_" and name[:2] != "__" and here.strand is not None:
            raise NotSimulated(f"the private attribute {name} of a {type(self).__name__}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        """As ``object`` has it, at an address that is the same in every run."""
        genuine = next(
            (base for base in type(self).__mro__ if base.__module__.startswith("multiprocessing")), type(self)
        )
        return f"<{genuine.__module__}.{genuine.__qualname__} object at {self._address:#x}>"

    @property
    def _address(self) -> int:
        """Where it seems to be, which is what its ``repr`` says."""
        cell: int = object.__getattribute__(self, "cell")  # A namespace in a manager has attributes of its own.
        return _FIRST_ADDRESS + 64 * cell

    def _refuse_to_show(self) -> None:
        """What its ``repr`` says of it would have to be found out, step by step: nobody but a target asks for that."""
        if here.strand is not None:
            raise NotSimulated(f"the text that {here.world.labels[self.cell]} is shown as")

    def __hash__(self) -> int:
        # The same in every run, which an address is not: targets iterate over sets of primitives.
        return hash((type(self).__name__, self.cell))

    def __eq__(self, other: object) -> bool:
        return self is other

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not (type(self).travels or here.world.is_starting_a_process):
            raise RuntimeError(
                f"{type(self).__name__} objects should only be shared between processes through inheritance"
            )
        loan = vars(self).get("_loan")
        if loan is not None:
            here.world.lent.append(loan)
            return _borrowed, (here.world.keep(loan),)
        return _found, (here.world.keep(self),)


_FIRST_ADDRESS = 0x7F00_0000_0000


def _found(number: int) -> object:
    """What was pickled, or another one of it."""
    found: Any = here.world.kept[number]
    return _another(found) if type(found).arrives_anew and here.strand is not None else found


def _another(found: Shared) -> Shared:
    """The same primitive, as an object of its own."""
    other: Shared = object.__new__(type(found))
    other.__dict__.update(found.__dict__)
    return other


def _borrowed(number: int) -> object:
    """The same, of what its maker may have let go of meanwhile."""
    loan: Any = here.world.kept[number]
    return loan.taken()


def leaves(given: Iterable[Any]) -> Iterator[Any]:
    """All that is in ``given``, and in the lists, tuples and dictionaries there."""
    for value in given:
        if isinstance(value, (list, tuple)):
            yield from leaves(value)
        elif isinstance(value, dict):
            yield from leaves(value.values())
        else:
            yield value


SEMAPHORES_S, POLLS_S = 1e18, 2e6
"""How long may be waited for a semaphore, and for something that is polled, whose milliseconds fit into an integer."""


def patience_of(block: bool, timeout: float | None, most_s: float = SEMAPHORES_S) -> float | None:
    """How long a call is ready to wait that was given these, as ``multiprocessing`` has them: None for ever. What the
    timeout is may be seen even where it does not count."""
    patience_s = seconds(timeout, most_s)
    return patience_s if block else 0.0


def seconds(timeout: Any, most_s: float = SEMAPHORES_S) -> float | None:
    """The time to wait that ``timeout`` says: None for ever, nothing if it is negative. Raises NotSimulated for more
    than the system can count, and for what is no number: what comes of these differs from call to call, and by where
    it has come to then."""
    if timeout is None:
        return None
    if not isinstance(timeout, (int, float)) or not timeout <= most_s:
        raise NotSimulated(f"a timeout of {timeout!r}")
    return max(0.0, timeout)
