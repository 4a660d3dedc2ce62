"""One simulated process: what is its own, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from ...plan import Fault
from .variation import THIS_ONE

if TYPE_CHECKING:
    from .strand import Strand

STDOUT, STDERR = 1, 2


class Process:
    """``number`` is what models know it by, 0 for the parent; ``key`` is the same in every run of an exploration.

    ``kept`` is what it has printed and Python has not written yet, by the stream's number; ``written`` takes what is:
    that number, and text. ``feeders`` are the queues to which it has a thread that writes. ``slept_s`` is the sum of
    its sleeps. ``identity`` (None if nobody knows), ``config`` and ``children`` are as ``multiprocessing.process`` has
    them of the current process, ``handle`` and ``parent_handle`` that one and its parent as it sees them itself;
    ``made`` is how many ``Process`` objects it has made, and ``has_begun`` whether it has what it was started with.
    ``addresses`` are those of objects that are not where they seem. ``server`` is what its fork server was given.
    ``speaker`` is whose output its own is, if not itself: a process that a target starts writes into the pipes of its
    starter. Where several do, the cell ``output`` has the order.
    ``leaves_by_door`` says that it has come to the end of its interpreter.
    """

    # What most processes never change is the class's: they are made in every run.
    strand: Strand | None = None
    output: int | None = None
    handle: Any = None
    surroundings: Any = None
    addresses: Any = None
    server: Any = None
    parent_handle: Any = None
    made = 0
    built = 0
    written_length = 0
    slept_s = 0.0
    is_asleep = False
    clock_reads = 0
    ticks_s = 0.0
    random: Random | None = None
    system_random: Random | None = None
    is_seeded = False
    is_started = True
    has_begun = True
    has_come = True
    leaves_by_door = False
    is_gone = False
    is_stopped = False
    pauses = False
    """Whether it may be ended or stopped at any moment, so that there is one before it tells what others see."""

    is_muted = False
    handlers: Mapping[int, Any] = MappingProxyType({})
    """What it does about signals, as it has said."""

    exitcode: int | None = None
    returned: object
    raised: Mapping[str, Any] | None = None
    speaker: Process | None = None
    replaced: Mapping[str, ModuleType] = {}
    """Those modules of its that have put something else in their place in ``sys.modules``, by name."""

    feeders: tuple[Any, ...] = ()
    loans: tuple[Any, ...] = ()
    """What it has made that others may be given."""

    twice: frozenset[Any] = frozenset()
    """The ends of pipes that it was sent, and had already: it has to close them twice."""

    dropped: tuple[tuple[int, Any], ...] = ()
    """What closes the connections that it has let go of since it last did something, and in which cells."""

    kept: Mapping[int, Any] | None = None
    fault: Fault | None = None
    struck: tuple[str, ...] = ()

    def __init__(
        self, number: int, key: object, name: str, parent: Process | None = None, daemon: bool = False
    ) -> None:
        self.number = number
        self.key = key
        self.name = name
        self.parent = parent
        self.daemon = daemon
        self.modules: dict[str, ModuleType] = {}
        self.identity: tuple[int, ...] | None = ()
        self.config: dict[str, Any] = {} if parent is None else {**parent.config, "daemon": daemon}
        self.children: list[Any] = []
        self.written: list[tuple[int, str]] = []
        self.at_exit: list[partial[object]] = []
        self.returned = NOTHING
        self.calls: dict[str, Mapping[str, Any]] = {}

    @property
    def pid(self) -> int:
        return pid_of(self.number)

    def complain(self, error: BaseException) -> None:
        """A thread of its own has failed, and says so as Python's does."""
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        self.written.append((STDERR, f"Traceback (most recent call last):\n{name}: {error}\n"))

    def text(self, stream: int) -> str:
        return "".join(text for number, text in self.written if number == stream)


def pid_of(number: int) -> int:
    """What ``os.getpid()`` is in the process of this number."""
    return FIRST_PID + number


def server_pid_of(number: int) -> int:
    """The same in the fork server of the process of this number, which is what starts others for that."""
    return FIRST_PID - 1 - number


NOTHING = object()

FIRST_PID = THIS_ONE.first_pid
"""Process ids are the simulation's own: the parent's, and then one more for each process."""
