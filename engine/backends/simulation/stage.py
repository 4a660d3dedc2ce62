"""The engine's handle on a simulation: an interpreter of its own, so that a target which hangs or crashes takes nothing
else with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ... import stage
from ...errors import InternalError, InterpreterError
from ...stage import wire

_ENTRY = os.path.join(os.path.dirname(stage.__file__), "__main__.py")

SILENCE_S = 30.0
"""How long it may be silent: a run takes milliseconds, if its targets come to their next operation at all."""


_FAREWELL_S = 1.0
"""How long it may take to end by itself when the engine has hung up, before it is killed."""


class Silent(Exception):
    """Nothing has come for too long."""


class Crashed(Exception):
    """A target has taken the process that simulated it with it."""


class SimulationStage:
    """One such interpreter; ``is_useful`` says whether it can be asked for something more.

    Raises InterpreterError where it cannot be started.
    """

    def __init__(self, interpreter: str | None = None) -> None:
        self._socket, theirs = socket.socketpair()
        self._errors, errors = os.pipe()
        # Sets are iterated in the order of hashes: the same one in every run, and in every replay.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        try:
            self._process = subprocess.Popen(
                [interpreter or sys.executable, _ENTRY, "simulation", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**environment, "PYTHONHASHSEED": "0"},
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
        if not self._is_ready:
            self._is_ready = self.receive()["event"] == "ready"
        try:
            wire.send(self._socket, message)
        except OSError:
            raise self._gone() from None

    def receive(self) -> Mapping[str, Any]:
        """The next message. Raises Silent where none comes, and InternalError where none can come any more."""
        self._socket.settimeout(SILENCE_S)
        try:
            frame = wire.receive(self._socket)
        except TimeoutError:
            self.is_useful = False
            raise Silent from None
        if frame is None:
            raise self._gone()
        if frame[0]["event"] == "crashed":
            raise Crashed(
                f"a target has ended the interpreter that simulates it ({signal.Signals(frame[0]['by']).name})"
            )
        return frame[0]

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

    def _gone(self) -> Exception:
        self.is_useful = False
        self._process.wait()
        os.set_blocking(self._errors, False)
        with suppress(BlockingIOError):
            words = os.read(self._errors, 1 << 16).decode(errors="replace").strip()
            if words:
                return InternalError(f"the simulation is gone: {words.splitlines()[-1]}")
        return InternalError(f"the simulation is gone: it ended with exit code {self._process.returncode}")
