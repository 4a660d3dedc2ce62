"""Run what is prepared: several at a time, each judged, reported in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from .backends.processes.backend import Processes
from .backends.processes.stages import Stages
from .preparation import Prepared
from .requirements import unmet
from .trace import Run

if TYPE_CHECKING:
    from .report import ScenarioReport


@dataclass(frozen=True)
class Options:
    """How to run. ``jobs`` runs at a time; ``repeat`` runs of each variant; ``timeout_s`` overrides the scenarios'
    own; ``trace`` says of which runs every operation is told (if of any, those of all are written down); ``seed`` is
    what points for faults are drawn from."""

    jobs: int = 1
    repeat: int = 1
    fail_fast: bool = False
    timeout_s: float | None = None
    trace: Literal["none", "failed", "all"] = "none"
    seed: int = 0


def run(prepared: Sequence[Prepared], stages: Stages, options: Options) -> Iterator[ScenarioReport]:
    """Run everything, and report each as soon as those before it are reported.

    With ``fail_fast`` nothing follows the first one that does not pass. When the iterator is closed before its end,
    ``stages`` are told to end what still runs.
    Raises Interrupted once ``stages`` are told to end, and what a stage raises.
    """
    tasks = [Task(one, options.seed + number) for one in prepared for number in range(options.repeat)]
    for exclusive, group in groupby(tasks, key=lambda task: task.prepared.exclusive):
        team = _Team(list(group), 1 if exclusive else options.jobs, stages, options)
        try:
            # Not before, for the first run is under way meanwhile.
            from .reporting import of_run, of_skipped
            from .verdict import judge

            for (one, seed), executed in team.results():
                # Here and not in the team's threads: only the main thread can be interrupted while it searches for a
                # regular expression that takes for ever.
                if isinstance(executed, Run):
                    verdict = judge(one.expectation, executed)
                    if options.trace == "failed" and verdict.verdict == "passed":
                        executed = replace(executed, trace=(), events_cut=0)
                    has_seed = any(fault.is_anywhere for fault in one.plan.faults)
                    made = of_run(
                        one.name, one.file, one.assignments, executed, verdict, seed=seed if has_seed else None
                    )
                else:
                    made = of_skipped(one.name, one.file, one.assignments, executed)
                yield made
                if options.fail_fast and made.verdict in ("failed", "unknown"):
                    return
        finally:
            team.stop()


class Task(NamedTuple):
    """One run that is to be made. ``seed`` is what points for faults are drawn from."""

    prepared: Prepared
    seed: int


class _Team:
    """Threads that run what they are given, each one scenario at a time.

    Not an executor of the standard library's: importing that takes longer than a small scenario.
    """

    def __init__(self, tasks: Sequence[Task], jobs: int, stages: Stages, options: Options) -> None:
        self._stages = stages
        self._options = options
        self._tasks = tasks
        self._results: list[Run | str | BaseException | None] = [None] * len(tasks)
        self._pending = deque(enumerate(tasks))
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._work) for _ in range(min(jobs, len(tasks)))]
        for thread in self._threads:
            thread.start()

    def results(self) -> Iterator[tuple[Task, Run | str]]:
        """Each task in order, with its run or the reason why it was skipped. Raises what running one raised."""
        for number, task in enumerate(self._tasks):
            with self._changed:
                while (result := self._results[number]) is None:
                    self._changed.wait()
            if isinstance(result, BaseException):
                raise result
            yield task, result

    def stop(self) -> None:
        """Return when nothing runs any more; what has not been done is given up."""
        with self._changed:
            self._pending.clear()
            given_up = None in self._results
        if given_up:
            self._stages.interrupt()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._pending:
                    return
                number, task = self._pending.popleft()
            try:
                result: Run | str | BaseException = _execute(task, self._stages, self._options)
            except BaseException as error:
                result = error
            with self._changed:
                self._results[number] = result
                self._changed.notify_all()


def _execute(task: Task, stages: Stages, options: Options) -> Run | str:
    """One run, or the reason why there is none."""
    prepared, seed = task
    plan = prepared.plan._replace(is_traced=options.trace != "none")
    if options.timeout_s is not None:
        plan = plan._replace(timeout_s=options.timeout_s)
    with stages.borrow(plan.environment) as stage:
        return unmet(prepared, stage.interpreter(), stage.missing_modules) or next(Processes(stage, seed).runs(plan))
