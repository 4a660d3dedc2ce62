"""What cannot be pickled cannot be given to a process that is spawned: Python's own error says so, to who starts it."""

from __future__ import annotations

import textwrap
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest

from engine.backends.simulation.backend import Simulation
from engine.plan import Reference
from engine.trace import Returned
from tests.processes_support import ref
from tests.stage.simulation.stories import explored, only, values

pytestmark = pytest.mark.slow

MAKERS = """
import threading
def inner():
    def local(): pass
    return local
def generator(): return (item for item in "ab")
def lock(): return threading.Lock()
"""


def genuine(maker: str) -> str:
    """What Python says of what ``maker`` makes."""
    names: dict[str, Any] = {}
    exec(MAKERS, names)
    try:
        ForkingPickler.dumps(names[maker]())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"{maker} makes what can be pickled")


@pytest.mark.parametrize("maker", ["inner", "generator", "lock"])
@pytest.mark.parametrize(("start_method", "is_refused"), [("fork", False), ("spawn", True), ("forkserver", True)])
def test_a_target_that_starts_a_process_is_told_so(
    simulation: Simulation, maker: str, start_method: str, is_refused: bool
) -> None:
    source = MAKERS + textwrap.dedent(
        f"""
        import multiprocessing
        def child(thing): pass
        def one():
            started = multiprocessing.Process(target=child, args=({maker}(),))
            try:
                started.start()
            except Exception as error:
                return [f"{{type(error).__name__}}: {{error}}", started.pid, multiprocessing.active_children()]
            started.join()
            return [started.exitcode]
        """
    )

    expected: list[object] = [genuine(maker), None, []] if is_refused else [0]
    assert values(only(simulation, source, start_method=start_method)) == (expected,)


def test_a_process_of_the_scenario_that_cannot_be_given_it_is_not_started_and_the_others_are(
    simulation: Simulation,
) -> None:
    source = "import threading\nlock = threading.Lock()\ndef one(lock): return 1\ndef other(): return 2"

    run = only(simulation, source, {"one": [Reference("code", "lock")], "other": []}, start_method="spawn")

    assert (run.ending, values(run)) == ("completed", ("TypeError: cannot pickle '_thread.lock' object", 2))
    assert run.processes["one"].started_s is None
    assert run.stderr.endswith("TypeError: cannot pickle '_thread.lock' object\n")


LATE = textwrap.dedent(
    """
    import multiprocessing
    class Late:
        def __reduce__(self): return broken, ()
    def broken(): raise ValueError("not here")
    def make(): return Late()
    def child(thing): print("never")
    """
)


def test_what_cannot_be_unpickled_ends_the_process_that_is_given_it_and_not_who_starts_it(
    simulation: Simulation,
) -> None:
    source = LATE + textwrap.dedent(
        """
        def one():
            started = multiprocessing.Process(target=child, args=(Late(),))
            started.start()
            started.join()
            return started.exitcode
        """
    )

    run = only(simulation, source, start_method="spawn")

    assert values(run) == (1,)
    assert run.stdout == ""
    assert run.stderr.splitlines()[-1] == "ValueError: not here"


def test_a_process_of_the_scenario_fails_to_begin_where_it_cannot_unpickle_what_it_is_given(
    simulation: Simulation,
) -> None:
    source = LATE + "late = make()"

    run = only(simulation, source, {"child": [Reference("code", "late")]}, start_method="spawn")

    assert (run.ending, run.processes["child"].exitcode, run.processes["child"].raised) == ("completed", 1, None)
    assert run.stderr.startswith("Traceback (most recent call last):")


def test_what_unpickling_does_is_done_by_who_is_started(simulation: Simulation) -> None:
    source = """
        import multiprocessing
        class Late:
            def __init__(self, end): self.end = end
            def __reduce__(self): return receive, (self.end,)
        def receive(end): return end.recv()
        def work(late, results): results.put(late)
        def one(results):
            receiver, sender = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.Process(target=work, args=(Late(receiver), results))
            child.start()
            sender.send("late")
            child.join()
            return results.get()
        """
    results = {"results": {"type": "SimpleQueue"}}

    run = only(simulation, source, {"one": [ref("results")]}, shared=results, start_method="spawn")

    assert run.processes["one"].returned == Returned("late")


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
@pytest.mark.parametrize(("last", "exitcodes"), [("kept.clear()", {0, 1}), ("pass", {0})])
def test_a_semaphore_is_gone_with_its_maker_s_last_reference_to_it(
    simulation: Simulation, start_method: str, last: str, exitcodes: set[int]
) -> None:
    source = f"""
        import multiprocessing
        def work(lock): lock.acquire()
        def one():
            kept = [multiprocessing.Lock()]
            child = multiprocessing.Process(target=work, args=(kept[0],))
            child.start()
            {last}
            child.join()
            return child.exitcode
        """

    found = explored(simulation, source, {"one": []}, start_method=start_method).found

    assert {one.run.processes["one"].returned for one in found} == {Returned(code) for code in exitcodes}
    assert all(
        ("FileNotFoundError" in one.run.stderr) is (one.run.processes["one"].returned == Returned(1)) for one in found
    )


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("def one():\n  lock = Lock()\n  Process(target=work, args=(lock,)).start()", {"", "begun\n"}),
        ("def one():\n  global lock\n  lock = Lock()\n  Process(target=work, args=(lock,)).start()", {"", "begun\n"}),
        ("def begin():\n  value = Value('i')\n  child = Process(target=work, args=(value,))\n  child.start()\n"
         "  Pipe()[0].close()\n  return child\ndef one(): begin().join()", {"", "begun\n"}),
        ("def one():\n  Process(target=work, args=(Lock(),)).start()", {""}),
        ("def one():\n  lock = Lock()\n  child = Process(target=work, args=(lock,))\n  child.start()\n  child.join()",
         {"begun\n"}),
        ("def tell(lock, end):\n  end.send('begun')\ndef one():\n  lock, (mine, its) = Lock(), Pipe()\n"
         "  Process(target=tell, args=(lock, its)).start()\n  print(mine.recv())\n  del lock", {"begun\n"}),
        ("def middle(lock): Process(target=work, args=(lock,)).start()\ndef one():\n  lock = Lock()\n"
         "  child = Process(target=middle, args=(lock,))\n  child.start()\n  child.join()", {"begun\n"}),
    ],
)  # fmt: skip
def test_whether_a_semaphore_is_found_goes_by_when_its_maker_lets_go_of_it(
    simulation: Simulation, start_method: str, source: str, printed: set[str]
) -> None:
    source = f"from multiprocessing import Lock, Pipe, Process, Value\ndef work(it): print('begun')\n{source}"

    exploration = explored(simulation, source, {"one": []}, start_method=start_method)

    assert exploration.exhausted
    assert {found.run.stdout for found in exploration.found} == printed


def test_a_semaphore_that_is_passed_on_and_let_go_of_is_refused(simulation: Simulation) -> None:
    source = """
        from multiprocessing import Lock, Process
        def work(lock): pass
        def middle(lock): Process(target=work, args=(lock,)).start()
        def one():
            lock = Lock()
            Process(target=middle, args=(lock,)).start()
        """

    exploration = explored(simulation, source, {"one": []}, start_method="spawn")

    assert exploration.refusal is not None
    assert exploration.refusal.startswith(
        "a semaphore that one process has made, and another one starts a process with"
    )
