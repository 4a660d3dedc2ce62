"""The stage of a simulation: what the engine asks for, and what it is told.

Frames of JSON on the socket that the command line names, as :mod:`..wire` has them. A request is answered by any number
of messages, and a last one; while one is being answered, the engine may say ``stop``.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import greenlet

from ...plan import Plan
from .. import wire
from . import process, stand_ins
from .clocks import set_clocks
from .here import collect_as_nobody, here
from .library import Library
from .names import label
from .picture import Recorder, labels_of
from .play import Terms, play, told
from .schedulers.replay import Replay
from .score import Scribe, obstacles, score_of
from .search import Phase, Search, searched
from .stock import Stock
from .system import new_names
from .vigil import Stuck, Vigil
from .world import World

BEAT_S = 0.1
"""How often the engine hears that it goes on."""


_GARBAGE = 100_000
"""How many objects may be left before those in cycles are looked for."""


def main() -> None:
    sys.path[:] = [folder for folder in sys.path if folder != os.path.dirname(os.path.dirname(__file__))]
    os.environ.pop("PYTHONHASHSEED", None)  # It is the simulation's affair, and targets would see it.
    sys.dont_write_bytecode = True  # A module that a target is the first to import would be written to a file.
    here.hub = greenlet.getcurrent()
    stand_ins.install()
    # Next to nothing of what a run leaves is in a cycle; to look for it every 700 objects takes a tenth of the time.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    gc.callbacks.append(collect_as_nobody)
    with socket.socket(fileno=int(sys.argv[2])) as engine:
        wire.send(engine, {"event": "ready", "version": sys.version.split()[0]})
        while (frame := wire.receive(engine)) is not None:
            request, _ = frame
            if "plan" in request:  # What asks to stop may come when the search has ended by itself.
                _answer_apart(engine, request)
    os._exit(0)


def _answer_apart(engine: socket.socket, request: Mapping[str, Any]) -> None:
    """Answer in a process of its own, forked from this one: whatever targets do to their interpreter, the next request
    finds it as it was."""
    child = os.fork()
    if child == 0:
        _end_with_parent()
        try:
            Service(engine, request).answer()
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        os._exit(0)
    _await(child, engine)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        with suppress(OSError):  # It was killed because nobody listens any more.
            wire.send(engine, {"event": "crashed", "by": -code})
    elif code:
        os._exit(code)


def _await(child: int, engine: socket.socket) -> None:
    """Return when ``child`` has ended, which it is made to if the engine has hung up."""
    poll = select.poll()
    poll.register(engine, _HANGS_UP)
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    if ended is not None:
        poll.register(ended, select.POLLIN)
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if any(fd == engine.fileno() for fd, _ in poll.poll(None if ended is not None else _POLL_MS)):
            os.kill(child, signal.SIGKILL)
            break
    if ended is not None:
        os.close(ended)


_HANGS_UP = getattr(select, "POLLRDHUP", select.POLLHUP)
_POLL_MS = 10
_PR_SET_PDEATHSIG = 1
"""Source: prctl(2)."""


def _end_with_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Service:
    """Answers one request."""

    def __init__(self, engine: socket.socket, request: Mapping[str, Any]) -> None:
        self._engine = engine
        self._request = request
        self._beat_at_s = 0.0
        process.FIRST_PID = request["first_pid"]
        set_clocks(request["date_s"], request["tick_s"])
        self._is_told_to_stop = False
        self._plan = Plan.from_json(request["plan"])
        sys.argv = [self._plan.file]
        sys.path[:0] = [folder for folder in self._plan.search_path if folder not in sys.path]
        os.environ.update(self._plan.environment)

    def answer(self) -> None:
        request = self._request
        plan = self._plan
        Vigil(request["limit_s"], self._engine.fileno()).keep()
        terms = Terms(
            plan=plan,
            library=Library(plan.code, plan.search_path, plan.packages),
            stock=Stock(plan),
            names=new_names(),
            max_steps=request["steps"],
            is_virtual=request["timing"] == "virtual",
            seed=request["seed"],
            orders_output=request["orders_output"],
            exact=frozenset(request.get("exact", ())),
            is_timed=request["is_timed"],
        )
        if "schedule" in request:
            self._replay(terms)
        elif "schedules" in request:
            self._have_again(terms)
        else:
            self._explore(terms)

    def _explore(self, terms: Terms) -> None:
        request = self._request
        search = searched(
            Search(terms, request["keep_going"], self._judge, self._beat, request["most_steps"]),
            [Phase(*phase) for phase in request["phases"]],
            request["sampler_seed"],
        )
        if search.refusal is None or isinstance(search.refusal, Stuck):
            for found in search.found():
                self._tell("found", **found, exact=sorted(search.terms.exact))
        refusal = search.refusal
        self._tell(
            "explored",
            schedules=search.schedules,
            redundant=search.redundant,
            steps=search.steps,
            classes=search.classes,
            exhausted=search.exhausted,
            reasons=search.reasons,
            spent=search.spent,
            differs=search.has_gone_elsewhere,
            first_failure=search.first_failure,
            refusal=None if refusal is None else [refusal.what, refusal.where],
        )

    def _replay(self, terms: Terms) -> None:
        scheduler = ByLabel(self._request["schedule"])
        scribe = Scribe(scheduler)
        recorder = Recorder(scribe)
        played = play(terms, recorder)
        refusal = played.life.refusal
        self._tell(
            "replayed",
            run=told(played, terms),
            schedule=labels_of(played.world),
            exact=sorted(terms.exact),
            steps=recorder.steps,
            preemptions=recorder.preemptions,
            diverged=scheduler.diverged,
            score=score_of(scribe, played.life),
            obstacles=list(obstacles(played.life)),
            refusal=None if refusal is None else [refusal.what, refusal.where],
        )
        played.life.end()

    def _have_again(self, terms: Terms) -> None:
        """Tell what comes of each schedule, up to the first that cannot be followed."""
        is_whole = True
        for schedule, exact in self._request["schedules"]:
            scheduler = ByLabel(schedule)
            each = terms._replace(exact=frozenset(exact))
            played = play(each, scheduler)
            is_whole = not (scheduler.diverged or played.life.refusal)
            if is_whole:
                self._tell("had", run=told(played, each))
            played.life.end()
            if not is_whole:
                break
        self._tell("had_all", is_whole=is_whole)

    def _judge(self, run: dict[str, Any]) -> bool:
        self._tell("outcome", run=run)
        while (frame := wire.receive(self._engine)) is not None:
            if "failure" in frame[0]:
                return bool(frame[0]["failure"])
            self._is_told_to_stop = True
        os._exit(0)

    def _beat(self, schedules: int) -> bool:
        """Tell the engine that it goes on; false if it should not."""
        if self._is_told_to_stop:
            return False
        now_s = time.monotonic()
        if now_s < self._beat_at_s:
            return True
        self._beat_at_s = now_s + BEAT_S
        self._tell("beat", schedules=schedules)
        readable, _, _ = select.select([self._engine], [], [], 0)
        if not readable:
            return True
        if wire.receive(self._engine) is None:
            os._exit(0)
        return False

    def _tell(self, event: str, **details: Any) -> None:
        wire.send(self._engine, {"event": event, **details})


class ByLabel:
    """Follows a schedule that says by name who goes on; ``diverged`` says where that was not possible."""

    def __init__(self, schedule: list[str]) -> None:
        self._schedule = schedule
        self._rest = Replay(())
        self.diverged: dict[str, Any] | None = None

    def begin(self) -> bool:
        return True

    def choose(self, world: World, ready: list[Any]) -> Any:
        step = len(world.trace)
        if self.diverged is None:
            wanted = self._schedule[step] if step < len(self._schedule) else None
            for strand in ready:
                if label(world, strand, strand.operation) == wanted:
                    return strand
            self.diverged = {
                "step": step,
                "wanted": wanted,
                "ready": [label(world, strand, strand.operation) for strand in ready],
            }
        return self._rest.choose(world, ready)

    def end(self, world: World, is_whole: bool) -> None:
        step = len(world.trace)
        if self.diverged is None and step < len(self._schedule):
            self.diverged = {"step": step, "wanted": self._schedule[step], "ready": []}
