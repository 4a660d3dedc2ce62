"""A variant becomes the plan that a backend carries out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.plan import Call, Code, Fault, Plan, ProcessPlan, Reference, SharedPlan, encode_argument
from engine.planning import plan
from tests.support import HEAD, variant_of


def test_a_scenario_is_planned_with_replicas_and_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "workers.py").write_text("def run(): ...\n")
    (tmp_path / "working").mkdir()
    monkeypatch.chdir(tmp_path / "working")
    text = """\
name: ${kind}
vars: {kind: Queue}
start_method: spawn
timeout: 1m30s
start_together: true
environment: {NAME: text}
code: |
  def work(*args, **kwargs): ...
shared:
  queue: {type: "${kind}", maxsize: 3}
  pipe: Pipe
processes:
  worker: {target: work, count: 2, args: ["${index}", "${queue}"], kwargs: {end: "${pipe[1]}"}, daemon: true}
  after: {target: "inner/workers.py:run", start_after: [worker], delay: 100ms}
  last: {target: "json.decoder:JSONDecoder", start_after: "worker[1]"}
parent:
  before: {target: work}
"""

    made = plan(variant_of(tmp_path, text))

    queue, end = Reference("shared", "queue"), Reference("shared", "pipe", (1,))
    no_args, no_kwargs = encode_argument([]), encode_argument({})
    assert made == Plan(
        name="Queue",
        file=str(tmp_path / "scenario.yaml"),
        run_as="process",
        start_method="spawn",
        timeout_s=90.0,
        code=Code("def work(*args, **kwargs): ...\n", str(tmp_path / "scenario.yaml"), 8),
        shared=(
            SharedPlan("queue", "Queue", encode_argument({"maxsize": 3})),
            SharedPlan("pipe", "Pipe", encode_argument({})),
        ),
        processes=(
            *(
                ProcessPlan(
                    f"worker[{index}]",
                    Call("scenario_code", "work", encode_argument([index, queue]), encode_argument({"end": end})),
                    daemon=True,
                )
                for index in range(2)
            ),
            ProcessPlan(
                "after", Call("workers", "run", no_args, no_kwargs), False, ("worker[0]", "worker[1]"), delay_s=0.1
            ),
            ProcessPlan("last", Call("json.decoder", "JSONDecoder", no_args, no_kwargs), False, ("worker[1]",)),
        ),
        before=Call("scenario_code", "work", no_args, no_kwargs),
        after=None,
        start_together=True,
        environment={"NAME": "text"},
        search_path=(str(tmp_path), str(tmp_path / "working"), str(tmp_path / "inner")),
    )


def test_the_least_scenario_is_planned_with_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    made = plan(variant_of(tmp_path, HEAD))

    assert (made.name, made.run_as, made.start_method, made.timeout_s) == ("scenario", "process", "fork", 10.0)
    assert (made.shared, made.before, made.after, made.start_together, made.environment) == ((), None, None, False, {})
    assert made.faults == ()
    assert made.search_path == (str(tmp_path),)


def test_a_process_is_not_taken_for_the_replica_of_another(tmp_path: Path) -> None:
    text = """\
code: |
  def work(): ...
processes:
  work: {target: work}
  worker: {target: work, count: 1}
  last: {target: work, start_after: work}
"""

    assert plan(variant_of(tmp_path, text)).processes[-1].start_after == ("work",)


def test_a_fault_is_planned_for_each_replica_in_the_order_written(tmp_path: Path) -> None:
    text = """\
code: |
  def work(): ...
shared: {queue: Queue, pipe: Pipe}
processes:
  worker: {target: work, count: 2}
  worker2: {target: work}
faults:
  - {kill: worker, at: 1m30s}
  - {stop: "worker[1]", at: anywhere}
  - {resume: worker2, at: 0}
  - {interrupt: worker2, before: queue.get}
  - {terminate: worker2, after: "pipe[0].recv", nth: 3, because: it has had enough}
"""

    made = plan(variant_of(tmp_path, text))

    assert made.faults == (
        Fault("kill", "worker[0]", 90.0),
        Fault("kill", "worker[1]", 90.0),
        Fault("stop", "worker[1]", at_s=None, moment=None, operation=None, nth=1),
        Fault("resume", "worker2", 0.0),
        Fault("interrupt", "worker2", None, "before", ("queue", "get"), 1),
        Fault("terminate", "worker2", None, "after", ("pipe[0]", "recv"), 3),
    )
    assert Plan.from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize("argument", ["[1, 1.5, null, true, text]", "{a: {1: [x]}}", "[0x10, '0x10', .inf]"])
def test_the_plan_of_a_scenario_travels_as_json(tmp_path: Path, argument: str) -> None:
    made = plan(variant_of(tmp_path, HEAD.replace("target: work", f"target: work, args: [{argument}]")))

    assert Plan.from_json(json.loads(json.dumps(made.to_json()))) == made
