"""Outcomes that are easily overlooked: somebody may be in the middle of something, or never come to do it.

Plain enumeration and the exhaustive search find the same, and what is named is among it. Each was seen on real
processes, where the simulation had not foreseen it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.plan import Plan
from engine.preparation import prepare
from engine.scenario.files import Settings as FileSettings
from engine.stage.simulation.torn import TORN
from engine.trace import Run

from .stories import BETWEEN, CHANGES_ITEMS, values

pytestmark = pytest.mark.slow


class Story(NamedTuple):
    """A scenario; the endings, values of processes and final values that are among what can come of it; and why there
    may be more."""

    text: str
    among: list[tuple[str, tuple[Any, ...], dict[str, Any]]]
    reasons: tuple[str, ...] = ()


STORIES = {
    "a look at two places comes after one write and before another": Story(
        """
        shared: {x: {type: RawArray, typecode: i, values: [1, 2]}}
        code: |
          def look(x): return x[:]
          def count(x): x[0] += 1
          def write(x): x[1] = 1
        processes:
          look: {target: look, args: ["${x}"]}
          count: {target: count, args: ["${x}"]}
          write: {target: write, args: ["${x}"]}
        """,
        [("completed", ([1, 1], None, None), {"x": [2, 1]})],
        (TORN,),
    ),
    "what is put is changed at once": Story(
        """
        shared: {queue: Queue}
        code: |
          def put(queue):
              items = [1]
              queue.put(items)
              items.append(2)
          def get(queue): return queue.get()
        processes:
          put: {target: put, args: ["${queue}"]}
          get: {target: get, args: ["${queue}"]}
        """,
        [("completed", (None, [1]), {"queue": []}), ("completed", (None, [1, 2]), {"queue": []})],
        (CHANGES_ITEMS,),
    ),
    "a feeder gives up as its process ends": Story(
        """
        shared: {queue: Queue}
        code: |
          def put(queue):
              queue.put(lambda: 0)
              queue.put(1)
          def get(queue): return queue.get()
        processes:
          put: {target: put, args: ["${queue}"]}
          get: {target: get, args: ["${queue}"]}
        """,
        [("completed", (None, 1), {"queue": []}), ("deadlock", (None, None), {})],
    ),
    "who gets with a time-out makes room before others may get": Story(
        """
        shared: {queue: {type: Queue, maxsize: 2}}
        code: |
          import queue as queues
          def put(queue):
              queue.put(1)
              queue.put(2)
          def get(queue): return queue.get(timeout=9)
          def look(queue):
              size = queue.qsize()
              try: return size, queue.get_nowait()
              except queues.Empty: return size
        processes:
          put: {target: put, args: ["${queue}"]}
          get: {target: get, args: ["${queue}"], start_after: [put]}
          look: {target: look, args: ["${queue}"], start_after: [put]}
        """,
        [("completed", (None, 1, 1), {"queue": [2]}), ("completed", (None, 1, (1, 2)), {"queue": []})],
    ),
    "a feeder for which nobody waits comes after another": Story(
        """
        shared: {queue: Queue}
        code: |
          def wait(queue): queue.put(1)
          def leave(queue):
              queue.cancel_join_thread()
              queue.put(2)
        processes:
          wait: {target: wait, args: ["${queue}"]}
          leave: {target: leave, args: ["${queue}"]}
        """,
        [
            ("completed", (None, None), {"queue": [1]}),
            ("completed", (None, None), {"queue": [1, 2]}),
            ("completed", (None, None), {"queue": [2, 1]}),
            # It has ended while it wrote, and keeps the lock.
            ("deadlock", (None, None), {}),
        ],
    ),
    "nobody waits for a feeder": Story(
        """
        shared: {queue: Queue}
        code: |
          def put(queue):
              queue.cancel_join_thread()
              queue.put(1)
        processes: {put: {target: put, args: ["${queue}"]}}
        """,
        [("completed", (None,), {"queue": []}), ("completed", (None,), {"queue": [1]})],
    ),
    "two receive from one end of a pipe": Story(
        """
        shared: {pipe: Pipe}
        code: |
          def receive(end):
              try:
                  return end.recv()
              except Exception as error:
                  return type(error).__name__
          def send(end):
              end.send("one")
              end.send("two")
        processes:
          first: {target: receive, args: ["${pipe[0]}"]}
          second: {target: receive, args: ["${pipe[0]}"]}
          sender: {target: send, args: ["${pipe[1]}"]}
        """,
        [("completed", ("one", "two", None), {"pipe": [[], []]})],
    ),
    "a target kills who waits in get": Story(
        """
        shared: {queue: Queue}
        code: |
          import multiprocessing
          def get(queue): queue.get()
          def one(queue):
              child = multiprocessing.Process(target=get, args=(queue,))
              child.start()
              child.terminate()
              child.join()
              queue.put(1)
              return queue.get()
        processes: {one: {target: one, args: ["${queue}"]}}
        """,
        [("completed", (1,), {"queue": []}), ("deadlock", (None,), {})],
    ),
    "a daemon that is ended could have been first": Story(
        """
        shared: {lock: Lock}
        code: |
          def take(lock): lock.acquire()
          def after(): pass
        parent: {after: {target: after}}
        processes:
          one: {target: take, args: ["${lock}"]}
          two: {target: take, args: ["${lock}"], daemon: true}
        """,
        [("completed", (None, None), {"lock": {"locked": True}}), ("deadlock", (None, None), {})],
    ),
    "a kill between the last operation and the return": Story(
        """
        shared: {x: {type: Value, typecode: i}}
        code: |
          def one(x):
              x.value = 5
              return 1
        processes: {one: {target: one, args: ["${x}"]}}
        faults: [{kill: one, at: anywhere}]
        """,
        [("completed", (-9,), {"x": 5}), ("completed", (1,), {"x": 5}), ("completed", (-9,), {"x": 0})],
    ),
    "an interrupt just after a lock was taken": Story(
        """
        shared: {lock: Lock}
        code: |
          def one(lock):
              try:
                  lock.acquire()
              except KeyboardInterrupt:
                  return "interrupted"
        processes: {one: {target: one, args: ["${lock}"]}}
        faults: [{interrupt: one, at: anywhere}]
        """,
        [
            ("completed", ("interrupted",), {"lock": {"locked": True}}),
            ("completed", ("interrupted",), {"lock": {"locked": False}}),
        ],
        (BETWEEN,),
    ),
    "a killed process's request takes a manager's lock": Story(
        """
        shared: {lock: Manager.Lock}
        code: |
          def one(lock): lock.acquire()
          def two(lock):
              lock.acquire()
              lock.release()
              return lock.acquire(False)
        processes:
          one: {target: one, args: ["${lock}"]}
          two: {target: two, args: ["${lock}"]}
        faults: [{kill: one, at: anywhere}]
        """,
        [("completed", (-9, False), {"lock": {"locked": True}}), ("completed", (-9, True), {"lock": {"locked": True}})],
    ),
    "somebody looks at the lock of a memory": Story(
        """
        shared:
          guard: {type: Semaphore, value: 1}
          x: {type: Value, typecode: i, value: 0, lock: "${guard}"}
        code: |
          def write(x): x.value = 1
          def look(guard): return guard.get_value()
        processes:
          write: {target: write, args: ["${x}"]}
          look: {target: look, args: ["${guard}"]}
        """,
        [("completed", (None, 0), {"guard": {"value": 1}, "x": 1})],
    ),
    "what is due at once by different sums": Story(
        """
        explore: {timing: virtual}
        shared: {x: {type: Value, typecode: i}}
        code: |
          import time
          def one(x):
              time.sleep(0.1)
              time.sleep(0.2)
              x.value = 1
          def two(x):
              time.sleep(0.3)
              x.value = 2
        processes:
          one: {target: one, args: ["${x}"]}
          two: {target: two, args: ["${x}"]}
        """,
        [("completed", (None, None), {"x": 1}), ("completed", (None, None), {"x": 2})],
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_it_is_found_by_enumeration_and_by_the_exhaustive_search(
    simulation: Simulation, tmp_path: Path, name: str
) -> None:
    story = STORIES[name]
    file = tmp_path / "scenario.yaml"
    text = textwrap.dedent(story.text)
    file.write_text(f"start_method: fork\n{text}\nexpect: {{ending: completed}}\n")
    one = prepare([str(file)], FileSettings())[0]

    found = {
        strategy: _outcomes(simulation, one.plan, strategy, one.explore, story.reasons) for strategy in ("dfs", "dpor")
    }

    assert sorted(found["dpor"]) == sorted(found["dfs"])
    for outcome in story.among:
        assert repr(outcome) in found["dpor"]


def _outcomes(
    simulation: Simulation, plan: Plan, strategy: str, said: Mapping[str, Any], reasons: tuple[str, ...]
) -> set[str]:
    timing = said.get("timing", "any")
    explored = simulation.explore(
        plan, Settings(strategy=strategy, keep_going=True, orders_output=False, timing=timing), lambda run: False
    )
    assert (explored.refusal, explored.reasons, explored.exhausted) == (None, reasons, True)
    return {repr(_told(found.run)) for found in explored.found}


def _told(run: Run) -> tuple[str, tuple[object, ...], dict[str, object]]:
    return run.ending, values(run), dict(run.shared)
