"""The supervisor's handle on a stage: a fresh interpreter that carries out plans, started early and kept warm."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ... import stage
from ...errors import InternalError, InterpreterError, Interrupted
from ...plan import Interpreter, Plan
from ...stage import wire

START_PATIENCE_S = 30.0
ANSWER_PATIENCE_S = 60.0
END_PATIENCE_S = 60.0

_ENTRY = os.path.join(os.path.dirname(stage.__file__), "__main__.py")


class Stage:
    """Starts at once, and is asked for nothing until it is needed.

    ``descriptors`` is how many of them each of its processes may have, if not as many as this one.

    Raises InterpreterError, at the first use, if ``interpreter`` turns out not to be one.
    """

    def __init__(self, interpreter: str, environment: Mapping[str, str], descriptors: int | None = None) -> None:
        self._name = interpreter
        self._closing = False
        self._runs = 0
        self._interpreter: Interpreter | None = None
        self._folder: str | None = None
        self._nursery: int | None = None
        self.running_pid: int | None = None
        """The parent process of the current run, which leads a process group of its own."""
        self.socket, theirs = socket.socketpair()
        self._errors, errors = os.pipe()
        try:
            self._process = subprocess.Popen(
                [interpreter, _ENTRY, str(theirs.fileno()), *([str(descriptors)] if descriptors else [])],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for the engine, which then ends its stages in good order.
            )
        except OSError as error:
            self.socket.close()
            os.close(self._errors)
            raise InterpreterError(f'cannot start "{interpreter}": {error.strerror}') from error
        finally:
            theirs.close()
            os.close(errors)

    @property
    def pid(self) -> int:
        """The nursery, below which every process of a run is."""
        assert self._nursery is not None
        return self._nursery

    @property
    def run_folder(self) -> str:
        """The folder of the run that was begun last."""
        assert self._folder is not None
        return os.path.join(self._folder, str(self._runs))

    def interpreter(self) -> Interpreter:
        """Who runs there, known once it is up."""
        if self._interpreter is None:
            ready = self._answer(START_PATIENCE_S)
            self._nursery, self._folder = ready["pid"], ready["folder"]
            self._interpreter = Interpreter(
                ready["version"], ready["platform"], ready["executable"], tuple(ready["start_methods"])
            )
        return self._interpreter

    def missing_modules(self, names: Sequence[str], search_path: Sequence[str]) -> list[str]:
        self.interpreter()
        self._send({"modules": list(names), "search_path": list(search_path)})
        missing: list[str] = self._answer(ANSWER_PATIENCE_S)["missing"]
        return missing

    def begin(self, plan: Plan) -> socket.socket:
        """Start a run, and return the line on which its parent process will tell of it."""
        self.interpreter()
        self._runs += 1
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._send({"plan": plan.to_json(), "number": self._runs}, theirs.fileno())
        except BaseException:
            ours.close()
            raise
        return ours

    def hold_run(self) -> None:
        """Ask that from now on nothing be made of what becomes of the current run's processes."""
        self._send({"hold": True})

    def end_run(self) -> None:
        """Ask that all of the current run's processes be ended."""
        self._send({"end": True})

    def interrupt(self) -> None:
        """Hang up, from any thread: the nursery ends whatever runs and goes; who waits for it learns so by EOFError."""
        self._closing = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Return when the stage and all that it started is gone."""
        self.interrupt()
        try:
            self._await_hang_up()
            self._process.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._kill()
        self.socket.close()
        os.close(self._errors)

    def _await_hang_up(self) -> None:
        """Wait for the other end to close, which a process cannot do later than it ends, and which needs no polling."""
        self.socket.settimeout(END_PATIENCE_S)
        with suppress(OSError):
            while self.socket.recv(1 << 16):
                pass

    def gone(self) -> Exception:
        """The error to raise when the line has closed: the user's wish, or the nursery's death and its last words."""
        if self._closing:
            return Interrupted("interrupted")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_PATIENCE_S)
        os.set_blocking(self._errors, False)
        try:
            words = os.read(self._errors, 1 << 16).decode(errors="replace").strip()
        except BlockingIOError:
            words = ""
        last = words.splitlines()[-1] if words else f"it ended with exit code {self._process.returncode}"
        if self._interpreter is None:
            return InterpreterError(f'"{self._name}" cannot run scenarios: {last}')
        return InternalError(f"the stage is gone: {words or last}")

    def _kill(self) -> None:
        """End a nursery that does not answer, whose guardian then tidies up; and both, if not even that helps."""
        try:
            if self._nursery:
                os.kill(self._nursery, signal.SIGKILL)
            self._process.wait(END_PATIENCE_S if self._nursery else 0)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _send(self, message: dict[str, Any], *fds: int) -> None:
        try:
            wire.send(self.socket, message, fds)
        except OSError:
            raise self.gone() from None

    def _answer(self, patience_s: float) -> dict[str, Any]:
        self.socket.settimeout(patience_s)
        try:
            frame = wire.receive(self.socket)
        except TimeoutError:
            self._kill()
            silence = f'"{self._name}" has not answered for {patience_s:g} s'
            raise (InternalError(silence) if self._interpreter else InterpreterError(silence)) from None
        finally:
            self.socket.settimeout(None)
        if frame is None:
            raise self.gone()
        return frame[0]
