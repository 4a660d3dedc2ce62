"""Each type of ``shared`` on real processes: its ordinary use, and what it holds at the end.

What their use is, :mod:`tests.conformance.uses` says.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.primitives import TYPES, primitive
from engine.trace import Returned, Run
from tests.conformance.uses import BETWEEN_PROCESSES, BETWEEN_THREADS, Use
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow

WAYS = [*((method, "process") for method in START_METHODS), ("fork", "thread")]


@pytest.mark.parametrize(("start_method", "run_as"), WAYS)
@pytest.mark.parametrize("kind", BETWEEN_PROCESSES)
def test_a_primitive_works_between_processes(stage: Stage, kind: str, start_method: str, run_as: str) -> None:
    check(stage, kind, BETWEEN_PROCESSES[kind], start_method, run_as)


@pytest.mark.parametrize("kind", BETWEEN_THREADS)
def test_a_primitive_of_threads_works_between_threads(stage: Stage, kind: str) -> None:
    check(stage, kind, BETWEEN_THREADS[kind], "fork", "thread")


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
@pytest.mark.parametrize("kind", BETWEEN_THREADS)
def test_a_primitive_of_threads_cannot_be_passed_to_a_process(stage: Stage, kind: str, start_method: str) -> None:
    parameters = BETWEEN_THREADS[kind].parameters
    plan = a_plan(
        "def user(it): pass",
        {"user": [ref("it")]},
        shared={"it": {"type": kind, **parameters}},
        start_method=start_method,
    )

    raised = perform(stage, plan).processes["user"].raised

    assert raised is not None
    assert raised.type == "TypeError"


@pytest.mark.parametrize(("start_method", "run_as"), [("fork", "process"), ("spawn", "process"), ("fork", "thread")])
@pytest.mark.parametrize("kind", BETWEEN_PROCESSES)
def test_a_primitive_whose_operations_are_told_works_as_ever(
    stage: Stage, kind: str, start_method: str, run_as: str
) -> None:
    trace = check(stage, kind, BETWEEN_PROCESSES[kind], start_method, run_as, is_traced=True).trace

    operations = primitive(kind).operations
    assert {event.operation for event in trace} <= {*operations}
    # What is done to shared memory goes through its buffer, which is plain memory.
    assert bool(trace) == bool(operations) or kind == "SharedMemory"
    assert {event.primitive.partition("[")[0] for event in trace} <= {"it"}
    assert all(event.returned_s is not None and event.returned_s >= event.called_s for event in trace)


@pytest.mark.parametrize("kind", BETWEEN_THREADS)
def test_a_primitive_of_threads_whose_operations_are_told_works_as_ever(stage: Stage, kind: str) -> None:
    trace = check(stage, kind, BETWEEN_THREADS[kind], "fork", "thread", is_traced=True).trace

    assert bool(trace) == bool(primitive(kind).operations)


def check(stage: Stage, kind: str, use: Use, start_method: str, run_as: str, **changes: Any) -> Run:
    if "def after" in use.code:
        changes["after"] = [ref("it")]
    plan = a_plan(
        use.code,
        dict(zip(("user", "other"), use.arguments, strict=True)),
        shared={"it": {"type": kind, **use.parameters}},
        start_method=start_method,
        run_as=run_as,
        **changes,
    )

    run = perform(stage, plan)

    assert (run.ending, run.leaks, run.stderr) == ("completed", (), "")
    assert [process.returned for process in run.processes.values()] == [Returned(value) for value in use.returns]
    assert run.shared == {"it": use.final}
    return run


QUEUE_OF_THREADS = """
def user(queue):
    queue.put("a")
    return queue.qsize()
"""


@pytest.mark.parametrize(
    ("start_method", "run_as", "returned", "final"),
    [
        ("fork", "thread", Returned(1), ["a"]),
        # A copy of its own.
        ("fork", "process", Returned(1), []),
        # It cannot be passed.
        ("spawn", "process", None, []),
        ("forkserver", "process", None, []),
    ],
)
def test_a_queue_of_threads_does_not_cross_processes(
    stage: Stage, start_method: str, run_as: str, returned: Returned | None, final: list[object]
) -> None:
    plan = a_plan(
        QUEUE_OF_THREADS,
        {"user": [ref("it")]},
        shared={"it": {"type": "queue.Queue"}},
        start_method=start_method,
        run_as=run_as,
    )

    run = perform(stage, plan)

    assert (run.processes["user"].returned, run.shared) == (returned, {"it": final})


def test_every_type_is_used_here() -> None:
    assert {*BETWEEN_PROCESSES, *BETWEEN_THREADS} == set(TYPES)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_primitive_is_what_multiprocessing_makes(stage: Stage, start_method: str) -> None:
    """Genuine, down to its class, for who asks with isinstance."""
    code = """
    import multiprocessing
    from multiprocessing import connection, managers, queues, synchronize
    def user(queue, simple, lock, event, end, mapping):
        connection.wait([queue._reader, end], 0)
        return [
            isinstance(queue, queues.Queue), isinstance(simple, queues.SimpleQueue),
            isinstance(lock, synchronize.Lock), isinstance(event, synchronize.Event),
            isinstance(end, connection.Connection), isinstance(mapping, managers.DictProxy),
        ]
    """
    types = {
        "queue": "Queue",
        "simple": "SimpleQueue",
        "lock": "Lock",
        "event": "Event",
        "pipe": "Pipe",
        "mapping": "Manager.dict",
    }
    plan = a_plan(
        code,
        {"user": [ref(name, 0) if name == "pipe" else ref(name) for name in types]},
        shared={name: {"type": kind} for name, kind in types.items()},
        start_method=start_method,
    )

    assert perform(stage, plan).processes["user"].returned == Returned([True] * 6)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_process_may_pass_a_primitive_on_to_a_process_of_its_own(stage: Stage, start_method: str) -> None:
    code = """
    import multiprocessing
    def grandchild(queue): queue.put("from far")
    def child(queue):
        process = multiprocessing.Process(target=grandchild, args=(queue,))
        process.start()
        process.join()
        return process.exitcode
    """
    plan = a_plan(code, {"child": [ref("queue")]}, shared={"queue": {"type": "Queue"}}, start_method=start_method)

    run = perform(stage, plan)

    assert (run.processes["child"].returned, run.shared, run.leaks) == (Returned(0), {"queue": ["from far"]}, ())


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_process_has_the_start_method_of_its_scenario(stage: Stage, start_method: str) -> None:
    code = """
    import multiprocessing
    def child(): return multiprocessing.get_start_method()
    """

    run = perform(stage, a_plan(code, ["child"], start_method=start_method))

    assert run.processes["child"].returned == Returned(start_method)
