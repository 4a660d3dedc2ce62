"""A run that can move no more is found, and nothing else is taken for one."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import Any

import pytest

from engine.backends.processes import calls
from engine.backends.processes.stage import Stage
from engine.trace import Run
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow

SHARED: dict[str, dict[str, Any]] = {
    "a": {"type": "Lock"},
    "b": {"type": "Lock"},
    "queue": {"type": "Queue", "maxsize": 2},
    "simple": {"type": "SimpleQueue"},
    "pipe": {"type": "Pipe"},
    "event": {"type": "Event"},
    "semaphore": {"type": "Semaphore", "value": 1},
    "barrier": {"type": "Barrier", "parties": 3},
    "condition": {"type": "Condition"},
    "joinable": {"type": "JoinableQueue"},
    "fifo": {"type": "Fifo"},
    "remote": {"type": "Manager.Event"},
}


def run(stage: Stage, code: str, uses: dict[str, list[Any]], timeout_s: float = 20.0, **more: Any) -> Run:
    """A run in which each process gets the primitives that ``uses`` names."""
    names = {name.partition("[")[0] for given in [*uses.values(), more.get("before") or []] for name in given}
    arguments = {
        process: [ref(name.partition("[")[0], *map(int, name[:-1].split("[")[1:])) for name in given]
        for process, given in uses.items()
    }
    shared = {name: given for name, given in SHARED.items() if name in names}
    return perform(stage, a_plan(code, arguments, shared=shared, timeout_s=timeout_s, **more))


# What is found


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("run_as", ["process", "thread"])
def test_who_waits_for_what_is_told(stage: Stage, start_method: str, run_as: str) -> None:
    code = """
    def left(a, b, pipe):
        with a:
            pipe.send("mine")
            pipe.recv()
            with b: pass
    def right(b, a, pipe):
        with b:
            pipe.send("mine")
            pipe.recv()
            a.acquire()
    """

    done = run(
        stage,
        code,
        {"left": ["a", "b", "pipe[0]"], "right": ["b", "a", "pipe[1]"]},
        start_method=start_method,
        run_as=run_as,
    )

    assert (done.ending, done.why) == (
        "deadlock",
        "deadlock: left waits in b.acquire at scenario.yaml:6 (taken by right), "
        "right waits in a.acquire at scenario.yaml:11 (taken by left), "
        "the parent process waits in join",
    )
    left = done.processes["left"]
    assert left.waiting_for is not None
    assert (left.waiting_for.operation, left.waiting_for.where) == ("b.acquire", "scenario.yaml:6")
    assert 0 < left.waiting_for.since_s < done.duration_s
    assert any(call.endswith("scenario.yaml:6 in left") for call in left.stack)
    assert done.duration_s < 5


@pytest.mark.parametrize(
    ("code", "given", "operation"),
    [
        ("def user(queue): queue.get()", "queue", "queue.get at scenario.yaml:1 (nobody else was given it)"),
        (
            "def user(queue):\n  for n in range(3): queue.put(n)",
            "queue",
            "queue.put at scenario.yaml:2 (nobody else was given it)",
        ),
        ("def user(queue): queue.put('x' * 1_000_000)", "queue", "join_thread"),
        (
            "def user(simple): simple.put('x' * 1_000_000)",
            "simple",
            "simple.put at scenario.yaml:1 (nobody else was given it)",
        ),
        (
            "def user(end): end.recv()",
            "pipe[0]",
            "pipe[0].recv at scenario.yaml:1 (nobody else was given its other end)",
        ),
        (
            "def user(end): end.poll(None)",
            "pipe[1]",
            "pipe[1].poll at scenario.yaml:1 (nobody else was given its other end)",
        ),
        (
            "def user(end): end.send('x' * 1_000_000)",
            "pipe[0]",
            "pipe[0].send at scenario.yaml:1 (nobody else was given its other end)",
        ),
        ("def user(event): event.wait()", "event", "event.wait at scenario.yaml:1 (nobody else was given it)"),
        (
            "def user(it):\n  it.acquire()\n  it.acquire()",
            "semaphore",
            "semaphore.acquire at scenario.yaml:3 (nobody else was given it)",
        ),
        ("def user(barrier): barrier.wait()", "barrier", "barrier.wait at scenario.yaml:1 (nobody else was given it)"),
        (
            "def user(it):\n  with it: it.wait()",
            "condition",
            "condition.wait at scenario.yaml:2 (nobody else was given it)",
        ),
        (
            "def user(it):\n  it.put(1)\n  it.join()",
            "joinable",
            "joinable.join at scenario.yaml:3 (nobody else was given it)",
        ),
        ("def user(path): open(path)", "fifo", "fifo.open at scenario.yaml:1 (nobody else was given it)"),
        ("def user(it): it.wait()", "remote", "remote.wait at scenario.yaml:1 (nobody else was given it)"),
        (
            "import threading\ndef user(_): threading.Lock().acquire() and threading.Event().wait()",
            "a",
            "wait at scenario.yaml:2",
        ),
        ("import os, signal\ndef user(_): os.kill(os.getpid(), signal.SIGSTOP)", "a", "stop at scenario.yaml:2"),
        ("import os\ndef user(_): os.read(os.pipe()[0], 1)", "a", "recv at scenario.yaml:2"),
    ],
    ids=lambda value: value if len(value) < 12 else "",
)
def test_the_operation_that_never_ends_is_named(stage: Stage, code: str, given: str, operation: str) -> None:
    done = run(stage, code, {"user": [given]})

    assert (done.ending, done.why) == (
        "deadlock",
        f"deadlock: user waits in {operation}, the parent process waits in join",
    )


def test_processes_that_a_target_started_take_part(stage: Stage) -> None:
    code = """
    import multiprocessing
    def inner(lock): lock.acquire()
    def user(lock):
        lock.acquire()
        child = multiprocessing.Process(target=inner, args=(lock,))
        child.start()
        child.join()
    """

    done = run(stage, code, {"user": ["a"]})

    assert done.ending == "deadlock"
    assert "user waits in join at scenario.yaml:8" in str(done.why)
    assert " waits in a.acquire at scenario.yaml:3" in str(done.why)


def test_a_parent_that_waits_after_the_last_join_is_found(stage: Stage) -> None:
    code = "def user(queue): pass\ndef after(queue): queue.get()"

    done = run(stage, code, {"user": ["queue"]}, after=[ref("queue")])

    assert (done.ending, done.why) == (
        "deadlock",
        "deadlock: the parent process waits in queue.get at scenario.yaml:2 "
        "(nobody else who was given it is left: user has ended)",
    )


# What is not


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("import time\ndef user(_): time.sleep(0.8)", "a"),
        ("import time\ndef user(_):\n  end = time.monotonic() + 0.8\n  while time.monotonic() < end: pass", "a"),
        ("def user(it):\n  it.acquire()\n  assert not it.acquire(timeout=0.8)", "a"),
        ("def user(event): event.wait(0.8)", "event"),
        ("import queue\ndef user(it):\n  try: it.get(timeout=0.8)\n  except queue.Empty: pass", "queue"),
        ("def user(end): end.poll(0.8)", "pipe[0]"),
        (
            "import threading, time\ndef user(it):\n  it.acquire()\n"
            "  threading.Thread(target=lambda: (time.sleep(0.8), it.release())).start()\n  it.acquire()",
            "a",
        ),
        (
            "import signal\ndef user(it):\n  it.acquire()\n  signal.signal(signal.SIGALRM, lambda *_: it.release())\n"
            "  signal.setitimer(signal.ITIMER_REAL, 0.8)\n  it.acquire()",
            "a",
        ),
        ("import subprocess\ndef user(_): subprocess.run(['sleep', '0.8'])", "a"),
        (
            "import socket, threading, time\ndef user(_):\n  s = socket.create_server(('127.0.0.1', 0))\n"
            "  t = threading.Timer(0.8, lambda: socket.create_connection(s.getsockname()))\n  t.start()\n  s.accept()",
            "a",
        ),
        ("import select\ndef user(_): select.select([], [], [], 0.8)", "a"),
        ("import multiprocessing, time\ndef user(_):\n  with multiprocessing.Manager() as m: time.sleep(0.8)", "a"),
        ("def user(it): it.wait(0.8)", "remote"),
    ],
)
def test_what_can_still_move_is_left_alone(stage: Stage, code: str, given: str) -> None:
    done = run(stage, code, {"user": [given]})

    assert (done.ending, done.processes["user"].exitcode) == ("completed", 0)
    assert done.duration_s >= 0.7


def test_a_default_alarm_may_still_end_a_process(stage: Stage) -> None:
    code = "import signal\ndef user(it):\n  signal.alarm(1)\n  it.acquire()\n  it.acquire()"

    done = run(stage, code, {"user": ["a"]})

    assert (done.ending, done.processes["user"].exitcode) == ("completed", -14)


@pytest.mark.parametrize(
    "code",
    [
        "import socket\ndef user(_): socket.create_server(('127.0.0.1', 0)).accept()",
        "import signal\ndef user(_): signal.pause()",
        "import signal\ndef user(_): signal.sigwait([signal.SIGUSR1])",
        "import os\ndef user(_):\n  os.mkfifo(f'/tmp/engine-test-{os.getpid()}')\n"
        "  os.rename(f'/tmp/engine-test-{os.getpid()}', 'outside')\n  open('outside')",
    ],
    ids=["a socket", "a signal", "a signal waited for", "a named pipe of its own"],
)
def test_what_somebody_outside_could_end_is_no_deadlock(
    stage: Stage, code: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code.replace("'outside'", repr(str(tmp_path / "outside")))

    done = run(stage, code, {"user": ["a"]}, timeout_s=1.5)

    assert done.ending == "timeout"


def test_who_waits_for_a_process_of_somebody_elses_is_not_stuck(stage: Stage) -> None:
    code = f"""
    import os
    from multiprocessing import connection
    def user(_): connection.wait([os.pidfd_open({os.getpid()})])
    """

    assert run(stage, textwrap.dedent(code), {"user": ["a"]}, timeout_s=1.5).ending == "timeout"


def test_a_semaphore_that_others_can_find_by_its_name_is_not_ours_alone(stage: Stage) -> None:
    code = """
    import _multiprocessing, os
    def user(_):
        name = f"/engine-test-{os.getpid()}"
        semaphore = _multiprocessing.SemLock(1, 0, 1, name, False)
        print(name, flush=True)
        semaphore.acquire()
    """

    done = run(stage, textwrap.dedent(code), {"user": ["a"]}, timeout_s=1.5)

    assert done.ending == "timeout"


def test_operations_are_called_by_their_names_in_a_run_that_is_traced(stage: Stage) -> None:
    done = run(stage, "def user(it):\n  it.acquire()\n  it.acquire()", {"user": ["a"]}, is_traced=True)

    assert str(done.why).startswith("deadlock: user waits in a.acquire at scenario.yaml:3 (taken by user), ")


def test_a_semaphore_is_held_by_nobody(stage: Stage) -> None:
    code = "def user(it):\n  it.acquire()\n  it.acquire()"

    assert "taken" not in str(run(stage, code, {"user": ["semaphore"]}).why)


def test_a_process_that_only_waits_for_us_to_read_is_not_stuck(stage: Stage) -> None:
    code = "import os\ndef user(_):\n  for _ in range(300): os.write(1, b'x' * 65536)"

    assert run(stage, code, {"user": ["a"]}).ending == "completed"


def test_a_system_that_does_not_say_is_never_taken_for_stuck(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_CALLS", {})

    done = run(stage, "def user(it):\n  it.acquire()\n  it.acquire()", {"user": ["a"]}, timeout_s=1.0)

    assert done.ending == "timeout"
    assert sys.platform == "linux"
