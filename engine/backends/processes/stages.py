"""The stages of a session, lent to one run at a time."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from ...errors import Interrupted
from ...plan import Interpreter
from .stage import Stage


class Stages:
    """The stages of a session. The first one starts at once, while the scenarios are still being read."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._descriptors = _allow_many_descriptors()
        # PYTHONHASHSEED, PYTHONUNBUFFERED and the like change what a scenario prints, so it gets those it asks for
        # only.
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._lock = threading.Lock()
        self._interrupted = False
        self._all: list[Stage] = []
        self._idle = [self._start({})]

    def interpreter(self) -> Interpreter:
        return self._all[0].interpreter()

    @contextmanager
    def borrow(self, environment: Mapping[str, str]) -> Iterator[Stage]:
        """A stage that nobody else uses meanwhile, for a scenario with this ``environment``.

        What an interpreter reads at its start cannot be set later (PYTHONHASHSEED, TMPDIR, TZ, LC_ALL), so a scenario
        with an environment of its own has a stage of its own.
        """
        with self._lock:
            if self._interrupted:
                raise Interrupted("interrupted")
            stage = self._idle.pop() if self._idle and not environment else self._start(environment)
        yield stage
        with self._lock:
            if not environment:
                self._idle.append(stage)
                return
            self._all.remove(stage)
        stage.close()

    def interrupt(self) -> None:
        """Have every run end now; who waits for one gets Interrupted."""
        with self._lock:
            self._interrupted = True
            for stage in self._all:
                stage.interrupt()

    def close(self) -> None:
        """Return when every stage, and all that it started, is gone."""
        self.interrupt()
        while self._all:
            self._all.pop().close()

    def _start(self, environment: Mapping[str, str]) -> Stage:
        stage = Stage(self._interpreter, {**self._environment, **environment}, self._descriptors)
        self._all.append(stage)
        return stage


def _allow_many_descriptors() -> int:
    """Take as many as the system lets us: three pipes for each process of each run that is under way.

    Returns how many this process was allowed before, which is what a scenario's processes are to have.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft
