"""What every primitive's file says of it: how it is built and what it holds at the end."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from .. import plain

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.managers import SyncManager


class Site(Protocol):
    """Where primitives are built: the scenario's parent process."""

    context: BaseContext

    def manager(self) -> SyncManager:
        """The scenario's one manager process, started when first asked for."""


@dataclass(frozen=True)
class Primitive:
    """A type of ``shared``. A subclass's docstring and fields are what its users read, in errors and in editors.

    Each field is a parameter, spelled as Python spells it; see :func:`parameter`.
    """

    ends: ClassVar[int] = 0
    """How many endpoints ``${name[0]}`` ... can name; 0 where it has none."""

    def build(self, site: Site) -> Any:
        """The genuine object. Raises whatever its constructor raises."""
        raise NotImplementedError

    def final(self, built: Any) -> object:
        """What ``built`` holds once every process has ended; never blocks."""
        raise NotImplementedError


def parameter(default: Any, doc: str, *, at_least: int | None = None, hint: str | None = None) -> Any:
    """A field that documents and bounds itself; ``hint`` explains the bound to who oversteps it."""
    return field(default=default, metadata={"doc": doc, "at_least": at_least, "hint": hint})


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
