"""Watch one run from outside: collect what it says, keep its time, end it, tell how it ended."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ... import plain
from ...errors import InternalError
from ...plan import PARENT, Plan
from ...stage import wire
from ...trace import Ending, Event, ProcessRun, Run, Strayed
from . import census, journals, standstill, waiting
from .calls import Wait
from .conductor import Conductor
from .ear import Ear
from .inquiry import Inquiry, Person
from .partners import PARENT_PROCESS
from .stage import END_PATIENCE_S, Stage
from .streams import Allowance, Stream, merged
from .testimony import Testimony
from .witness import CALLS, Witness, raised

LOOK_INTERVAL_S = 0.1
"""How often it is looked whether the run can still move."""


def supervise(stage: Stage, plan: Plan, allowed: int = census.ALLOWED) -> Run:
    """Have ``stage`` carry out ``plan`` once; return when everything that it started is gone.

    ``allowed`` is how many processes there may be beyond those that the plan declares.
    """
    stage.interpreter()  # Once it is up, so that the time it took to start is not the run's.
    began_ns = time.monotonic_ns()
    control = stage.begin(plan)
    with control, Ear() as ear:
        return _Supervision(stage, plan, allowed, control, ear, began_ns).watch()


class _Supervision:
    def __init__(self, stage: Stage, plan: Plan, allowed: int, control: socket.socket, ear: Ear, began_ns: int) -> None:
        self._stage = stage
        self._plan = plan
        self._control_socket = control
        self._control = wire.Reader(control)
        self._nursery = wire.Reader(stage.socket)
        self._ear = ear
        self._ear.attend(control, self._hear_parent)
        self._ear.attend(stage.socket, self._hear_nursery)
        allowance, foreseen = Allowance(), tuple(map(str, plan.faults))
        self._parent = Witness(Stream(allowance), Stream(allowance))
        self._witnesses = {
            process.name: Witness(Stream(allowance), Stream(allowance), foreseen) for process in plan.processes
        }
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
        self._strangers: dict[str, Witness] = {}
        self._conductor = None if plan.score is None else Conductor(plan.score)

    def watch(self) -> Run:
        try:
            self._watch_until_gone()
            duration_ns = (self._ended_ns or time.monotonic_ns()) - self._began_ns
            self._hear_parent()
            self._ear.drain()
            return self._run(duration_ns)
        finally:
            for fd in (*self._journals.values(), *self._control.unclaimed()):
                os.close(fd)
            self._stage.socket.setblocking(True)

    def _watch_until_gone(self) -> None:
        now_s = time.monotonic()
        deadline_s, look_s = now_s + self._plan.timeout_s, now_s + LOOK_INTERVAL_S
        while self._gone is None and self._ended_ns is None:
            now_s = time.monotonic()
            if now_s >= deadline_s or self._has_strayed(now_s):
                self._stop("timeout", self._watch.waits(now_s), now_s)
                break
            if now_s >= look_s:
                look_s = now_s + LOOK_INTERVAL_S
                if self._census.is_exceeded():
                    self._stop_growing()
                    break
                if waits := self._watch.look(now_s):
                    self._stop("deadlock", waits, self._watch.since_s)
                    break
            if self._ear.hear(min(look_s, deadline_s) - now_s):
                self._watch.forget()
        # Whether the parent has ended by itself or is made to: what is left has no part in the scenario's time.
        deadline_s = time.monotonic() + END_PATIENCE_S
        while self._gone is None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise InternalError(f"the run's processes are not gone {END_PATIENCE_S:g} s after they were killed")
            self._ear.hear(left_s)

    def _has_strayed(self, now_s: float) -> bool:
        if self._conductor is None:
            return False
        self._conductor.look(now_s, [name for name, witness in self._witnesses.items() if witness.thread])
        return self._conductor.strayed is not None

    def _stop(self, ending: Ending, waits: Sequence[Wait], now_s: float) -> None:
        """End the run, and note what everybody was doing."""
        self._stopped = ending, ""  # What comes from now on, came because we looked.
        self._stage.hold_run()
        parent_pid = self._stage.running_pid or 0
        over = [name for name, witness in self._witnesses.items() if witness.is_over]
        living = {
            name: Person(witness.pid, witness.thread, witness.native, witness.semaphores)
            for name, witness in self._witnesses.items()
            if witness.pid and not witness.ended_ns
        }
        inquiry = Inquiry(self._plan, self._stage.pid, self._stage.run_folder, self._handles, over)
        people = inquiry.what_everybody_does(living, parent_pid, waits, self._watch)
        for name, doing in people.items():
            witness = self._parent if name == PARENT_PROCESS else self._witnesses.get(name) or self._stranger(name)
            since_s = now_s if doing.since_s is None else min(doing.since_s, now_s)
            witness.doing = doing._replace(since_s=since_s - self._began_ns / 1e9)
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

    def _stranger(self, name: str) -> Witness:
        return self._strangers.setdefault(name, Witness())

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
            self._ear.ignore(self._control_socket)

    def _note(self, message: Mapping[str, Any], fds: list[int]) -> None:
        event, at_ns = message["event"], message["at_ns"]
        if event == "finished" and self._stopped is None:
            self._finished = {name: plain.decode(value) for name, value in message["shared"].items()}
            return
        name = message.get("name")
        witness = self._parent if name is None else self._witnesses[name]
        if event == "turns" and self._conductor:
            self._conductor.take(*fds)
        elif event == "process":
            stdout, stderr, channel, *journal = fds
            self._listen(witness, stdout, stderr, channel)
            if journal:
                self._journals[name or PARENT] = journal[0]
        elif event == "fault":
            witness.hear(message)
        elif event == "built":
            self._watch.excused.update(message["managers"])
            self._handles = waiting.decoded(message["handles"])
        elif event == "started":
            witness.pid, witness.started_ns = message["pid"], at_ns
        elif event == "refused":
            witness.raised = raised(message)
        elif event == "ended" and self._stopped is None:  # Else it was we who ended it.
            witness.exitcode, witness.ended_ns = message["exitcode"], at_ns

    def _listen(self, witness: Witness, stdout: int, stderr: int, channel: int) -> None:
        testimony = Testimony(witness.stdout, witness.stderr)

        def hear(data: bytes) -> None:
            for message in testimony.add(data):
                # A target can write to every descriptor of its process, and so lie; it can harm only its own report.
                with suppress(KeyError, TypeError, ValueError, AttributeError, RecursionError):
                    if message["event"] == "astray" and self._conductor:
                        self._conductor.note(int(message["place"]), str(message["did"]))
                    else:
                        witness.hear(message)

        for fd, take in ((stdout, witness.stdout.add), (stderr, witness.stderr.add), (channel, hear)):
            self._ear.listen(fd, take)

    def _run(self, duration_ns: int) -> Run:
        assert self._gone is not None
        parent, everybody = self._parent, (self._parent, *self._witnesses.values())
        parent.exitcode = self._gone["exitcode"]
        ending, why = self._ending()
        struck = {fault for witness in everybody for fault in witness.struck}
        trace, events_cut = journals.events(self._journals, self._began_ns)
        self._note_since_when(trace)
        return Run(
            ending=ending,
            why=why,
            duration_s=duration_ns / 1e9,
            stdout=merged(witness.stdout for witness in everybody),
            stderr=merged(witness.stderr for witness in everybody),
            parent=parent.process_run("parent", self._began_ns),
            calls={name: parent.calls.get(name, ProcessRun(name)) for name in CALLS},
            processes={name: witness.process_run(name, self._began_ns) for name, witness in self._witnesses.items()},
            strangers={name: witness.process_run(name, self._began_ns) for name, witness in self._strangers.items()},
            shared=self._finished or {},
            leaks=self._leaks(),
            unstruck=tuple(
                str(fault)
                for fault in self._plan.faults
                if str(fault) not in struck and not fault.is_anywhere  # Another run may well be shorter.
            ),
            trace=trace,
            events_cut=events_cut,
            strayed=self._strayed(),
        )

    def _strayed(self) -> Strayed | None:
        if self._conductor is None:
            return None
        if self._conductor.strayed is None and not self._conductor.is_over:
            self._conductor.give_up()
        strayed = self._conductor.strayed
        if strayed is not None and self._stopped:
            return Strayed(f"{strayed.text} ({self._stopped[1].partition(': ')[2]})", strayed.is_certain)
        return strayed

    def _note_since_when(self, trace: Sequence[Event]) -> None:
        """What is written down is more exact than what was seen."""
        for event in trace:
            witness = self._witnesses.get(event.process)
            if (
                event.returned_s is None
                and witness
                and witness.doing.operation == f"{event.primitive}.{event.operation}"
            ):
                witness.doing = witness.doing._replace(since_s=event.called_s)

    def _ending(self) -> tuple[Ending, str | None]:
        if self._stopped is not None:
            return self._stopped
        if self._finished is None:
            assert self._gone is not None
            return "parent_died", f"the parent process died before its work was done: {_how(self._gone['exitcode'])}"
        return "completed", None

    def _leaks(self) -> tuple[str, ...]:
        assert self._gone is not None
        names = {witness.pid: name for name, witness in self._witnesses.items()}
        strays = [f"process {names.get(int(pid), pid)}: {command}" for pid, command in self._gone["strays"].items()]
        return (*strays, *self._gone["forgotten"])


def _how(exitcode: int) -> str:
    if exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        return f"killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"killed by signal {-exitcode}"
