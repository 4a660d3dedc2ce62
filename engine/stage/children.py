"""The scenario's processes: genuine ones of each start method, and threads that can stand in for them.

Under ``spawn`` a child imports this module and what it needs, and nothing else of the engine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import context, process
from typing import TYPE_CHECKING, Any

from ..plan import Fault
from . import journal, output, proxies
from .gate import Gate
from .handles import semaphores
from .interrupts import let_come
from .link import Link

if TYPE_CHECKING:
    from .delays import Delays
    from .forced import Part


class LinkedProcess(process.BaseProcess):
    """A process that tells the supervisor how its target ended."""

    _target: Any
    _args: Any
    _kwargs: Any

    def __init__(
        self,
        link: Link,
        gate: Gate | None,
        faults: Sequence[Fault],
        calls: Mapping[proxies.Key, tuple[str, str]],
        is_held_back: bool,
        part: Part | None = None,
        delays: Delays | None = None,
        **kwargs: Any,
    ) -> None:
        # Before everything else, since a spawned child unpickles in this order.
        self._link = link
        self._part = part
        self._delays = delays
        self._gate = gate
        self._faults = faults
        self._calls = calls
        self._is_held_back = is_held_back
        super().__init__(**kwargs)

    def _bootstrap(self, *args: Any, **kwargs: Any) -> int:
        self._link.attach()
        if not isinstance(self, ForkChild):  # What was forked has them where its parent has them.
            self._link.say("semaphores", semaphores=semaphores((*self._args, *self._kwargs.values())))
            proxies.announce(self._calls)
        if self._faults or self._link.journal is not None:
            journal.begin(journal.Journal(self._link.journal, self._faults, self._link.say))
        if self._part is not None:
            self._part.begin(self._link.say)
        if self._delays is not None:
            self._delays.begin()
        code: int = super()._bootstrap(*args, **kwargs)  # type: ignore[misc]
        if self._part is not None:
            self._part.leave()
        return code

    def run(self) -> None:
        try:
            with self._link.reporting() as outcome:
                if self._is_held_back:
                    let_come()
                if self._gate:
                    self._gate.arrive()
                try:
                    outcome.returned = self._target(*self._args, **self._kwargs)
                finally:
                    if self._part is not None:
                        self._part.pause()
        finally:
            if self._part is not None:
                self._part.be_over()


class ForkChild(LinkedProcess, context.ForkProcess):
    pass


class SpawnChild(LinkedProcess, context.SpawnProcess):
    def _bootstrap(self, *args: Any, **kwargs: Any) -> int:
        output.let_go_at_exit()  # It alone leaves by the interpreter's own door.
        return super()._bootstrap(*args, **kwargs)


class ForkServerChild(LinkedProcess, context.ForkServerProcess):
    pass


class ThreadChild(threading.Thread):
    """The same target as a thread of the parent process, with the parts of a process that the parent uses."""

    _target: Any
    _args: Any
    _kwargs: Any

    def __init__(self, link: Link, gate: Gate | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._link = link
        self._gate = gate
        self.exitcode: int | None = None
        self.sentinel, self._ended = os.pipe()

    @property
    def pid(self) -> int:
        return os.getpid()

    def run(self) -> None:
        output.own(self._link)
        if self._link.journal is not None:
            journal.own(journal.Journal(self._link.journal, (), self._link.say))
        self.exitcode = 1
        try:
            with self._link.reporting() as outcome:
                if self._gate:
                    self._gate.arrive()
                outcome.returned = self._target(*self._args, **self._kwargs)
            self.exitcode = 0
        except SystemExit as error:
            self.exitcode = exit_code(error)
            raise
        finally:
            os.close(self._ended)


def exit_code(error: SystemExit) -> int:
    """The exit code that a process gets from ``sys.exit``."""
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


CHILDREN = {"fork": ForkChild, "spawn": SpawnChild, "forkserver": ForkServerChild}
