"""``multiprocessing.Process`` as targets get it in simulation, and what a process does with its children as it ends.

The checks, in their order and words, are those of CPython, Lib/multiprocessing/process.py, the same from 3.10 to 3.13.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import context
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, cast

from ....models.model import Operation
from .. import output
from ..here import here, number, outside, perform
from ..process import Process as Current
from ..process import pid_of
from ..system import KERNEL
from ..world import KILLS
from .sentinel import Sentinel


class Life(Protocol):
    """What starts processes. ``child_key`` is what the child is in every run; its number comes back.

    The target and its arguments are copied for the child before that, as the start method has it: the ``Process``
    object itself is among them, and what a child writes on its own is never seen by the one that started it.
    """

    def start_process(
        self,
        child_key: object,
        name: str,
        target: Callable[..., object] | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        daemon: bool,
        starter: Current,
    ) -> int: ...


class AuthenticationString(bytes):
    """A key that no message may carry."""

    def __reduce__(self) -> Any:
        if not here.world.is_starting_a_process:
            raise TypeError("Pickling an AuthenticationString object is disallowed for security reasons")
        return AuthenticationString, (bytes(self),)


_AUTHKEY = AuthenticationString(bytes(32))


class _Simulated(BaseProcess):
    """``_child`` is the number of the process, once it is started; ``_code`` its exit code, once that is known."""

    _child: int | None

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] = {},
        *,
        daemon: bool | None = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        current = _current()
        current.made += 1
        self._identity = (*current.identity, current.made)
        self._config = {"authkey": _AUTHKEY, **current.config}
        self._parent = current.number
        self._parent_name = current.name
        self._child = None
        self._code: int | None = None
        self._closed = False
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs)
        self._name = name or type(self).__name__ + "-" + ":".join(str(one) for one in self._identity)
        if daemon is not None:
            self.daemon = daemon

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return self is other

    def run(self) -> None:
        if self._target:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        self._check_closed()
        current = _current()
        assert self._child is None, "cannot start a process twice"
        assert self._parent == current.number, "can only start a process object created by current process"
        assert not current.config.get("daemon"), "daemonic processes are not allowed to have children"
        life = cast(Life, here.world.life)
        output.flush(current)
        # Whether `run` is the class's own or its target's: what is copied for the child is the object, as in reality.
        self._child = life.start_process(
            (current.key, self._identity[-1]), self._name, type(self).run, (self,), {}, self.daemon, current
        )
        self._sentinel = Sentinel(self._child)
        del self._target, self._args, self._kwargs
        current.children.append(self)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def join(self, timeout: float | None = None) -> None:
        self._check_closed()
        assert self._parent == number(), "can only join a child process"
        assert self._child is not None, "can only join a started process"
        if self._code is None:
            patience_s = None if timeout is None else max(0.0, timeout)
            if perform(KERNEL, Operation("join", (self._child,), patience_s, patience_s == 0)):
                self._poll()

    def is_alive(self) -> bool:
        self._check_closed()
        if self._child == number():
            return True
        assert self._parent == number(), "can only test a child process"
        return self._child is not None and self._poll() is None

    def close(self) -> None:
        if self._child is not None:
            if self._poll() is None:
                raise ValueError(
                    "Cannot close a process while it is still running. You should first call join() or terminate()."
                )
            self._child = None
            del self._sentinel
        self._closed = True

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        assert isinstance(name, str), "name must be a string"
        self._name = name

    @property
    def daemon(self) -> bool:
        is_daemon: bool = self._config.get("daemon", False)
        return is_daemon

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        assert self._child is None, "process has already started"
        self._config["daemon"] = daemonic

    @property
    def authkey(self) -> bytes:
        key: bytes = self._config["authkey"]
        return key

    @authkey.setter
    def authkey(self, authkey: bytes) -> None:
        self._config["authkey"] = AuthenticationString(authkey)

    @property
    def exitcode(self) -> int | None:
        self._check_closed()
        return None if self._child is None else self._poll()

    @property
    def ident(self) -> int | None:
        self._check_closed()
        return None if self._child is None else pid_of(self._child)

    pid = ident

    @property
    def sentinel(self) -> int:
        self._check_closed()
        try:
            return self._sentinel
        except AttributeError:
            raise ValueError("process not started") from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name!r} parent={pid_of(self._parent)}>"

    def _check_closed(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")

    def _poll(self) -> int | None:
        """The exit code. Once known, it is not asked for again: nobody comes back to life."""
        if self._code is None:
            self._code = perform(KERNEL, Operation("exitcode", (self._child,)))
            if self._code is not None and self in (children := _current().children):
                children.remove(self)
        return self._code

    def _send(self, signum: signal.Signals) -> None:
        self._check_closed()
        if self._child is None:
            raise AttributeError(f"'NoneType' object has no attribute '{_METHODS[signum]}'")
        if self._code is None:
            here.world.looked_into.add(KILLS)
            perform(KERNEL, Operation("kill", (self._child, -signum)))


_METHODS = {signal.SIGTERM: "terminate", signal.SIGKILL: "kill"}


class Process(_Simulated, context.Process):
    """What ``multiprocessing.Process`` is."""


class ForkProcess(_Simulated, context.ForkProcess):
    _start_method = "fork"


class SpawnProcess(_Simulated, context.SpawnProcess):
    _start_method = "spawn"


class ForkServerProcess(_Simulated, context.ForkServerProcess):
    _start_method = "forkserver"


class Handle:
    """A process as ``multiprocessing`` shows it to who did not start it."""

    def __init__(self, process: Current) -> None:
        self.name = "MainProcess" if process.parent is None else process.name
        self.daemon = process.daemon
        self.authkey = b""
        self.exitcode = None
        self._pid = process.pid

    @property
    def pid(self) -> int:
        here.world.life.note_pid(sys._getframe(1))
        return self._pid

    ident = pid


def active_children() -> list[BaseProcess]:
    """Those children of the running process that have not ended, as ``multiprocessing.active_children``."""
    return [child for child in tuple(_current().children) if child._poll() is None]


def end_children() -> None:
    """What a process does with its children before it ends: it stops the daemons, and waits for all (util.py,
    ``_exit_function``)."""
    children = tuple(_current().children)
    for child in children:
        if child.daemon and child._code is None:
            here.world.looked_into.add(KILLS)
            perform(KERNEL, Operation("kill", (child._child, -signal.SIGTERM)))
    numbers = tuple(child._child for child in children if child._code is None)
    if numbers:
        perform(KERNEL, Operation("await", numbers))


def _current() -> Current:
    if here.strand is None:
        raise outside()
    return here.strand.process
