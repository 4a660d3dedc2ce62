"""What is found out of everybody in a run that has to be ended, and that finding out changes nothing."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.trace import Run
from tests.processes_support import START_METHODS, a_plan, perform, ref

pytestmark = pytest.mark.slow


def run(stage: Stage, code: str, uses: dict[str, list[object]], **more: Any) -> Run:
    return perform(stage, a_plan(textwrap.dedent(code), uses, **{"timeout_s": 20.0, **more}))


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("is_traced", [False, True], ids=["", "traced"])
def test_what_waits_in_a_manager_is_named(stage: Stage, start_method: str, is_traced: bool) -> None:
    code = """
    def left(a, b, barrier):
        a.acquire()
        barrier.wait()
        b.acquire()
    def right(a, b, barrier):
        b.acquire()
        barrier.wait()
        with a: pass
    """
    given: list[object] = [ref("a"), ref("b"), ref("barrier")]

    done = run(
        stage,
        code,
        {"left": given, "right": given},
        shared={
            "a": {"type": "Manager.Lock"},
            "b": {"type": "Manager.Lock"},
            "barrier": {"type": "Manager.Barrier", "parties": 2},
        },
        start_method=start_method,
        is_traced=is_traced,
    )

    assert done.why == (
        "deadlock: left waits in b.acquire at scenario.yaml:5 (right was given it, too), "
        "right waits in a.acquire at scenario.yaml:9 (left was given it, too), "
        "the parent process waits in join"
    )


def test_a_queue_that_nobody_is_left_to_put_to_is_told(stage: Stage) -> None:
    code = """
    def producer(queue): queue.put(1)
    def consumer(queue):
        queue.get()
        queue.get()
    """
    uses: dict[str, list[object]] = {"producer": [ref("queue")], "consumer": [ref("queue")]}

    done = run(stage, code, uses, shared={"queue": {"type": "Queue"}})

    assert done.why == (
        "deadlock: consumer waits in queue.get at scenario.yaml:5 "
        "(nobody else who was given it is left: producer has ended), the parent process waits in join"
    )


def test_nothing_is_said_of_the_others_while_there_are_processes_that_targets_started(stage: Stage) -> None:
    code = """
    import multiprocessing
    def inner(queue): queue.get()
    def user(queue):
        multiprocessing.Process(target=inner, args=(queue,)).start()
        queue.get()
    """

    done = run(stage, code, {"user": [ref("queue")]}, shared={"queue": {"type": "Queue"}})

    assert "given" not in str(done.why)
    (stranger,) = done.strangers.values()
    assert stranger.waiting_for is not None
    assert stranger.lines == ("scenario.yaml:3 in inner", "scenario.yaml:5 in user")


@pytest.mark.parametrize("is_traced", [False, True], ids=["", "traced"])
def test_each_is_told_since_when_it_waits(stage: Stage, is_traced: bool) -> None:
    code = """
    import time
    def early(lock):
        with lock:
            lock.acquire()
    def late(event):
        time.sleep(1.5)
        event.wait()
    """
    uses: dict[str, list[object]] = {"early": [ref("lock")], "late": [ref("event")]}
    shared = {"lock": {"type": "Lock"}, "event": {"type": "Event"}}

    done = run(stage, code, uses, shared=shared, is_traced=is_traced)

    early, late = (done.processes[name].waiting_for for name in ("early", "late"))
    assert done.ending == "deadlock"
    assert early is not None
    assert late is not None
    assert 0 < early.since_s < 1.5 < late.since_s < done.duration_s


def test_of_a_run_out_of_time_it_is_told_too(stage: Stage) -> None:
    code = """
    def stuck(lock):
        with lock:
            lock.acquire()
    def busy():
        while True: pass
    """
    uses: dict[str, list[object]] = {"stuck": [ref("lock")], "busy": []}

    done = run(stage, code, uses, shared={"lock": {"type": "Lock"}}, timeout_s=2.0)

    stuck = done.processes["stuck"]
    assert done.ending == "timeout"
    assert stuck.waiting_for is not None
    assert stuck.waiting_for.since_s < 1.5
    assert stuck.lines == ("scenario.yaml:4 in stuck",)
    assert done.processes["busy"].lines == ("scenario.yaml:6 in busy",)


STOPPING = """
import os, signal
def inner():
    os.kill(os.getpid(), signal.SIGSTOP)
    os.write(1, b"I went on")
def stopped(event):
    inner()
def parent_of_one(event):
    pid = os.fork()
    if pid == 0:
        inner()
    os.waitpid(pid, 0)
    os.write(1, b"I saw it end")
def other(event):
    event.wait()
"""


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_process_that_stopped_itself_shows_its_stack_and_does_nothing_more(stage: Stage, start_method: str) -> None:
    uses: dict[str, list[object]] = {"stopped": [ref("event")], "other": [ref("event")]}

    done = run(stage, STOPPING, uses, shared={"event": {"type": "Event"}}, start_method=start_method)

    stopped = done.processes["stopped"]
    assert stopped.lines == ("scenario.yaml:4 in inner", "scenario.yaml:7 in stopped")
    assert (done.ending, done.stdout, stopped.exitcode, done.leaks) == ("deadlock", "", None, ())
    assert str(done.why).startswith("deadlock: stopped waits in stop at scenario.yaml:4, other waits in event.wait ")


def test_nobody_sees_the_end_of_who_was_stopped(stage: Stage) -> None:
    done = run(stage, STOPPING, {"parent_of_one": [ref("event")]}, shared={"event": {"type": "Event"}})

    assert (done.ending, done.stdout, done.processes["parent_of_one"].exitcode) == ("deadlock", "", None)
    (stranger,) = done.strangers.values()
    assert stranger.lines == ("scenario.yaml:4 in inner", "scenario.yaml:11 in parent_of_one")


def test_a_parent_process_that_stopped_itself_shows_its_stack(stage: Stage) -> None:
    code = STOPPING + "def before(): inner()\n"

    done = run(stage, code, {"other": [ref("event")]}, shared={"event": {"type": "Event"}}, before=[])

    assert done.why == "deadlock: the parent process waits in stop at scenario.yaml:4"
    assert done.parent.lines == ("scenario.yaml:4 in inner", "scenario.yaml:16 in before")
    assert (done.parent.exitcode, done.stdout) == (None, "")


def test_a_stopped_process_with_threads_that_could_go_on_meanwhile_is_not_asked(stage: Stage) -> None:
    code = """
    import os, signal, threading
    def work():
        while True: os.write(1, b".") if went_on else None
    went_on = False
    def stopped():
        global went_on
        threading.Thread(target=work, daemon=True).start()
        went_on = not os.kill(os.getpid(), signal.SIGSTOP)
    """

    done = run(stage, code, {"stopped": []})

    assert (done.ending, done.stdout, done.processes["stopped"].stack) == ("deadlock", "", ())
