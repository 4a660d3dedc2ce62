"""Watch one run from outside: collect what it says, keep its time, end it, tell how it ended."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ... import plain
from ...errors import InternalError
from ...plan import PARENT, Plan
from ...stage import descendants, wire
from ...trace import Ending, ProcessRun, Raised, Returned, Run, WaitingFor
from . import census, journals, stacks, standstill, waiting
from .stage import END_PATIENCE_S, Stage
from .standstill import Wait
from .streams import Allowance, Stream, merged
from .testimony import Testimony
from .waiting import Doing, Person

_CALLS = ("before", "after")
_CHUNK = 1 << 16

LOOK_INTERVAL_S = 0.1
"""How often it is looked whether the run can still move."""


def supervise(stage: Stage, plan: Plan, allowed: int = census.ALLOWED) -> Run:
    """Have ``stage`` carry out ``plan`` once; return when everything that it started is gone.

    ``allowed`` is how many processes there may be beyond those that the plan declares.
    """
    stage.interpreter()  # Once it is up, so that the time it took to start is not the run's.
    began_ns = time.monotonic_ns()
    control = stage.begin(plan)
    with control, selectors.DefaultSelector() as selector:
        return _Supervision(stage, plan, allowed, control, selector, began_ns).watch()


@dataclass
class _Witness:
    """What is known of one process so far; the parent is one too."""

    stdout: Stream = field(default_factory=Stream)
    stderr: Stream = field(default_factory=Stream)
    pid: int | None = None
    thread: int | None = None
    native: int | None = None
    semaphores: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    waiting_for: WaitingFor | None = None
    stack: tuple[str, ...] = ()
    exitcode: int | None = None
    returned: Returned | None = None
    raised: Raised | None = None
    started_ns: int | None = None
    ended_ns: int | None = None
    calls: dict[str, ProcessRun] = field(default_factory=dict)


class _Supervision:
    def __init__(
        self,
        stage: Stage,
        plan: Plan,
        allowed: int,
        control: socket.socket,
        selector: selectors.BaseSelector,
        began_ns: int,
    ) -> None:
        self._stage = stage
        self._plan = plan
        self._control_socket = control
        self._control = wire.Reader(control)
        self._nursery = wire.Reader(stage.socket)
        self._selector = selector
        self._selector.register(control, selectors.EVENT_READ, self._hear_parent)
        self._selector.register(stage.socket, selectors.EVENT_READ, self._hear_nursery)
        allowance = Allowance()
        self._parent = _witness(allowance)
        self._witnesses = {process.name: _witness(allowance) for process in plan.processes}
        self._open_fds: set[int] = set()
        self._began_ns = began_ns
        self._finished: Mapping[str, Any] | None = None
        self._ended_ns: int | None = None
        self._gone: Mapping[str, Any] | None = None
        self._stopped: tuple[Ending, str] | None = None
        self._watch = standstill.Watch(stage.pid, stage.run_folder, (os.getpid(), stage.pid))
        self._allowed = allowed
        self._census = census.Census(stage.pid, allowed + len(plan.processes))
        self._handles: list[Sequence[str]] = []
        self._journals: dict[str, int] = {}
        self._foreseen = {str(fault) for fault in plan.faults}
        self._struck: set[str] = set()

    def watch(self) -> Run:
        try:
            self._watch_until_gone()
            duration_ns = (self._ended_ns or time.monotonic_ns()) - self._began_ns
            self._drain()
            return self._run(duration_ns)
        finally:
            for fd in (*self._open_fds, *self._journals.values(), *self._control.unclaimed()):
                os.close(fd)
            self._stage.socket.setblocking(True)

    def _watch_until_gone(self) -> None:
        now_s = time.monotonic()
        deadline_s, look_s = now_s + self._plan.timeout_s, now_s + LOOK_INTERVAL_S
        while self._gone is None and self._ended_ns is None:
            now_s = time.monotonic()
            if now_s >= deadline_s:
                self._stop("timeout", self._watch.waits(), now_s)
                break
            if now_s >= look_s:
                look_s = now_s + LOOK_INTERVAL_S
                if self._census.is_exceeded():
                    self._stop_growing()
                    break
                if waits := self._watch.look(now_s):
                    self._stop("deadlock", waits, self._watch.since_s)
                    break
            if self._hear(min(look_s, deadline_s) - now_s):
                self._watch.forget()
        # Whether the parent has ended by itself or is made to: what is left has no part in the scenario's time.
        deadline_s = time.monotonic() + END_PATIENCE_S
        while self._gone is None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise InternalError(f"the run's processes are not gone {END_PATIENCE_S:g} s after they were killed")
            self._hear(left_s)

    def _hear(self, patience_s: float) -> bool:
        """Take in whatever is said; false if nothing was."""
        # In the order in which they became ready, where the system says so (epoll does).
        ready = self._selector.select(max(0.0, patience_s))
        for key, _ in ready:
            key.data()
        return bool(ready)

    def _stop(self, ending: Ending, waits: Sequence[Wait], since_s: float) -> None:
        """End the run, and note what everybody was doing."""
        self._stopped = ending, ""  # What comes from now on, came because we looked.
        people = self._what_everybody_does(waits, since_s)
        began = "deadlock" if ending == "deadlock" else f"still running after {self._plan.timeout_s:g} s"
        self._stopped = ending, f"{began}: {waiting.story(people)}"
        self._stage.end_run()

    def _stop_growing(self) -> None:
        """End a run that has become too many; whom it would take too long to ask what they were doing."""
        if self._stage.running_pid:
            with suppress(OSError):
                os.killpg(self._stage.running_pid, signal.SIGSTOP)  # At once, or there are the more for the nursery.
        declared = len(self._plan.processes)
        few = "1 process" if declared == 1 else f"{declared} processes"
        self._stopped = "process_limit", f"more than {self._allowed:,} processes beyond the {few} of the scenario"
        self._stage.end_run()

    def _what_everybody_does(self, waits: Sequence[Wait], since_s: float) -> dict[str, Doing]:
        """What each process of the scenario's is doing, by name, and the parent last; noted with each of them, too."""
        self._parent.pid = parent_pid = self._stage.running_pid or 0
        living = {name: witness for name, witness in self._witnesses.items() if witness.pid and not witness.ended_ns}
        known = {witness.pid for witness in living.values()} | {parent_pid, *self._watch.excused}
        family = [*descendants.below(self._stage.pid)]
        answers = stacks.ask(family, self._stage.run_folder)
        living |= {f"process {pid}": _Witness(pid=pid) for pid in sorted(answers.keys() - known)}
        sources = waiting.Sources(self._plan.file, self._plan.search_path)
        everybody = {**living, "the parent process": self._parent}
        threads = self._plan.run_as == "thread"
        if threads:
            self._parent.thread = next(reversed(answers.get(parent_pid, {})), 0)
        handles = waiting.Handles(
            parent_pid,
            self._handles,
            {
                name: Person(witness.pid or 0, witness.thread if threads else None, witness.semaphores)
                for name, witness in everybody.items()
            },
        )
        people = {}
        for name, witness in everybody.items():
            told = answers.get(witness.pid or 0, {})
            number = witness.thread if witness.thread in told else next(reversed(told), None)
            stack = told[number] if number is not None else ()
            wait = next((wait for wait in waits if wait.thread.tid == (witness.native or witness.pid)), None)
            people[name] = said = waiting.doing(stack, wait, handles, sources)
            witness.stack = tuple(map(str, waiting.without_ours(stack)))
            witness.waiting_for = waiting.waiting_for(said, since_s - self._began_ns / 1e9)
        return people

    def _drain(self) -> None:
        """Take what is left in the pipes; nobody writes there any more."""
        self._hear_parent()
        for key in list(self._selector.get_map().values()):
            if key.fd in self._open_fds:
                while key.fd in self._open_fds and key.data():
                    pass

    def _hear_nursery(self) -> None:
        try:
            for message, _ in self._nursery.frames():
                if message["event"] == "began":
                    self._stage.running_pid = message["pid"]
                elif message["event"] == "ended":
                    self._ended_ns = time.monotonic_ns()
                else:
                    self._stage.running_pid, self._gone = None, message
        except EOFError:
            raise self._stage.gone() from None

    def _hear_parent(self) -> None:
        try:
            for message, fds in self._control.frames():
                self._note(message, fds)
        except OSError as error:
            raise InternalError(f"out of file descriptors (ulimit -n): {error.strerror}") from error
        except (EOFError, KeyError, TypeError, ValueError, RecursionError):
            # Closed; or a thread of the scenario wrote to it, after which nothing that comes from there makes sense.
            if self._control_socket.fileno() in self._selector.get_map():
                self._selector.unregister(self._control_socket)

    def _note(self, message: Mapping[str, Any], fds: list[int]) -> None:
        event, at_ns = message["event"], message["at_ns"]
        if event == "finished" and self._stopped is None:
            self._finished = {name: plain.decode(value) for name, value in message["shared"].items()}
            return
        name = message.get("name")
        witness = self._parent if name is None else self._witnesses[name]
        if event == "process":
            stdout, stderr, channel, *journal = fds
            self._listen(witness, stdout, stderr, channel)
            if journal:
                self._journals[name or PARENT] = journal[0]
        elif event == "fault":
            self._note_fault(witness, message)
        elif event == "built":
            self._watch.excused.update(message["managers"])
            self._handles = waiting.decoded(message["handles"])
        elif event == "started":
            witness.pid, witness.started_ns = message["pid"], at_ns
        elif event == "refused":
            witness.raised = _raised(message)
        elif event == "ended" and self._stopped is None:  # Else it was we who ended it.
            witness.exitcode, witness.ended_ns = message["exitcode"], at_ns

    def _listen(self, witness: _Witness, stdout: int, stderr: int, channel: int) -> None:
        testimony = Testimony(witness.stdout, witness.stderr)

        def hear(data: bytes) -> None:
            for message in testimony.add(data):
                # A target can write to every descriptor of its process, and so lie; it can harm only its own report.
                with suppress(KeyError, TypeError, ValueError, AttributeError, RecursionError):
                    self._take_testimony(witness, message)

        for fd, take in ((stdout, witness.stdout.add), (stderr, witness.stderr.add), (channel, hear)):
            os.set_blocking(fd, False)
            self._open_fds.add(fd)
            self._selector.register(fd, selectors.EVENT_READ, lambda fd=fd, take=take: self._read(fd, take))

    def _read(self, fd: int, take: Any) -> bool:
        """Pass on what is there; false when there is nothing."""
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            take(data)
            return True
        self._selector.unregister(fd)
        self._open_fds.remove(fd)
        os.close(fd)
        return False

    def _take_testimony(self, witness: _Witness, message: Mapping[str, Any]) -> None:
        if message["event"] == "running":
            witness.thread, witness.native = message["thread"], message["native"]
            witness.started_ns = witness.started_ns or message["at_ns"]
        elif message["event"] == "fault":
            self._note_fault(witness, message)
        elif message["event"] == "semaphores":
            witness.semaphores = [(int(handle), int(at)) for handle, at in message["semaphores"]]
        elif message["event"] == "returned":
            witness.returned = Returned(plain.decode(message["value"]))
            if message["call"] in _CALLS:
                witness.calls[message["call"]] = ProcessRun(message["call"], returned=witness.returned)
        elif message["event"] == "raised":
            witness.raised = _raised(message)
            if message["call"] in _CALLS:
                witness.calls[message["call"]] = ProcessRun(message["call"], raised=witness.raised)

    def _note_fault(self, witness: _Witness, message: Mapping[str, Any]) -> None:
        if message["fault"] in self._foreseen and len(witness.faults) < len(self._plan.faults):
            self._struck.add(message["fault"])
            witness.faults.append(f"{message['fault']}{message['where']}")

    def _run(self, duration_ns: int) -> Run:
        assert self._gone is not None
        parent, everybody = self._parent, (self._parent, *self._witnesses.values())
        parent.exitcode = self._gone["exitcode"]
        ending, why = self._ending()
        trace, events_cut = journals.events(self._journals, self._began_ns)
        return Run(
            ending=ending,
            why=why,
            duration_s=duration_ns / 1e9,
            stdout=merged(witness.stdout for witness in everybody),
            stderr=merged(witness.stderr for witness in everybody),
            parent=self._process_run("parent", parent),
            calls={name: parent.calls.get(name, ProcessRun(name)) for name in _CALLS},
            processes={name: self._process_run(name, witness) for name, witness in self._witnesses.items()},
            shared=self._finished or {},
            leaks=self._leaks(),
            unstruck=tuple(
                str(fault)
                for fault in self._plan.faults
                if str(fault) not in self._struck and not fault.is_anywhere  # Another run may well be shorter.
            ),
            trace=trace,
            events_cut=events_cut,
        )

    def _ending(self) -> tuple[Ending, str | None]:
        if self._stopped is not None:
            return self._stopped
        if self._finished is None:
            assert self._gone is not None
            return "parent_died", f"the parent process died before its work was done: {_how(self._gone['exitcode'])}"
        return "completed", None

    def _process_run(self, name: str, witness: _Witness) -> ProcessRun:
        return ProcessRun(
            name=name,
            exitcode=witness.exitcode,
            stdout=witness.stdout.text(),
            stderr=witness.stderr.text(),
            returned=witness.returned,
            raised=witness.raised,
            started_s=self._since_start(witness.started_ns),
            ended_s=self._since_start(witness.ended_ns),
            cut={"stdout": witness.stdout.cut, "stderr": witness.stderr.cut},
            waiting_for=witness.waiting_for,
            stack=witness.stack,
            faults=tuple(witness.faults),
        )

    def _since_start(self, at_ns: int | None) -> float | None:
        return None if at_ns is None else (at_ns - self._began_ns) / 1e9

    def _leaks(self) -> tuple[str, ...]:
        assert self._gone is not None
        names = {witness.pid: name for name, witness in self._witnesses.items()}
        strays = [f"process {names.get(int(pid), pid)}: {command}" for pid, command in self._gone["strays"].items()]
        return (*strays, *self._gone["forgotten"])


def _witness(allowance: Allowance) -> _Witness:
    return _Witness(Stream(allowance), Stream(allowance))


def _raised(message: Mapping[str, Any]) -> Raised:
    return Raised(message["type"], tuple(message["types"]), message["message"], message["where"])


def _how(exitcode: int) -> str:
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return f"killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"killed by signal {-exitcode}"
