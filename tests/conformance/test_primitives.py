"""Each type of ``shared`` on real processes: its ordinary use, and what it holds at the end.

``user`` and ``other`` both get the primitive, or one end of it each; ``after`` is the parent's last act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from engine.backends.processes.stage import Stage
from engine.plan import Reference
from engine.primitives import TYPES
from engine.trace import Returned
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow

WAYS = [*((method, "process") for method in START_METHODS), ("fork", "thread")]


class Use(NamedTuple):
    """Two processes' use of a primitive, what each returns, and the final value."""

    code: str
    parameters: Mapping[str, object]
    returns: Sequence[object]
    final: object
    arguments: Sequence[Sequence[Reference]] = ([ref("it")], [ref("it")])


USES = {
    "Event": Use(
        """
        def user(event): return event.wait()
        def other(event): return event.set()
        """,
        {},
        [True, None],
        {"set": True},
    ),
    "Lock": Use(
        """
        def user(lock):
            with lock:
                return lock.acquire(block=False)
        def other(lock):
            with lock: pass
        def after(lock): lock.acquire()
        """,
        {},
        [False, None],
        {"locked": True},
    ),
    "Manager.dict": Use(
        """
        def user(mapping): mapping["user"] = 1
        def other(mapping): mapping.update(other=[2])
        def after(mapping): mapping["last"] = mapping.pop("user") + mapping["first"]
        """,
        {"value": {"first": 10}},
        [None, None],
        {"first": 10, "other": [2], "last": 11},
    ),
    "Manager.list": Use(
        """
        def user(items): items.append("x")
        def other(items): items.append("x")
        def after(items): items.insert(0, len(items))
        """,
        {"value": ["first"]},
        [None, None],
        [3, "first", "x", "x"],
    ),
    "Pipe": Use(
        """
        def user(end):
            end.send("a question")
            return end.recv()
        def other(end):
            asked = end.recv()
            end.send("an answer")
            end.send("left over")
            return asked
        """,
        {},
        ["an answer", "a question"],
        [["left over"], []],
        ([ref("it", 0)], [ref("it", 1)]),
    ),
    "Queue": Use(
        """
        def user(queue):
            for item in range(4):
                queue.put(item)
        def other(queue): return [queue.get(), queue.get()]
        """,
        {"maxsize": 2},
        [None, [0, 1]],
        [2, 3],
    ),
    "SimpleQueue": Use(
        """
        def user(queue):
            for item in range(4):
                queue.put(item)
        def other(queue): return [queue.get(), queue.get()]
        """,
        {},
        [None, [0, 1]],
        [2, 3],
    ),
    "Value": Use(
        """
        def user(value):
            for _ in range(200):
                with value.get_lock():
                    value.value += 1
        other = user
        """,
        {"typecode": "i", "value": 5},
        [None, None],
        405,
    ),
}


@pytest.mark.parametrize(("start_method", "run_as"), WAYS)
@pytest.mark.parametrize("kind", USES)
def test_a_primitive_works_between_processes(stage: Stage, kind: str, start_method: str, run_as: str) -> None:
    use = USES[kind]
    changes: dict[str, Any] = {"after": [ref("it")]} if "def after" in use.code else {}
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
    assert {*USES, "queue.Queue"} == set(TYPES)


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
