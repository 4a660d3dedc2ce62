"""Find out what everybody in a run that has to be ended was doing.

Here what the kernel shows, what the stage has told and what the plan says come together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ...plan import Plan
from ...stage import descendants
from . import kernel, stacks, waiting
from .calls import Wait
from .partners import PARENT_PROCESS, Partners
from .stacks import Stack
from .standstill import Watch
from .waiting import Doing


class Person(NamedTuple):
    """A process of the scenario's that is alive, or the thread that stands in for one.

    ``thread`` is Python's number of that thread, ``native`` the system's. ``semaphores`` are as
    :class:`waiting.Holder` has them.
    """

    pid: int
    thread: int | None = None
    native: int | None = None
    semaphores: Sequence[tuple[int, int]] = ()


class Inquiry(NamedTuple):
    """Into one run. ``root`` is the process below which all of it is, ``folder`` the run's own, ``handles`` what the
    stage has told of primitives; ``over`` are the processes that have ended, by name."""

    plan: Plan
    root: int
    folder: str
    handles: Iterable[Sequence[str]]
    over: Collection[str]

    def what_everybody_does(
        self, living: Mapping[str, Person], parent_pid: int, waits: Sequence[Wait], watch: Watch
    ) -> dict[str, Doing]:
        """By name; processes that targets have started for themselves, and the parent, come last."""
        family = [*descendants.below(self.root)]
        over = {*self.over, *(name for name, person in living.items() if _is_dead(person.pid))}
        known = {person.pid for person in living.values()} | {parent_pid, *watch.excused}
        answers = stacks.ask(family, self.folder)
        parent = Person(parent_pid, next(reversed(answers.get(parent_pid, {})), 0))
        strangers = {f"process {pid}": Person(pid) for pid in sorted(answers.keys() - known)}
        everybody = {**living, **strangers, PARENT_PROCESS: parent}
        unknown = {*family} - known - descendants.helpers(family)
        is_all_known = all(map(_is_dead, unknown))
        return _Findings(self, everybody, waits, watch, answers, over, is_all_known).doings()


class _Findings:
    def __init__(
        self,
        inquiry: Inquiry,
        everybody: Mapping[str, Person],
        waits: Sequence[Wait],
        watch: Watch,
        answers: Mapping[int, dict[int, Stack]],
        over: Collection[str],
        is_all_known: bool,
    ) -> None:
        plan = inquiry.plan
        self._everybody = everybody
        self._waits = waits
        self._watch = watch
        self._answers = answers
        # Of who was given nothing by the scenario nobody knows what it has.
        self._partners = Partners(plan, over) if is_all_known else None
        self._sources = waiting.Sources(plan.file, plan.search_path)
        as_threads = plan.run_as == "thread"
        holders = {
            name: waiting.Holder(person.pid, person.thread if as_threads else None, person.semaphores)
            for name, person in everybody.items()
        }
        self._handles = waiting.Handles(everybody[PARENT_PROCESS].pid, inquiry.handles, holders)

    def doings(self) -> dict[str, Doing]:
        return {name: self._doing(name, person) for name, person in self._everybody.items()}

    def _doing(self, name: str, person: Person) -> Doing:
        told = self._answers.get(person.pid, {})
        # Its main thread comes last.
        stack = told.get(person.thread or 0) or next(reversed(told.values()), ())
        wait = next((wait for wait in self._waits if wait.thread.tid == (person.native or person.pid)), None)
        said = waiting.doing(
            stack, wait, self._handles, self._sources, lambda wait, primitive: self._others(name, wait, primitive)
        )
        return said._replace(since_s=wait and self._watch.unchanged_since_s(wait.thread))

    def _others(self, name: str, wait: Wait, primitive: str) -> str:
        return self._partners.said(name, wait, primitive) if self._partners else ""


def _is_dead(pid: int) -> bool:
    with suppress(OSError, ValueError):
        return kernel.thread(pid, pid).state in kernel.DEAD
    return True
