"""The stages of a session, lent to one run at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ...errors import Interrupted
from ...plan import Interpreter
from .stage import Stage


class Stages:
    """The stages of a session. The first one starts at once, while the scenarios are still being read."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        # PYTHONHASHSEED, PYTHONUNBUFFERED and the like change what a scenario prints, so it gets those it asks for
        # only.
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._lock = threading.Lock()
        self._interrupted = False
        self._all: list[Stage] = []
        self._idle: dict[tuple[tuple[str, str], ...], list[Stage]] = {(): [self._start({})]}

    def interpreter(self) -> Interpreter:
        return self._all[0].interpreter()

    @contextmanager
    def borrow(self, environment: Mapping[str, str]) -> Iterator[Stage]:
        """A stage that nobody else uses meanwhile, for a scenario with this ``environment``.

        What the interpreter itself reads at its start cannot be set later, so scenarios that differ in that have stages
        of their own.
        """
        early = {name: value for name, value in environment.items() if name.startswith("PYTHON")}
        key = tuple(sorted(early.items()))
        with self._lock:
            if self._interrupted:
                raise Interrupted("interrupted")
            idle = self._idle.setdefault(key, [])
            stage = idle.pop() if idle else self._start(early)
        yield stage
        with self._lock:
            self._idle[key].append(stage)

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
        stage = Stage(self._interpreter, {**self._environment, **environment})
        self._all.append(stage)
        return stage
