"""What every primitive's file says of it: how it is built and what it holds at the end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .. import plain

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.managers import SyncManager


class Site(Protocol):
    """Where primitives are built: the scenario's parent process."""

    context: BaseContext

    def new_path(self) -> str:
        """A path where there is nothing yet, in a folder that goes with the run."""

    def new_name(self) -> str:
        """A name for what the system knows by name; whatever is left of it goes with the run."""

    def manager(self) -> SyncManager:
        """The scenario's one manager process, started when first asked for."""


class Parameter(NamedTuple):
    """One parameter of a type, spelled as Python spells it.

    ``kind`` is a type for validation, ``default`` is ``...`` where there is none; ``hint`` explains the bound to who
    oversteps it.
    """

    name: str
    kind: Any
    default: Any
    doc: str
    at_least: int | None = None
    hint: str | None = None
    is_target: bool = False
    """Whether it names a function, which ``build`` then gets."""


class Primitive:
    """A type of ``shared``. A subclass's docstring and parameters are what its users read, in errors and in editors."""

    parameters: tuple[Parameter, ...] = ()
    operations: tuple[str, ...] = ()
    """What is journalled of it, and where faults may strike; empty for what no call of Python's goes through."""

    crosses_processes: bool = True
    """Whether a process can be given it. What is for threads only, a forked process gets a copy of, and under other
    start methods it is refused with TypeError."""

    simulation: str = ""
    """What stands for it in simulation: a module of ``engine.stage.simulation.objects``, and its class (``lock:Lock``),
    which is built from every parameter by name; empty where there is no model of it."""

    ends: int = 0
    """How many endpoints ``${name[0]}`` ... can name; 0 where it has none."""

    def build(self, site: Site, *args: Any, **kwargs: Any) -> Any:
        """The genuine object, from every parameter by name. Raises whatever its constructor raises."""
        raise NotImplementedError

    def defaults(self) -> dict[str, Any]:
        """The parameters that need not be given."""
        return {one.name: one.default for one in self.parameters if one.default is not ...}

    def refusal(self, given: Mapping[str, Any]) -> str | None:
        """What is wrong with the parameters that were ``given``, beyond the kind of each."""
        return None

    def final(self, built: Any) -> object:
        """What ``built`` holds once every process has ended; never blocks."""
        raise NotImplementedError

    def dispose(self, built: Any) -> None:
        """Remove what would outlive the processes."""


def messages_left(connection: Connection) -> list[object]:
    """The messages that wait to be received on ``connection``, in order.

    Nobody else is left to read, so no lock is taken: a reader that was killed inside ``get`` still holds it. Half a
    message, left by a killed writer, is reported as such; ``recv`` alone would wait for the other half for ever.
    """
    if connection.closed or not connection.readable:
        return []
    left: list[object] = []
    os.set_blocking(connection.fileno(), False)
    try:
        while connection.poll():
            try:
                left.append(connection.recv())
            except (EOFError, ConnectionError):
                break
            except BlockingIOError:
                left.append(plain.Opaque("partial", "<part of a message>"))
                break
            except Exception as error:
                left.append(error)
    finally:
        os.set_blocking(connection.fileno(), True)
    return left
