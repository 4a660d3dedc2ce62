"""How many runs a second: the simulation beside what explores threads, and beside real processes.

The same small programs, written for processes (a scenario) and for threads, in turn and each in an interpreter of its
own, so that a machine whose speed drifts slows all of them. What counts is the ratio within each round; it is told for
the time on the clock and for the time of the processor, which a busy machine spares. The simulation runs on one core
and does all that `engine explore` does with a run but for judging.

`frontrun` and `interleave-test` are those of `pip install -e '.[bench]'`, and are left out where they are not
installed (interleave-test needs Python 3.12).

Usage: python benchmarks/exploring.py [ROUNDS]
       python benchmarks/exploring.py scale     many processes on one variable
       python benchmarks/exploring.py memory [RUNS]
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from engine.backends.processes.backend import Processes
from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.plan import Plan
from engine.preparation import prepare
from engine.scenario.files import Settings as FileSettings
from engine.trace import Run

COUNTER = """\
shared:
  counter: {type: Value, typecode: i}
code: |
  def increment(counter):
      counter.value += 1
processes:
  first: {target: increment, args: ["${counter}"]}
  second: {target: increment, args: ["${counter}"]}
expect:
  shared: {counter: 2}
"""

PING_PONG = """\
shared:
  there: {type: Queue}
  back: {type: Queue}
code: |
  def ping(there, back):
      for number in range(2):
          there.put(number)
          back.get()
  def pong(there, back):
      for number in range(2):
          back.put(there.get())
processes:
  ping: {target: ping, args: ["${there}", "${back}"]}
  pong: {target: pong, args: ["${there}", "${back}"]}
expect:
  shared: {there: [], back: []}
"""

PHILOSOPHERS = """\
shared:
  a: {type: Lock}
  b: {type: Lock}
  c: {type: Lock}
code: |
  def eat(left, right):
      with left:
          with right:
              pass
processes:
  first: {target: eat, args: ["${a}", "${b}"]}
  second: {target: eat, args: ["${b}", "${c}"]}
  third: {target: eat, args: ["${c}", "${a}"]}
expect:
  ending: completed
"""

SCENARIOS = {"counter": COUNTER, "ping-pong": PING_PONG, "philosophers": PHILOSOPHERS}
"""What is measured. The first loses an update, the last one is stuck in some schedules."""

LONGER = """\
shared:
  counter: {type: Value, typecode: i}
code: |
  def increment(counter):
      counter.value += 1
      counter.value += 1
processes:
  p: {target: increment, args: ["${counter}"], count: 3}
expect:
  shared: {counter: 6}
"""

MANY = """\
shared:
  x: {{type: Value, typecode: i}}
code: |
  def increment(x):
      x.value += 1
processes:
  p: {{target: increment, args: ["${{x}}"], count: {count}}}
expect:
  shared: {{x: {count}}}
"""


class Rate(NamedTuple):
    """Runs and steps, in how many seconds on the clock and of the processor."""

    runs: int
    steps: int
    clock_s: float
    processor_s: float

    @property
    def by_clock(self) -> float:
        return self.runs / self.clock_s

    @property
    def by_processor(self) -> float:
        return self.runs / self.processor_s


# The same for threads


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def increment(self) -> None:
        self.value += 1


def counter_of_threads() -> tuple[Any, list[Callable[[Any], object]]]:
    return Counter(), [Counter.increment, Counter.increment]


def ping_pong_of_threads() -> tuple[Any, list[Callable[[Any], object]]]:
    import queue

    def ping(queues: Any) -> None:
        for number in range(2):
            queues[0].put(number)
            queues[1].get()

    def pong(queues: Any) -> None:
        for _ in range(2):
            queues[1].put(queues[0].get())

    return (queue.Queue(), queue.Queue()), [ping, pong]


def philosophers_of_threads() -> tuple[Any, list[Callable[[Any], object]]]:
    import threading

    def eat(left: int, right: int) -> Callable[[Any], object]:
        def run(forks: Any) -> None:
            with forks[left], forks[right]:
                pass

        return run

    return [threading.Lock() for _ in range(3)], [eat(0, 1), eat(1, 2), eat(2, 0)]


OF_THREADS = {"counter": counter_of_threads, "ping-pong": ping_pong_of_threads, "philosophers": philosophers_of_threads}


def by_frontrun(name: str, is_random: bool) -> int:
    """Returns how many runs it made: a fixed number if ``is_random``, all that it finds to be there otherwise."""
    import frontrun

    program = OF_THREADS[name]
    how: dict[str, Any] = (
        {"strategy": "random", "max_attempts": 200, "seed": 1}
        if is_random
        else {"strategy": "dpor", "stop_on_first": False, "preemption_bound": None, "max_executions": 200}
    )
    explored = frontrun.explore(setup=lambda: program()[0], workers=program()[1], invariant=lambda _: True, **how)
    return int(explored.num_explored)


def by_interleave_test(name: str, is_random: bool) -> int:
    import interleave_test

    runs = 0

    def model() -> None:
        nonlocal runs
        runs += 1
        shared, workers = OF_THREADS[name]()
        for task in [interleave_test.spawn(worker, shared) for worker in workers]:
            task.join()

    began = time.monotonic()
    while runs < 200 and time.monotonic() - began < 20:  # It stops at each deadlock.
        try:
            interleave_test.explore(model, iterations=200, seed=runs, strategy="random" if is_random else "dfs")
        except interleave_test.InterleaveError:
            continue
    return runs


RIVALS = {"frontrun": (by_frontrun, 50), "interleave_test": (by_interleave_test, 15)}
"""Who explores threads, and how many times as fast the simulation is to be."""


def rival_alone(rival: str, name: str, is_random: bool) -> None:
    """Measure in this interpreter, which does nothing else, and print it."""
    by, _ = RIVALS[rival]
    clock, processor = time.perf_counter(), time.process_time()
    runs = by(name, is_random)
    print(json.dumps(Rate(runs, 0, time.perf_counter() - clock, time.process_time() - processor)))


def of_rival(rival: str, name: str, is_random: bool) -> Rate:
    command = [sys.executable, __file__, "rival", rival, name, str(int(is_random))]
    if rival == "frontrun":  # It must be there before anything is imported.
        command[:1] = [os.path.join(os.path.dirname(sys.executable), "frontrun"), sys.executable]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Rate(*json.loads(told.splitlines()[-1]))


# The simulation, and real processes


def plan_of(text: str) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(text)
        return prepare([str(file)], FileSettings())[0].plan


def explored(plan: Plan, strategy: str, schedules: int) -> Any:
    settings = Settings(strategy=strategy, schedules=schedules, keep_going=True, orders_output=False)
    with closing(Simulation()) as simulation:  # Only of what has ended it is known how long the processor took.
        return simulation.explore(plan, settings, lambda run: False)


def of_simulation(plan: Plan, strategy: str, schedules: int) -> Rate:
    """Its start and its end are taken off: they are those of the shortest exploration."""
    begun, short = _timed(lambda: explored(plan, strategy, 1))
    ended, long = _timed(lambda: explored(plan, strategy, schedules + 1))
    return Rate(long.schedules - short.schedules, long.steps - short.steps, ended[0] - begun[0], ended[1] - begun[1])


def _timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds on the clock, and seconds of the processor that processes took which have ended since."""
    clock, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (time.perf_counter() - clock, processor_s), result


def of_processes(plan: Plan, runs: int) -> Rate:
    stage = Stage(sys.executable, os.environ)
    try:
        real = Processes(stage).runs(plan)
        next(real)
        clock = time.perf_counter()
        for _ in range(runs):
            next(real)
        return Rate(runs, 0, time.perf_counter() - clock, 0.0)
    finally:
        stage.close()


# What is told


def compare(rounds: int) -> None:
    rivals = [rival for rival in RIVALS if importlib.util.find_spec(rival)]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} rounds")
    for name, text in SCENARIOS.items():
        plan = plan_of(text)
        ours: list[Rate] = []
        theirs: dict[tuple[str, bool], list[Rate]] = {(rival, how): [] for rival in rivals for how in (True, False)}
        for _ in range(rounds):
            ours.append(of_simulation(plan, "random", 10_000))
            for (rival, how), rates in theirs.items():
                rates.append(of_rival(rival, name, how))
        _tell(f"{name}, random", ours)
        for (rival, how), rates in theirs.items():
            _tell(f"  {rival}, {'random' if how else 'exhaustive'}", rates)
            pairs = list(zip(ours, rates, strict=True))
            clock = statistics.median(one.by_clock / other.by_clock for one, other in pairs)
            processor = statistics.median(one.by_processor / other.by_processor for one, other in pairs)
            print(
                f"    ratio {clock:.0f} by the clock, {processor:.0f} by the processor; the aim is {RIVALS[rival][1]}"
            )
        if name != "philosophers":  # In reality they might be stuck.
            real = of_processes(plan, 50)
            print(f"  real processes: {real.runs / real.clock_s:,.0f} runs a second", flush=True)
    plan = plan_of(LONGER)
    for strategy in ("random", "portfolio", "dfs", "dpor"):
        _tell(f"three processes, two increments each, {strategy}", [of_simulation(plan, strategy, 5_000)])


def _tell(what: str, rates: list[Rate]) -> None:
    runs = statistics.median(one.by_clock for one in rates)
    alone = statistics.median(one.by_processor for one in rates)
    steps = statistics.median(one.steps / one.processor_s for one in rates)
    said = f", {steps:,.0f} steps" if steps else ""
    print(f"{what}: {runs:,.0f} runs a second by the clock; of the processor {alone:,.0f}{said}", flush=True)


def scale() -> None:
    for count in (2, 10, 30, 100):
        plan = plan_of(MANY.format(count=count))
        _tell(f"{count} processes on one variable, random", [of_simulation(plan, "random", 20_000 // count)])
        settings = Settings(strategy="auto", orders_output=False)
        wanted = {"x": count}
        with closing(Simulation()) as simulation:
            found = simulation.explore(plan, settings, partial(_differs, wanted))
        print(f"  auto: first failure in schedule {found.first_failure}", flush=True)


def _differs(wanted: dict[str, int], run: Run) -> bool:
    return run.shared != wanted


def memory(runs: int) -> None:
    """The most memory that a simulation has taken up to now, after more and more runs."""
    plan = plan_of(COUNTER)
    for strategy in ("random", "portfolio"):
        for share in (100, 10, 1):
            schedules = runs // share
            (_, processor_s), result = _timed(partial(explored, plan, strategy, schedules))
            most_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(
                f"{strategy}: {result.schedules:,} schedules, {most_mb:.0f} MB at most, {processor_s:.0f} s", flush=True
            )


def main() -> None:
    match sys.argv[1:]:
        case ["rival", rival, name, is_random]:
            rival_alone(rival, name, is_random == "1")
        case ["scale"]:
            scale()
        case ["memory", *runs]:
            memory(int(runs[0]) if runs else 200_000)
        case [*rounds]:
            compare(int(rounds[0]) if rounds else 3)


if __name__ == "__main__":
    main()
