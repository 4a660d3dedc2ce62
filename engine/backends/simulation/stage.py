"""The engine's handle on a simulation: an interpreter of its own, so that a target which hangs or crashes takes nothing
else with it."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ... import stage
from ...errors import InternalError, InterpreterError
from ...stage import wire

_ENTRY = os.path.join(os.path.dirname(stage.__file__), "__main__.py")

SILENCE_S = 30.0
"""How long it may be silent: a run takes milliseconds, if its targets come to their next operation at all."""

_GRACE_S = 1.0
"""How much longer it is waited for: it looks by itself for who runs for so long, and knows who that is."""

_LOOK_MS = 50
"""How often who waits for it looks at something else."""

_START_S = 30.0
"""How long it may take to come up."""

_FAREWELL_S = 1.0
"""How long it may take to end by itself when the engine has hung up, before it is killed."""


class Lost(Exception):
    """A target has taken the process that simulates it with it, or does not let go of it."""


class SimulationStage:
    """One such interpreter, which has to be there in ``start_s`` and may then be silent for ``silence_s``, or a
    little longer; ``is_useful`` says whether it can be asked for something more.

    Raises InterpreterError where it cannot be started.
    """

    def __init__(
        self,
        interpreter: str | None = None,
        silence_s: float = SILENCE_S,
        start_s: float = _START_S,
        hash_seed: int = 0,
    ) -> None:
        self.silence_s = silence_s
        self._start_s = start_s
        self._socket, theirs = socket.socketpair()
        self._errors, errors = os.pipe()
        # Sets are iterated in the order of hashes, which is to be the same one in every run, and in every replay.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        try:
            self._process = subprocess.Popen(
                [interpreter or sys.executable, _ENTRY, "simulation", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**environment, "PYTHONHASHSEED": str(hash_seed)},
                start_new_session=True,
            )
        except OSError as error:
            self._socket.close()
            os.close(self._errors)
            raise InterpreterError(f'cannot start "{interpreter}": {error.strerror}') from error
        finally:
            theirs.close()
            os.close(errors)
        self._is_ready = False
        self.is_useful = True

    def send(self, message: dict[str, Any]) -> None:
        """Raises InternalError where it does not come up, or is gone."""
        if not self._is_ready:
            self._await_ready()
        try:
            wire.send(self._socket, message)
        except OSError:
            raise self._gone() from None

    def receive(self, look: Callable[[], object] = lambda: None) -> Mapping[str, Any]:
        """The next message; ``look`` is called now and then before it comes. Raises Lost where a target is why none
        comes, InternalError where none ever will."""
        try:
            message = self._next(self.silence_s + _GRACE_S, look)
        except TimeoutError:
            raise Lost(f"a target has run for {self.silence_s:g} s and come to no operation") from None
        if message["event"] == "crashed":
            raise Lost(f"a target has ended the interpreter that simulates it ({signal.Signals(message['by']).name})")
        return message

    def hang_up(self) -> None:
        """Have nothing more come from it: whoever waits for something, in another thread, hears so."""
        self.is_useful = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Return when it is gone, and the process in which it answers."""
        self._socket.close()
        try:
            self._process.wait(_FAREWELL_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._errors)

    def _await_ready(self) -> None:
        try:
            self._is_ready = self._next(self._start_s)["event"] == "ready"
        except TimeoutError:
            raise InternalError(f"the simulation has not come up in {self._start_s:g} s") from None

    def _next(self, patience_s: float, look: Callable[[], object] = lambda: None) -> Mapping[str, Any]:
        """Raises TimeoutError where nothing comes, and InternalError where nothing can come any more."""
        self._socket.settimeout(patience_s)
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        until_s = time.monotonic() + patience_s
        try:
            while not poll.poll(_LOOK_MS):
                look()
                if time.monotonic() >= until_s:
                    raise TimeoutError
            frame = wire.receive(self._socket)
        except TimeoutError:
            self.is_useful = False
            raise
        if frame is None:
            raise self._gone()
        return frame[0]

    def _gone(self) -> Exception:
        self.is_useful = False
        self._process.wait()
        os.set_blocking(self._errors, False)
        with suppress(BlockingIOError):
            words = os.read(self._errors, 1 << 16).decode(errors="replace").strip()
            if words:
                return InternalError(f"the simulation is gone: {words.splitlines()[-1]}")
        return InternalError(f"the simulation is gone: it ended with exit code {self._process.returncode}")
