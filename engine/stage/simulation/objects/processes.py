"""``multiprocessing.Process`` as targets get it in simulation, and what a process does with its children as it ends.

The checks, in their order and words, are those of CPython, Lib/multiprocessing/process.py, the same from 3.10 to 3.13.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import context, spawn
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Protocol, TypeVar, cast

from ....models.model import Operation
from .. import deaths, output
from ..here import here, number, outside, perform
from ..process import Process as Current
from ..process import pid_of
from ..refusal import NotSimulated
from ..system import KERNEL, PAUSE, SIGNALS
from ..world import DEATHS, KILLS, LOANS
from .genuine_words import name_as_genuine
from .sentinel import Sentinel
from .shared import POLLS_S, seconds


class Life(Protocol):
    """What starts processes. ``child_key`` is what the child is in every run; its number comes back.

    The target and its arguments are copied for the child before that, as the start method has it: the ``Process``
    object itself is among them, and what a child writes on its own is never seen by the one that started it.
    """

    def start_process(
        self,
        child_key: object,
        name: str,
        started: Any,
        daemon: bool,
        starter: Current,
    ) -> int: ...

    def note_pid(self, caller: FrameType) -> None: ...

    @property
    def has_children_of_its_own(self) -> bool: ...

    def handle(self, process: Current) -> Any: ...


class AuthenticationString(bytes):
    """A key that no message may carry."""

    def __reduce__(self) -> Any:
        if not here.world.is_starting_a_process:
            raise TypeError("Pickling an AuthenticationString object is disallowed for security reasons")
        return AuthenticationString, (bytes(self),)


_AUTHKEY = AuthenticationString(bytes(32))


class _Simulated(BaseProcess):
    """``_child`` is the number of the process, once it is started; ``_code`` its exit code, once that is known.

    A process has its own copy of the object that it was started by: of that it is no parent, and it is no child, but
    the current process.
    """

    _child: int | None
    _parent: int | None

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
        self._identity = (*_known(current.identity), current.made)
        self._config = {"authkey": _AUTHKEY, **current.config}
        self._parent = current.number
        self._parent_name = called(current)
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

    def __getattr__(self, name: str) -> Any:
        if name == "_identity" and self._parent is not None:
            _known(None)
        return object.__getattribute__(self, name)

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
        if not current.has_begun:
            spawn._check_not_importing_main()  # type: ignore[attr-defined]
        # Whether `run` is the class's own or its target's: what is copied for the child is the object, as in reality.
        self._child = life.start_process(self._key(current), self._name, self, self.daemon, current)
        self._sentinel = Sentinel(self._child)
        del self._target, self._args, self._kwargs
        current.children.append(self)
        if here.world.lent and LOANS in here.world.exact:
            perform(SIGNALS, PAUSE)  # The child may be as far as to unpickle before its starter does anything more.

    def _key(self, current: Current) -> object:
        is_made_late = len(self._identity) > len(_known(current.identity))
        return current.key, self._identity[-1] if is_made_late else self._identity  # Before it had begun.

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def join(self, timeout: float | None = None) -> None:
        self._check_closed()
        assert self._parent == number(), "can only join a child process"
        assert self._child is not None, "can only join a started process"
        if self._code is None:
            patience_s = seconds(timeout, POLLS_S)
            if timeout is not None:
                here.world.looked_into.add(DEATHS)
            if perform(KERNEL, Operation("join", (self._child, timeout == 0), patience_s, patience_s == 0)):
                self._reap()

    def is_alive(self) -> bool:
        self._check_closed()
        if self._is_current():
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
        if self._is_current():
            here.world.life.note_pid(sys._getframe(1))
            return pid_of(number())
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
        if here.strand is not None:
            here.world.life.note_pid(sys._getframe(1))
        status, code = self._status()
        parts = [f"{type(self).__name__} name={self._name!r}"]
        if self._child is not None:
            parts.append(f"pid={pid_of(self._child)}")
        parts += [f"parent={None if self._parent is None else pid_of(self._parent)}", status]
        if code is not None:
            parts.append(f"exitcode={_EXIT_CODES.get(code, code)}")
        return f"<{' '.join(parts)}{' daemon' * self.daemon}>"

    def _status(self) -> tuple[str, int | None]:
        """What its ``repr`` says of it, and its exit code."""
        if self._is_current():
            return "started", None
        if self._closed:
            return "closed", None
        if self._parent != number():
            return "unknown", None
        if self._child is None:
            return "initial", None
        # Who tells of a run that is over asks nobody.
        code = self._poll() if here.strand is not None else self._code
        return "started" if code is None else "stopped", code

    def _is_current(self) -> bool:
        return here.strand is not None and here.strand.process.handle is self

    def _check_closed(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")

    def _poll(self) -> int | None:
        """The exit code. Once known, it is not asked for again: nobody comes back to life."""
        if self._code is None:
            here.world.looked_into.add(DEATHS)
            self._reap()
        return self._code

    def _reap(self) -> None:
        self._code = perform(KERNEL, Operation("exitcode", (self._child,)))
        if self._code is not None and self in (children := _current().children):
            children.remove(self)

    def _send(self, signum: signal.Signals) -> None:
        self._check_closed()
        if self._child is None:
            raise AttributeError(f"'NoneType' object has no attribute '{_METHODS[signum]}'")
        if self._code is None:
            here.world.looked_into |= {KILLS, DEATHS}
            perform(KERNEL, deaths.kill(here.world, self._child, -signum, is_closed=False))


name_as_genuine(_Simulated)

_EXIT_CODES = {-number: f"-{name}" for name, number in vars(signal).items() if name[:3] == "SIG" and "_" not in name}
_METHODS = {signal.SIGTERM: "terminate", signal.SIGKILL: "kill"}


class Process(_Simulated, context.Process):
    """What ``multiprocessing.Process`` is."""


class ForkProcess(_Simulated, context.ForkProcess):
    _start_method = "fork"


class SpawnProcess(_Simulated, context.SpawnProcess):
    _start_method = "spawn"


class ForkServerProcess(_Simulated, context.ForkServerProcess):
    _start_method = "forkserver"


class _MainProcess(_Simulated):
    """What the scenario's parent is to itself, and a process that has not begun."""

    _inheriting: bool

    def close(self) -> None:
        """Is for children."""


class ForkChild(_Simulated, context.ForkProcess):
    _start_method = "fork"


class SpawnChild(_Simulated, context.SpawnProcess):
    _start_method = "spawn"


class ForkServerChild(_Simulated, context.ForkServerProcess):
    _start_method = "forkserver"


_PLANNED: dict[str, type[_Simulated]] = {"fork": ForkChild, "spawn": SpawnChild, "forkserver": ForkServerChild}
"""What a real run has the scenario's own processes be, by their start method."""


class _ParentProcess(_Simulated):
    """The process that has started the current one. It tells no more of that than its name and id."""

    _number: int

    @property
    def ident(self) -> int:
        here.world.life.note_pid(sys._getframe(1))
        return pid_of(self._number)

    pid = ident

    def is_alive(self) -> bool:
        raise NotSimulated("parent_process().is_alive")

    def join(self, timeout: float | None = None) -> None:
        raise NotSimulated("parent_process().join")

    @property
    def sentinel(self) -> int:
        raise NotSimulated("parent_process().sentinel")


_Some = TypeVar("_Some", bound=_Simulated)


def handle(process: Current, start_method: str) -> BaseProcess:
    """What one of the scenario's own processes is to itself, or its parent."""
    if process.parent is None:
        return _unstarted(_MainProcess, process, "MainProcess", None)
    if not process.has_begun:
        main = _unstarted(_MainProcess, process, process.name, None)
        main._inheriting = True
        return main
    return _unstarted(_PLANNED[start_method], process, process.name, process.parent.number)


def parent_handle(process: Current) -> BaseProcess:
    """What the parent of ``process`` is to it."""
    parent = process.parent
    assert parent is not None
    own = process.handle
    made = _unstarted(_ParentProcess, parent, getattr(own, "_parent_name", None) or called(parent), None)
    made._config, made._identity, made._number = {}, (), parent.number
    return made


def _unstarted(kind: type[_Some], process: Current, name: str, parent: int | None) -> _Some:
    made = object.__new__(kind)
    process.config.setdefault("authkey", _AUTHKEY)
    made._config = process.config
    if process.identity is not None:
        made._identity = process.identity
    made._name, made._parent = name, parent
    made._child, made._code, made._closed = None, None, False
    made._target, made._args, made._kwargs = None, (), {}
    return made


def _known(identity: tuple[int, ...] | None) -> tuple[int, ...]:
    if identity is None:
        raise NotSimulated("the number of a process that starts later, as another one does")
    return identity


def called(process: Current) -> str:
    """The name of ``process``, which it may have changed."""
    if process.handle is not None:
        name: str = process.handle.name
        return name
    return "MainProcess" if process.parent is None else process.name


def active_children() -> list[BaseProcess]:
    """Those children of the running process that have not ended, as ``multiprocessing.active_children``."""
    if _current().parent is None and here.world.life.has_children_of_its_own:
        raise NotSimulated("active_children of the scenario's parent")
    # No loop with an iterator: nobody can see how far one has come, so who asks again and again would not seem to poll.
    living, others = list[BaseProcess](), [*_current().children]
    while others:
        child = others.pop(0)
        if child._poll() is None:
            living.append(child)
    return living


def end_children() -> None:
    """What a process does with its children before it ends: it stops the daemons, and waits for all (util.py,
    ``_exit_function``)."""
    current = _current()
    for loan in current.loans:
        loan.let_go()
    children = tuple(current.children)
    daemons = [child for child in children if child.daemon and child._code is None]
    for child in daemons:
        # Of a single one, whose end it waits for, nobody can tell when between these two moments that has come.
        here.world.looked_into |= {KILLS} if len(daemons) == 1 else {KILLS, DEATHS}
        perform(KERNEL, deaths.kill(here.world, child._child, -signal.SIGTERM, is_closed=False))
    numbers = tuple(child._child for child in children if child._code is None)
    if numbers:
        perform(KERNEL, Operation("await", numbers))


def _current() -> Current:
    if here.strand is None:
        raise outside()
    return here.strand.process
