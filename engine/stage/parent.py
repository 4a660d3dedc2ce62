"""Be the scenario's parent process: build, start, join, read, report.

This is the only part of the stage that meets the scenario's own code.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import process
from typing import TYPE_CHECKING, Any

from ..plan import CODE_MODULE, PARENT, Call, Plan
from . import blocks, interrupts, journal, output, proxies, wire
from .binding import Bindings, install_code
from .children import exit_code
from .company import Company
from .handles import handles
from .link import PARENTS_OWN, Link, open_link, raised, without_our_frames

if TYPE_CHECKING:
    from .delays import Delays
    from .forced import Part

_KEPT: list[Bindings] = []
"""What a script would hold in globals: destroyed after what runs at exit, which ends the daemons that still use it."""


def play(plan: Plan, control: socket.socket, folder: str) -> int:
    """Carry out ``plan`` in this process, tell ``control`` what happens, and return the exit code.

    ``folder`` is for this run's files, and its mark begins the names of semaphores: whatever ends the run, both are
    found and cleared away by who is left.
    """

    def tell(event: str, fds: Sequence[int] = (), **details: Any) -> None:
        wire.send(control, {"event": event, "at_ns": time.monotonic_ns(), **details}, fds)

    link, readers = open_link(folder, plan.is_traced)
    tell("process", name=None, fds=readers)
    for reader in readers:
        os.close(reader)
    link.attach()
    output.let_go_at_exit()
    PARENTS_OWN.extend((control, link))
    if plan.run_as == "thread":
        output.route()
    part, delays = _part(plan, tell), _delays(plan)
    try:
        bindings = _settle(plan, folder, part)
        tell("built", managers=bindings.manager_pids(), handles=handles(bindings.shared))
        with _traced(plan, link, part, delays):
            if plan.before:
                _call("before", plan.before, bindings, link)
            Company(plan, bindings, tell, part, delays).perform()
            if plan.after:
                _call("after", plan.after, bindings, link)
        tell("finished", shared=bindings.final_values())
        return 0
    except SystemExit as error:
        link.say("raised", call=None, **raised(error))
        if error.code is not None and not isinstance(error.code, int):
            print(error.code, file=sys.stderr)
        tell("finished", shared={})
        return exit_code(error)
    except BaseException as error:
        link.say("raised", call=None, **raised(error))
        traceback.print_exception(type(error), error, without_our_frames(error.__traceback__))
        tell("finished", shared={})
        return 1
    finally:
        for bindings in _KEPT:
            bindings.dispose()


def _part(plan: Plan, tell: Callable[..., None]) -> Part | None:
    """The parent's part in a run that is forced."""
    if plan.score is None:
        return None
    from . import forced
    from .baton import new_baton

    forced.prepare()
    baton = new_baton(plan.score)
    tell("turns", fds=[baton.fd])
    return forced.Part(baton, PARENT)


def _delays(plan: Plan) -> Delays | None:
    """By how much the parent is late in a run that is delayed."""
    if plan.delays is None:
        return None
    from . import delays

    delays.prepare()
    return delays.Delays(plan.delays, PARENT)


@contextmanager
def _traced(plan: Plan, link: Link, part: Part | None, delays: Delays | None) -> Iterator[None]:
    """Have what the parent itself does told, if the run is traced; and wait for its turns, if it has a ``part``, or be
    late, if it has ``delays``."""
    # As threads, what a target's own threads do is neither its nor the parent's.
    take = journal.own if plan.run_as == "thread" else journal.begin
    take(journal.Journal(link.journal, (), link.say) if plan.is_traced else None)
    if part is not None:
        part.begin(link.say)
    if delays is not None:
        delays.begin()
    yield
    take(None)
    if part is not None:
        part.retire()
    if delays is not None:
        delays.end()


def _settle(plan: Plan, folder: str, part: Part | None) -> Bindings:
    """Make this process what a script of the user's would be, and build what it shares."""
    sys.argv = [plan.file]
    sys.path[:0] = [folder, *plan.search_path]
    process.current_process()._config.update(semprefix=f"/{blocks.mark(folder)}", tempdir=folder)  # type: ignore[attr-defined]
    multiprocessing.set_start_method(plan.start_method, force=True)
    interrupts.start_helpers(plan)
    if plan.code:
        install_code(plan.code, folder)
        __import__(CODE_MODULE)
    bindings = Bindings(plan, multiprocessing.get_context(plan.start_method), folder, part and part.baton)
    _KEPT.append(bindings)
    bindings.build()
    proxies.announce(proxies.calls(bindings.shared))
    return bindings


def _call(name: str, call: Call, bindings: Bindings, link: Link) -> None:
    args: Any = bindings.resolve(call.args)
    kwargs: Any = bindings.resolve(call.kwargs)
    with link.reporting(name) as outcome:
        outcome.returned = bindings.target(call.module, call.name)(*args, **kwargs)
