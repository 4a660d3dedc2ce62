"""Every operation of a run that is traced."""

from __future__ import annotations

import pytest

from engine.backends.processes import journals
from engine.backends.processes.stage import Stage
from engine.plan import Fault
from engine.trace import Event
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow


def told(event: Event) -> tuple[str, str, str | None]:
    return event.process, f"{event.primitive}.{event.operation}({event.arguments})", event.result or event.error


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("run_as", ["process", "thread"])
def test_operations_are_told_in_order_by_whose_they_are(stage: Stage, start_method: str, run_as: str) -> None:
    code = """
    def before(queue): queue.put("from the parent")
    def user(queue, event): return queue.get(), event.set()
    def other(event): return event.wait(10)
    def after(queue): return queue.empty()
    """
    plan = a_plan(
        code,
        {"user": [ref("queue"), ref("event")], "other": [ref("event")]},
        shared={"queue": {"type": "SimpleQueue"}, "event": {"type": "Event"}},
        before=[ref("queue")],
        after=[ref("queue")],
        start_method=start_method,
        run_as=run_as,
        is_traced=True,
    )

    run = perform(stage, plan)

    assert sorted(map(told, run.trace)) == [
        ("other", "event.wait(10)", "True"),
        ("parent", "queue.empty()", "True"),
        ("parent", "queue.put('from the parent')", "None"),
        ("user", "event.set()", "None"),
        ("user", "queue.get()", "'from the parent'"),
    ]
    assert [event.called_s for event in run.trace] == sorted(event.called_s for event in run.trace)
    assert all(0 < event.called_s <= (event.returned_s or 0) < run.duration_s for event in run.trace)
    assert run.events_cut == 0


def test_what_a_killed_process_had_done_is_there_up_to_its_last_operation(stage: Stage) -> None:
    code = """
    def user(lock, queue):
        with lock:
            for number in range(1000): queue.put(number)
    """
    plan = a_plan(
        code,
        {"user": [ref("lock"), ref("queue")]},
        shared={"lock": {"type": "Lock"}, "queue": {"type": "Queue"}},
        faults=(Fault("kill", "user", None, "before", ("queue", "put"), 500),),
        is_traced=True,
    )

    *done, last = perform(stage, plan).trace

    assert len(done) == 500
    assert all(event.returned_s is not None for event in done)
    assert (told(last), last.returned_s) == (("user", "queue.put(499)", None), None)


def test_an_operation_that_raised_says_what(stage: Stage) -> None:
    plan = a_plan(
        "import queue\ndef user(it):\n  try: it.get(False)\n  except queue.Empty: pass",
        {"user": [ref("it")]},
        shared={"it": {"type": "Queue"}},
        is_traced=True,
    )

    (event,) = perform(stage, plan).trace

    assert (event.arguments, event.result, event.error) == ("False", None, "Empty()")


def test_of_too_many_events_the_last_are_kept_and_the_others_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "LIMIT_EVENTS", 10)
    plan = a_plan(
        "def user(it):\n  for number in range(25): it.value = number",
        {"user": [ref("it")]},
        shared={"it": {"type": "Value", "typecode": "i"}},
        is_traced=True,
    )

    run = perform(stage, plan)

    assert [event.arguments for event in run.trace] == [str(number) for number in range(15, 25)]
    assert run.events_cut == 15
