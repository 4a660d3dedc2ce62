"""What `engine run` costs beside the same program written by hand.

Both put one item on a queue and get it in another process, without a sleep. They run in turn, hand-written and
engine, so that a machine whose speed drifts slows both; what counts is the ratio of each pair. Prints medians, and
the ratios' spread.

Usage: python benchmarks/run_overhead.py [PAIRS]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BY_HAND = """\
from multiprocessing import Process, Queue


def producer(queue):
    queue.put("a")


def consumer(queue):
    print(queue.get())


if __name__ == "__main__":
    queue = Queue(10)
    processes = [Process(target=producer, args=(queue,)), Process(target=consumer, args=(queue,))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
"""

SCENARIO = """\
shared:
  queue: {type: Queue, maxsize: 10}
code: |
  def producer(queue):
      queue.put("a")


  def consumer(queue):
      print(queue.get())
processes:
  producer: {target: producer, args: ["${queue}"]}
  consumer: {target: consumer, args: ["${queue}"]}
expect:
  stdout: a
"""


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "by_hand.py").write_text(BY_HAND)
        (folder / "scenario.yaml").write_text(SCENARIO)
        caches = folder / "caches"
        environment = {**os.environ, "XDG_CACHE_HOME": str(caches)}

        def by_hand() -> None:
            subprocess.run([sys.executable, folder / "by_hand.py"], check=True, stdout=subprocess.DEVNULL)

        def by_engine() -> None:
            command = [sys.executable, "-m", "engine", "run", str(folder / "scenario.yaml")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

        def forget() -> None:
            shutil.rmtree(caches, ignore_errors=True)

        by_hand()
        by_engine()
        print(
            f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {pairs} pairs, hand-written and engine in turn"
        )
        _compare("a file that was run before", by_hand, by_engine, lambda: None, pairs)
        _compare("a file never seen before", by_hand, by_engine, forget, pairs)


def _compare(
    what: str, by_hand: Callable[[], None], by_engine: Callable[[], None], prepare: Callable[[], None], pairs: int
) -> None:
    hand_ms, engine_ms = [], []
    for _ in range(pairs):
        prepare()
        hand_ms.append(_timed_ms(by_hand))
        engine_ms.append(_timed_ms(by_engine))
    ratios = sorted(engine / hand for engine, hand in zip(engine_ms, hand_ms, strict=True))
    print(
        f"{what}: hand-written {statistics.median(hand_ms):.0f} ms, engine {statistics.median(engine_ms):.0f} ms, "
        f"ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def _timed_ms(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
