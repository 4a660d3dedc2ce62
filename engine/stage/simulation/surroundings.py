"""What of the interpreter is as each process has made it: its modules, and what else is each one's own.

The interpreter is one for all processes, so this is put in its place whenever one goes on, and taken away again when it
stands before its next operation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from .here import here
from .process import Process
from .refusal import NotSimulated

if TYPE_CHECKING:
    from .copier import Copier


class Belonging(NamedTuple):
    """A thing of the interpreter that each process has for itself once it has changed it. ``take`` gives what is there
    just now, and ``put`` puts that there; ``apart`` makes of it what can be changed without changing the first;
    ``is_sent`` says whether a process that is not forked is given what its starter has, and ``is_of_server`` whether a
    fork server is, as it starts with the first of its processes, and these have it of that."""

    take: Callable[[], Any]
    put: Callable[[Any], object]
    apart: Callable[[Any], Any] | None = None
    is_sent: bool = False
    is_of_server: bool = False


Own = dict[Belonging, Any]


class Surroundings:
    """Those of one process. ``modules`` are where pickling, and who looks into ``sys.modules``, finds them."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._modules = modules
        self._own: Own = {}

    @property
    def values(self) -> list[Any]:
        """What it has of its own, while it stands."""
        return [*self._own.values()]

    def enter(self) -> None:
        """It goes on."""
        sys.modules.update(self._modules)
        for belonging, value in self._own.items():
            belonging.put(value)

    def leave(self) -> None:
        """It stands before its next operation, or another one goes on in its place."""
        for belonging in self._own:
            self._own[belonging] = belonging.take()
            belonging.put(here.common[belonging])

    def own(self, belonging: Belonging) -> None:
        """It is about to change that."""
        if belonging not in self._own:
            common = here.common.setdefault(belonging, belonging.take())
            self._own[belonging] = None
            if belonging.apart is not None:
                belonging.put(belonging.apart(common))

    def copied(self, copier: Copier) -> Own:
        """What a process that is forked just now has of it."""
        for stream in (here.stdout, here.stderr):
            copier.note(stream, stream)
        return {belonging: copier.copied(belonging.take()) for belonging in self._own}

    def sent(self) -> Own:
        """What a process that is started just now in another way has of it."""
        return {belonging: belonging.take() for belonging in self._own if belonging.is_sent}

    def receive(self, own: Own) -> None:
        self._own.update(own)


def surroundings_of(process: Process) -> Surroundings:
    if process.surroundings is None:
        process.surroundings = Surroundings(process.modules)
    return process.surroundings  # type: ignore[no-any-return]


def has_other_streams() -> bool:
    """Whether who runs has put something in the place of those that everybody has at first."""
    try:
        return sys.stdout is not here.stdout or sys.stderr is not here.stderr
    except AttributeError:
        restore()
        raise NotSimulated("a process without sys.stdout or sys.stderr") from None


def leave(process: Process) -> None:
    """``process``, which has run until now, does not go on just now."""
    if has_other_streams():
        surroundings_of(process).own(STREAMS)
    if process.surroundings is not None:
        process.surroundings.leave()
        if here.world.life is not None and here.world.life.library.habits.sees_modules:
            here.world.life.library.loaded.put_away(process)


def enter(process: Process) -> None:
    if process.surroundings is not None:
        process.surroundings.enter()


@contextmanager
def acting_as(process: Process) -> Iterator[None]:
    """Have what is done here, in the process that starts ``process``, count as that one's own."""
    strand = here.strand
    if strand is None:
        yield
        return
    starter = strand.process
    leave(starter)
    strand.process = process
    enter(process)
    try:
        yield
    finally:
        leave(process)
        strand.process = starter
        enter(starter)


def hand_on(starter: Process, process: Process, copier: Copier | None, is_served: bool) -> None:
    """Give ``process``, which ``starter`` starts just now, what it has of its surroundings: copies, or without a
    ``copier`` what is sent, to it or to the fork server that ``is_served`` says there is."""
    leave(starter)
    enter(starter)
    own: Own = {}
    if starter.surroundings is not None:
        own = starter.surroundings.sent() if copier is None else starter.surroundings.copied(copier)
    if is_served:
        if starter.server is None:
            starter.server = {belonging: value for belonging, value in own.items() if belonging.is_of_server}
        own = {belonging: value for belonging, value in own.items() if not belonging.is_of_server} | starter.server
    if own:
        surroundings_of(process).receive(own)


def _put_streams(streams: tuple[Any, Any]) -> None:
    sys.stdout, sys.stderr = streams


STREAMS = Belonging(lambda: (sys.stdout, sys.stderr), _put_streams)
"""What is in the place of ``sys.stdout`` and ``sys.stderr``. No function tells that somebody puts something else
there."""


def begin() -> None:
    """What is in the interpreter is what everybody has at first."""
    if here.common.get(STREAMS) != (sys.stdout, sys.stderr):
        here.stdout, here.stderr = here.common[STREAMS] = sys.stdout, sys.stderr


@contextmanager
def as_at_first() -> Iterator[None]:
    """Have in the interpreter meanwhile what everybody has at first."""
    now = {belonging: belonging.take() for belonging in here.common}
    restore()
    try:
        yield
    finally:
        for belonging, value in now.items():
            belonging.put(value)


def restore() -> None:
    """Undo what was changed by who was taken apart."""
    for belonging, value in here.common.items():
        belonging.put(value)
