"""What it costs a scenario of 10,000 queue messages to be watched for deadlocks, and to be traced.

The same plan is carried out in turn without either, watched, and traced; what counts is the ratio of each to the one
before it that had neither. The time is that of the consumer, from its first message to its last.

Usage: python benchmarks/watching.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from engine.backends.processes import calls
from engine.backends.processes.stage import Stage
from engine.backends.processes.supervisor import supervise
from engine.plan import Plan
from engine.preparation import prepare
from engine.scenario.files import Settings

SCENARIO = """\
timeout: 60s
shared:
  messages: Queue
code: |
  import time


  def producer(messages):
      for number in range(10_000):
          messages.put(number)


  def consumer(messages):
      messages.get()
      began = time.perf_counter()
      for _ in range(9_999):
          messages.get()
      return time.perf_counter() - began
processes:
  consumer: {target: consumer, args: ["${messages}"]}
  producer: {target: producer, args: ["${messages}"]}
"""


def took_s(stage: Stage, plan: Plan) -> float:
    returned = supervise(stage, plan).processes["consumer"].returned
    assert returned is not None
    return float(str(returned.value))


def main(rounds: int = 21) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "messages.yaml"
        file.write_text(SCENARIO)
        [prepared] = prepare([str(file)], Settings({"run_as": "process", "start_method": "fork"}))
    stage = Stage(sys.executable, dict(os.environ))
    seeing, ratios = calls._CALLS, {"watched": [], "traced": []}  # type: dict[int, str], dict[str, list[float]]
    try:
        for _ in range(rounds):
            calls._CALLS = {}
            neither_s = took_s(stage, prepared.plan)
            calls._CALLS = seeing
            ratios["watched"].append(took_s(stage, prepared.plan) / neither_s)
            ratios["traced"].append(took_s(stage, prepared.plan._replace(is_traced=True)) / neither_s)
    finally:
        stage.close()
    for name, found in ratios.items():
        low, _, high = statistics.quantiles(found)
        print(f"{name:<8} {statistics.median(found):.2f} times as long ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
