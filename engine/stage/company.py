"""Start the scenario's processes, wait for them, and join them, as its parent would."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from ..plan import PARENT, Plan, ProcessPlan
from . import proxies
from .binding import Bindings
from .children import CHILDREN, ForkChild, SpawnChild, ThreadChild
from .gate import Keeper
from .interrupts import held_back, may_come_early
from .link import open_link, raised, without_our_frames
from .strikes import Strikes, Target

if TYPE_CHECKING:
    from .delays import Delays
    from .forced import Part

_FREE_DAEMONS_S = 0.1
"""How long daemons are waited for in a forced run that has come to the end of its schedule."""

_LOOK_S = 0.02
"""How often it is looked whose turn it is meanwhile."""

Tell = Callable[..., None]

DAEMON_SHARE = 0.5
"""How much of the timeout daemons may use up once nobody else is left: they are joined like all processes, but a
daemon is also there to be ended with its parent, and that must still be a run that completes."""


class Company:
    """The processes of one run; ``part`` and ``delays`` are this one's own, if it is forced or delayed. All waiting is
    done here, in one thread: a second one that reaps would steal exit codes."""

    def __init__(
        self, plan: Plan, bindings: Bindings, tell: Tell, part: Part | None = None, delays: Delays | None = None
    ) -> None:
        self._plan = plan
        self._part = part
        self._delays = delays
        self._bindings = bindings
        self._tell = tell
        self._numbers = {process.name: number for number, process in enumerate(plan.processes)}
        self._waiting = list(plan.processes)
        self._due: dict[str, float] = {}
        self._live: dict[Any, tuple[ProcessPlan, Any]] = {}
        self._ended: set[str] = set()
        self._began_s: float | None = None
        self._strikes = Strikes(plan.faults, tell, part and part.baton)
        self._keeper = Keeper() if plan.start_together else None

    def perform(self) -> None:
        """Return when every process has ended, or only daemons are left and have had their time."""
        while self._start_those_due() or self._is_anybody_awaited():
            self._wait(min(filter(None, (self._next_due(), self._strike_those_due())), default=None))
        patience_ends = time.monotonic() + self._plan.timeout_s * DAEMON_SHARE
        while self._live and time.monotonic() < patience_ends and not self._is_parents_turn():
            if self._part and self._part.baton.is_over:
                patience_ends = min(patience_ends, time.monotonic() + _FREE_DAEMONS_S)
            look = time.monotonic() + _LOOK_S if self._part else patience_ends
            self._wait(min(patience_ends, look, self._strike_those_due() or patience_ends))

    def _is_parents_turn(self) -> bool:
        """Whether the schedule of a forced run has this process go on."""
        following = self._part.baton.next if self._part else None
        return following is not None and following[1].process == PARENT

    def _is_anybody_awaited(self) -> bool:
        """Where all are daemons, there is nobody else whose end ends them: they are waited for like all processes."""
        are_all_daemons = all(process.daemon for process in self._plan.processes)
        return any(are_all_daemons or not process.daemon for process, _ in self._live.values())

    def _start_those_due(self) -> bool:
        """Return whether anybody is still to be started."""
        for process in tuple(self._waiting):
            if self._ended.issuperset(process.start_after):
                due = self._due.setdefault(process.name, time.monotonic() + process.delay_s)
                if due <= time.monotonic():
                    self._waiting.remove(process)
                    self._start(process)
        return bool(self._waiting)

    def _strike_those_due(self) -> float | None:
        """Return when there is something to do again."""
        targets = [
            Target(process.name, child.pid, partial(_is_over, end)) for end, (process, child) in self._live.items()
        ]
        return self._strikes.strike(targets, self._began_s)

    def _next_due(self) -> float | None:
        return min((self._due[process.name] for process in self._waiting if process.name in self._due), default=None)

    def _wait(self, until: float | None) -> None:
        """Wait for an end or an arrival at the gate, or until the clock says ``until``."""
        sources = [*self._live, *([self._keeper.arrivals] if self._keeper else [])]
        timeout_s = None if until is None else max(0.0, until - time.monotonic())
        if not self._live and timeout_s is None:
            return
        for source in connection.wait(sources, timeout_s):
            if self._keeper and source == self._keeper.arrivals:
                self._keeper.see_arrivals()
            else:
                self._end(source)
        self._open_gate_when_all_are_there()

    def _start(self, process: ProcessPlan) -> None:
        threads = self._plan.run_as == "thread"
        link, readers = open_link(self._bindings.folder, self._plan.is_traced)
        self._tell("process", name=process.name, fds=readers)
        for reader in readers:
            os.close(reader)
        make: Any = ThreadChild if threads else CHILDREN[self._plan.start_method]
        try:
            child = make(
                link=link,
                gate=self._keeper.gate(self._numbers[process.name])
                if self._keeper and self._is_gated(process)
                else None,
                target=self._bindings.target(process.call.module, process.call.name),
                **({} if threads else self._of_processes(process)),
                name=process.name,
                args=self._bindings.resolve(process.call.args),
                kwargs=self._bindings.resolve(process.call.kwargs),
                daemon=process.daemon,
            )
            with held_back(self._plan.faults):
                child.start()
        except Exception as error:
            self._tell("refused", name=process.name, **raised(error))
            traceback.print_exception(type(error), error, without_our_frames(error.__traceback__))
            self._ended.add(process.name)
        else:
            self._tell("started", name=process.name, pid=child.pid)
            self._live[_end_of(child)] = process, child
            self._began_s = self._began_s or time.monotonic()
        finally:
            if not threads:
                link.close()

    def _of_processes(self, process: ProcessPlan) -> dict[str, Any]:
        """What threads do not need: they see the parent's, and are not struck."""
        faults = [fault for fault in self._plan.faults if fault.process == process.name]
        return {
            "faults": faults,
            "calls": proxies.calls(self._bindings.shared),
            "is_held_back": may_come_early(self._plan.faults),
            "part": self._part and self._part._replace(process=process.name),
            "delays": self._delays and self._delays._replace(process=process.name),
        }

    def _end(self, end: Any) -> None:
        process, child = self._live.pop(end)
        if end != child.sentinel:
            os.close(end)
        child.join()
        if self._part:
            self._part.baton.note_end(process.name)
        self._tell("ended", name=process.name, exitcode=child.exitcode)
        self._ended.add(process.name)

    def _is_gated(self, process: ProcessPlan) -> bool:
        # One that starts after another's end cannot be there before it.
        return not process.start_after

    def _open_gate_when_all_are_there(self) -> None:
        if self._keeper is None or any(map(self._is_gated, self._waiting)):
            return
        expected = {self._numbers[process.name] for process, _ in self._live.values() if self._is_gated(process)}
        if expected <= self._keeper.arrived:
            self._keeper.open()
            self._keeper = None


def _is_over(end: Any) -> bool:
    """Whether who is told of by ``end`` has ended."""
    return bool(connection.wait([end], 0))


def _end_of(child: Any) -> int:
    """A descriptor that can be read once ``child`` has ended.

    Not always its sentinel: under ``fork`` and ``spawn`` that is a pipe which the child's own children keep open.
    ``join`` asks the system, and so does this, where the system has process descriptors.
    """
    if isinstance(child, (ForkChild, SpawnChild)):
        with suppress(AttributeError, OSError):
            return os.pidfd_open(child.pid)  # type: ignore[arg-type]
    sentinel: int = child.sentinel
    return sentinel
