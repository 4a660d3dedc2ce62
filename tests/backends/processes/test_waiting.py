"""From stacks and the kernel's word to what people read."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence

import pytest

from engine.backends.processes import kernel, waiting
from engine.backends.processes.calls import Wait
from engine.backends.processes.kernel import Thread
from engine.backends.processes.stacks import Frame, parse
from engine.backends.processes.waiting import Doing, Sources, doing
from engine.stage import children
from engine.stage.handles import handles, semaphores

LIBRARY = "/usr/lib/python3.11/multiprocessing/"
SOURCES = Sources("/project/scenario.yaml", ["/project"])
OWN = Frame("/project/scenario.yaml", 7, "consumer")
RUN = Frame(children.__file__, 39, "run")
HELD = Wait(Thread(1, 1, "S", 0, None), "futex", (12,))
READS = Wait(Thread(1, 1, "S", 0, None), "read", ("pipe:[12]",))


def test_the_answer_of_a_process_is_read_as_one_stack_for_each_thread() -> None:
    text = """\
Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 327 in wait
  File "<string>", line ??? in <module>

Current thread 0x00007f02 [main] (most recent call first):
  File "/a b/x.py", line 3 in f
"""

    assert parse(text) == {
        0x7F01: (Frame("/usr/lib/python3.11/threading.py", 327, "wait"), Frame("<string>", 0, "<module>")),
        0x7F02: (Frame("/a b/x.py", 3, "f"),),
    }


@pytest.mark.parametrize(
    ("stack", "wait", "handle", "said"),
    [
        (
            (Frame(f"{LIBRARY}connection.py", 1, "_recv"), Frame(f"{LIBRARY}queues.py", 103, "Queue.get"), OWN, RUN),
            READS,
            ["descriptor", "pipe:[12]", "queue", "_reader", ""],
            "waits in queue.get at scenario.yaml:7",
        ),
        ((OWN, RUN), READS, ["descriptor", "pipe:[12]", "pipe[0]", "", ""], "waits in pipe[0].recv at scenario.yaml:7"),
        ((OWN, RUN), READS, None, "waits in recv at scenario.yaml:7"),
        ((OWN, RUN), None, None, "runs at scenario.yaml:7"),
        (
            (Frame(f"{LIBRARY}synchronize.py", 95, "__enter__"), OWN),
            READS,
            ["descriptor", "pipe:[12]", "a", "", ""],
            "waits in a.acquire at scenario.yaml:7",
        ),
        ((Frame(f"{LIBRARY}queues.py", 200, "_finalize_join"),), READS, None, "waits in join_thread"),
        ((), READS, None, "waits in recv"),
        ((), None, None, "is still there"),
        ((OWN,), READS._replace(kind="stopped", things=()), None, "waits in stop at scenario.yaml:7"),
    ],
)
def test_what_a_thread_does_is_said_in_its_authors_words(
    stack: tuple[Frame, ...], wait: Wait | None, handle: list[str] | None, said: str
) -> None:
    known = waiting.Handles(os.getpid(), [handle] if handle else [], {})

    assert str(doing(stack, wait, known, SOURCES)) == said


def test_who_holds_a_lock_is_read_from_their_memory() -> None:
    lock, counter = multiprocessing.Lock(), multiprocessing.Semaphore(2)
    told = [*handles({"lock": lock}), *(one._replace(part="_sem") for one in handles({"counter": counter}))]
    inodes = [kernel.mapped(kernel.mappings(os.getpid()), int(one.key)) for one in told]
    waits = [HELD._replace(things=(inode or 0,)) for inode in inodes]

    def holders(thread: int | None = None) -> list[Sequence[str] | None]:
        me = {"me": waiting.Holder(os.getpid(), thread, [])}
        return [waiting.Handles(os.getpid(), told, me).holders(wait) for wait in waits]

    assert holders() == [[], None]
    with lock, counter:
        assert holders() == [["me"], None]
        assert holders(threading.get_ident()) == [["me"], None]
        assert holders(1) == [[], None]


def test_the_addresses_that_a_process_tells_are_its_own() -> None:
    lock = multiprocessing.Lock()
    pairs = [(int(handle), int(at)) for handle, at in semaphores([lock])]

    assert pairs == [(lock._semlock.handle, id(lock._semlock))]  # type: ignore[attr-defined]


def test_a_story_says_who_holds_a_lock() -> None:
    assert str(Doing("lock.acquire", None, "taken by left")) == "waits in lock.acquire (taken by left)"
    assert str(Doing("lock.acquire", "x:1", "taken by a")) == "waits in lock.acquire at x:1 (taken by a)"


def test_an_environment_within_the_project_is_not_its_own() -> None:
    assert "/project/targets.py" in SOURCES
    assert "/project/.venv/lib/python3.11/site-packages/x.py" not in SOURCES
    assert "/elsewhere/x.py" not in SOURCES
    assert RUN.file not in Sources("x.yaml", ["/", os.getcwd()])


def test_a_stack_is_shown_without_what_led_to_the_scenario() -> None:
    outer = Frame("/usr/lib/python3.11/multiprocessing/process.py", 314, "_bootstrap")

    assert waiting.without_ours((OWN, RUN, outer)) == (OWN,)
    assert waiting.without_ours((RUN, outer)) == (RUN, outer)


def test_everybody_has_a_place_in_the_story() -> None:
    people = {"left": Doing("b.acquire", "x.yaml:8"), "the parent process": Doing("join", None)}

    assert waiting.story(people) == "left waits in b.acquire at x.yaml:8, the parent process waits in join"


def test_handles_that_make_no_sense_are_left_out() -> None:
    assert waiting.decoded([["path", "/x", "f", "", ""], ["path", "/x"], None, ["path", 1, "f", "", ""]]) == [
        ["path", "/x", "f", "", ""]
    ]


def test_a_primitive_is_known_by_what_the_kernel_calls_its_parts() -> None:
    told = [["descriptor", "pipe:[12]", "queue", "_reader", ""], ["semaphore", "1", "a", "", "1"]]
    known = waiting.Handles(os.getpid(), told, {})

    assert known.name(READS) == "queue"
    assert known.name(READS._replace(things=("pipe:[13]",))) is None
