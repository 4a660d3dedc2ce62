"""Keep a warm interpreter, and fork a fresh parent process from it for every run.

The nursery never runs the scenario's code. It is the ancestor of all that does, so it can tell how the parent died, and
that nothing of the run is left. It ends with the engine, and not before: when the supervisor's end of the socket
closes, everything goes.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import select
import shutil
import signal
import socket
import sys
from collections.abc import Mapping

# Warmed here once, these cost a run nothing.
from multiprocessing import connection, popen_fork, queues, synchronize  # noqa: F401
from typing import Any

from ..modules import find_spec
from ..plan import Plan
from . import abandoned, blocks, descendants, guardian, wire
from .parent import play

_ORDINARY: dict[signal.Signals, Any] = {
    signal.SIGCHLD: signal.SIG_DFL,
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
"""What a script's process would do with the signals that the nursery handles otherwise."""


def main() -> None:
    """Serve the supervisor at the other end of the descriptor that the command line names, until it hangs up."""
    # Python puts the folder of this file there, and a script of the user's would not have it.
    sys.path[:] = [folder for folder in sys.path if folder != os.path.dirname(__file__)]
    if len(sys.argv) > 2:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]), hard))
    folder = abandoned.new_folder()
    guardian.stand_guard(int(sys.argv[1]), folder)
    home, claim = os.getpid(), abandoned.claim(folder)
    supervisor = socket.socket(fileno=int(sys.argv[1]))
    try:
        wire.send(supervisor, {"event": "ready", "pid": home, "folder": folder, **facts()})
        descendants.adopt_orphans()
        abandoned.tidy_up(folder)
        # A run's interpreter tidies up at its end all that it has, unless it is told that this was there before.
        gc.collect()
        gc.freeze()
        _serve(supervisor, Nursery(supervisor, folder, claim))
    finally:
        if os.getpid() == home:  # And not a parent process that was forked here and leaves by the same door.
            shutil.rmtree(folder, ignore_errors=True)
    # There is nothing left to tidy up. The engine is waiting for this end of the socket to close, and nothing is to
    # come after that.
    os._exit(0)


def _serve(supervisor: socket.socket, nursery: Nursery) -> None:
    while (frame := wire.receive(supervisor)) is not None:
        request, fds = frame
        if "modules" in request:
            wire.send(supervisor, {"missing": missing_modules(request["modules"], request["search_path"])})
        # What asks for the end of a run may come when the run has ended by itself.
        elif "plan" in request and not nursery.run(request, fds[0]):
            return


def facts() -> dict[str, Any]:
    """What the engine must know of this interpreter in order to plan."""
    return {
        "version": sys.version.split()[0].rstrip("+"),
        "platform": sys.platform,
        "executable": sys.executable,
        "start_methods": multiprocessing.get_all_start_methods(),
    }


def missing_modules(names: list[str], search_path: list[str]) -> list[str]:
    """Those of ``names`` that cannot be imported; none of their code is executed to find out."""
    return [name for name in names if find_spec(name, [*search_path, *sys.path]) is None]


class Nursery:
    """Runs one plan at a time in a process of its own."""

    def __init__(self, supervisor: socket.socket, folder: str, claim: int) -> None:
        self._supervisor = supervisor
        self._folder = folder
        self._claim = claim
        # A child's end wakes the loop, whichever child it is: there is no descriptor to wait on for an orphan.
        self._woken, waking = socket.socketpair()
        for end in (self._woken, waking):
            end.setblocking(False)
        self._waking = waking
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)

    def run(self, request: Mapping[str, Any], control_fd: int) -> bool:
        """Carry out one request; false when the supervisor has gone away."""
        folder = os.path.join(self._folder, str(request["number"]))  # Short: sockets in it have little room for a path.
        os.mkdir(folder, 0o700)
        parent = os.fork()
        if parent == 0:
            self._become_parent(request, control_fd, folder)
        os.close(control_fd)
        status, supervised = None, self._tell({"event": "began", "pid": parent})
        if supervised:
            status, supervised = self._await_end(parent)
        strays: dict[int, str] = {}
        if status is not None:
            self._tell({"event": "ended"})
            strays = descendants.await_strays()
        descendants.end_all(parent)
        gone = {
            "event": "gone",
            "exitcode": None if status is None else os.waitstatus_to_exitcode(status),
            "strays": strays,
            "forgotten": blocks.remove_left(folder),
        }
        shutil.rmtree(folder, ignore_errors=True)
        return supervised and self._tell(gone)

    def _tell(self, message: dict[str, Any]) -> bool:
        """Tell the supervisor; false when it is not there any more."""
        try:
            wire.send(self._supervisor, message)
        except OSError:
            return False
        return True

    def _become_parent(self, request: Mapping[str, Any], control_fd: int, folder: str) -> None:
        """In the forked process: leave by the interpreter's own door, so that what runs at exit runs."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number, handler in _ORDINARY.items():
            signal.signal(number, handler)
        for end in (self._supervisor, self._woken, self._waking):
            end.close()
        os.close(self._claim)
        sys.exit(play(Plan.from_json(request["plan"]), socket.socket(fileno=control_fd), folder))

    def _await_end(self, parent: int) -> tuple[int | None, bool]:
        """Wait until the parent process has ended, or is to be ended.

        Returns its wait status (``None`` if it was not waited for) and whether the supervisor is still there.
        """
        while True:
            if (status := descendants.reap().get(parent)) is not None:
                return status, True
            readable, _, _ = select.select([self._supervisor, self._woken], [], [])
            if self._supervisor in readable:
                frame = wire.receive(self._supervisor)
                if frame and "hold" in frame[0]:  # Then whoever ends now is being looked at.
                    frame = wire.receive(self._supervisor)
                return None, frame is not None
            self._woken.recv(4096)
