"""What the simulation says can happen, real processes can be made to do; and where it is wrong, they say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import pytest

from engine.backends.processes import conductor
from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.forcing import Confirmation, Rehearsal, compare, forced, obstacle
from engine.plan import Fault, Plan, Turn
from engine.schedule import Schedule
from tests.processes_support import a_plan, perform, ref

pytestmark = pytest.mark.slow

SETTINGS = Settings(strategy="dpor", keep_going=True)


class Program(NamedTuple):
    """A plan, and how many outcomes it has."""

    source: str
    processes: Mapping[str, Sequence[object]]
    shared: Mapping[str, Mapping[str, object]]
    outcomes: int


PROGRAMS = {
    "lost update": Program(
        """
        def left(counter): counter.value += 1
        def right(counter): counter.value += 1
        """,
        {"left": [ref("counter")], "right": [ref("counter")]},
        {"counter": {"type": "Value", "typecode": "i", "value": 0}},
        2,
    ),
    "lost update in memory without a lock": Program(
        """
        def left(counter): counter.value += 1
        def right(counter): counter.value += 1
        """,
        {"left": [ref("counter")], "right": [ref("counter")]},
        {"counter": {"type": "RawValue", "typecode": "i", "value": 0}},
        2,
    ),
    "lock order": Program(
        """
        def left(a, b):
            with a, b: return "both"
        def right(a, b):
            with b, a: return "both"
        """,
        {"left": [ref("a"), ref("b")], "right": [ref("a"), ref("b")]},
        {"a": {"type": "Lock"}, "b": {"type": "Lock"}},
        2,
    ),
    "who has put and fails": Program(
        """
        def left(queue):
            queue.put(1)
            raise ValueError("failed")
        def right(queue): return queue.get()
        """,
        {"left": [ref("queue")], "right": [ref("queue")]},
        {"queue": {"type": "Queue"}},
        1,
    ),
    "a lock that is tried": Program(
        """
        def left(lock):
            with lock: pass
        def right(lock): return lock.acquire(False), lock.acquire(timeout=60)
        """,
        {"left": [ref("lock")], "right": [ref("lock")]},
        {"lock": {"type": "Lock"}},
        4,
    ),
    "a queue that is not empty, or is": Program(
        """
        def putter(jobs):
            jobs.put(1)
            return jobs.empty(), jobs.qsize()
        def getter(jobs): return jobs.get()
        """,
        {"putter": [ref("jobs")], "getter": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        4,
    ),
    "two putters": Program(
        """
        def left(jobs): jobs.put("left")
        def right(jobs): jobs.put(["right"])
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        2,
    ),
    "a get that gives up": Program(
        """
        import queue
        def putter(jobs): jobs.put(1)
        def getter(jobs):
            try: return jobs.get(timeout=60)
            except queue.Empty: return "empty"
        """,
        {"putter": [ref("jobs")], "getter": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        2,
    ),
    "tasks that are done": Program(
        """
        def boss(jobs):
            jobs.put(1)
            jobs.join()
        def worker(jobs):
            jobs.get()
            jobs.task_done()
        """,
        {"boss": [ref("jobs")], "worker": [ref("jobs")]},
        {"jobs": {"type": "JoinableQueue"}},
        1,
    ),
    "an event that is cleared again": Program(
        """
        def waiter(flag): return flag.wait(60)
        def setter(flag):
            flag.set()
            flag.clear()
        """,
        {"waiter": [ref("flag")], "setter": [ref("flag")]},
        {"flag": {"type": "Event"}},
        2,
    ),
    "a lost wake-up": Program(
        """
        def waiter(news):
            with news: return news.wait()
        def notifier(news):
            with news: news.notify()
        """,
        {"waiter": [ref("news")], "notifier": [ref("news")]},
        {"news": {"type": "Condition"}},
        2,
    ),
    "a condition under a lock of its users'": Program(
        """
        def waiter(news, lock):
            with lock: return news.wait(60)
        def notifier(news, lock):
            with news: news.notify_all()
        """,
        {"waiter": [ref("news"), ref("lock")], "notifier": [ref("news"), ref("lock")]},
        {"lock": {"type": "Lock"}, "news": {"type": "Condition", "lock": ref("lock")}},
        2,
    ),
    "a condition that somebody waits for": Program(
        """
        def waiter(news, done):
            with news: return news.wait_for(lambda: done.value)
        def notifier(news, done):
            with news:
                done.value = 1
                news.notify()
        """,
        {"waiter": [ref("news"), ref("done")], "notifier": [ref("news"), ref("done")]},
        {"news": {"type": "Condition"}, "done": {"type": "Value", "typecode": "i", "value": 0}},
        1,
    ),
    "a barrier that breaks": Program(
        """
        def left(start): return start.wait(60)
        def right(start): return start.wait()
        """,
        {"left": [ref("start")], "right": [ref("start")]},
        {"start": {"type": "Barrier", "parties": 2}},
        4,
    ),
    "a pipe that is looked into": Program(
        """
        def sender(end):
            end.send(1)
            end.send(2)
        def receiver(end):
            received = []
            while end.poll(): received.append(end.recv())
            return received
        """,
        {"sender": [ref("pipe", 0)], "receiver": [ref("pipe", 1)]},
        {"pipe": {"type": "Pipe"}},
        3,
    ),
    "a list in memory that is searched": Program(
        """
        def writer(items): items[0] = 2
        def reader(items): return items.index(2), items.count(2)
        """,
        {"writer": [ref("items")], "reader": [ref("items")]},
        {"items": {"type": "ShareableList", "value": [1, 2]}},
        3,
    ),
    "an acquire that waits for ever after one that did not wait": Program(
        """
        def left(lock): lock.acquire()
        def right(lock): return lock.acquire(False), lock.acquire()
        """,
        {"left": [ref("lock")], "right": [ref("lock")]},
        {"lock": {"type": "Lock"}},
        2,
    ),
    "a manager's queue that is not waited for": Program(
        """
        import queue
        def putter(jobs): jobs.put_nowait(1)
        def getter(jobs):
            try: return jobs.get_nowait()
            except queue.Empty: return "empty"
        """,
        {"putter": [ref("jobs")], "getter": [ref("jobs")]},
        {"jobs": {"type": "Manager.Queue"}},
        2,
    ),
    "a manager's barrier that is looked at": Program(
        """
        def waiter(start): return start.parties, start.wait(60)
        def looker(start): return start.n_waiting, start.broken, start.wait()
        """,
        {"waiter": [ref("start")], "looker": [ref("start")]},
        {"start": {"type": "Manager.Barrier", "parties": 1}},
        1,
    ),
    "a list in memory that has no such item": Program(
        """
        def writer(items): items[0] = 2
        def reader(items):
            try: return items[0], items[2]
            except IndexError: return items[0]
        """,
        {"writer": [ref("items")], "reader": [ref("items")]},
        {"items": {"type": "ShareableList", "value": [1, 2]}},
        2,
    ),
    "a value's lock that is tried while somebody reads": Program(
        """
        def reader(counter): return counter.value
        def trier(counter): return counter.acquire(False)
        """,
        {"reader": [ref("counter")], "trier": [ref("counter")]},
        {"counter": {"type": "Value", "typecode": "i", "value": 5}},
        3,
    ),
    "a simple queue that nothing comes through": Program(
        """
        def left(jobs): return jobs.empty(), jobs.get()
        def right(jobs):
            jobs.close()
            try: jobs.get()
            except OSError as error: message = str(error)
            try: jobs.empty()
            except OSError as error: return message, str(error)
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "SimpleQueue"}},
        2,
    ),
    "a manager's namespace": Program(
        """
        def left(names): names.a += 1
        def right(names): names.a += 1
        """,
        {"left": [ref("names")], "right": [ref("names")]},
        {"names": {"type": "Manager.Namespace", "value": {"a": 0}}},
        2,
    ),
    "an array that refuses": Program(
        """
        def writer(items):
            try: items[1:] = [5, 6, 7]
            except ValueError: items[0] = 5
        def reader(items):
            try: return items[3]
            except IndexError: return items[0]
        """,
        {"writer": [ref("items")], "reader": [ref("items")]},
        {"items": {"type": "Array", "typecode": "i", "values": [1, 2, 3]}},
        2,
    ),
    "a pipe of which each closes what is the other's": Program(
        """
        def left(mine, its):
            its.close()
            mine.send(1)
            mine.close()
        def right(its, mine):
            its.close()
            got = [mine.recv()]
            try: mine.recv()
            except EOFError: return got
        """,
        {"left": [ref("pipe", 1), ref("pipe", 0)], "right": [ref("pipe", 1), ref("pipe", 0)]},
        {"pipe": {"type": "Pipe", "duplex": False}},
        1,
    ),
    "what is printed": Program(
        """
        import time
        def left():
            print("left", flush=True)
            time.sleep(60)
            print("left again")
        def right(): print("right")
        """,
        {"left": [], "right": []},
        {},
        3,
    ),
    "what runs at exit": Program(
        """
        import atexit
        def left(): atexit.register(print, "at exit")
        """,
        {"left": []},
        {},
        1,
    ),
    "bytes below text, and lines of errors": Program(
        """
        import sys
        def left():
            print("text")
            sys.stdout.buffer.write(b"bytes, ")
            print("an", "error", file=sys.stderr)
        def right(): print("another", "error", file=sys.stderr)
        """,
        {"left": [], "right": []},
        {},
        2,
    ),
    "too much to be kept back": Program(
        """
        import os
        def left():
            for letter in "abcde": print(letter * 4999)
            os._exit(0)
        def right(): print("right")
        """,
        {"left": [], "right": []},
        {},
        4,
    ),
    "who ends while his feeder writes": Program(
        """
        def left(jobs):
            jobs.put("l")
            jobs.cancel_join_thread()
        def right(jobs): jobs.put("r")
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        4,
    ),
    "an item that cannot be pickled, put first": Program(
        """
        def left(jobs):
            jobs.put(lambda: None)
            jobs.put(4)
        def right(jobs):
            try: return jobs.get(timeout=0.3)
            except Exception: return "nothing"
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "JoinableQueue"}},
        3,
    ),
    "an item that cannot be pickled, put last": Program(
        """
        def left(jobs): jobs.put(lambda: None)
        def right(jobs): return jobs.qsize()
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        4,
    ),
    "who waits for an event in a manager": Program(
        """
        def left(event): return event.wait(9)
        def right(event):
            event.set()
            event.clear()
        """,
        {"left": [ref("event")], "right": [ref("event")]},
        {"event": {"type": "Manager.Event"}},
        2,
    ),
    "who waits for news in a manager": Program(
        """
        def left(news):
            with news: return news.wait(9)
        def middle(news):
            with news: return news.wait()
        def right(news):
            with news: news.notify()
        """,
        {"left": [ref("news")], "middle": [ref("news")], "right": [ref("news")]},
        {"news": {"type": "Manager.Condition"}},
        3,
    ),
    "who meets in a manager": Program(
        """
        def left(barrier):
            try: return barrier.wait(9)
            except Exception: return "broken"
        def right(barrier):
            try: return barrier.wait()
            except Exception: return "broken"
        """,
        {"left": [ref("barrier")], "right": [ref("barrier")]},
        {"barrier": {"type": "Manager.Barrier", "parties": 2}},
        3,
    ),
    "bytes of shared memory": Program(
        """
        def left(block):
            block.buf[0] = block.buf[0] + 1
            return bytes(block.buf[0:2])
        def right(block):
            part = block.buf[0:2]
            part[0] += 1
            block.buf[1:3] = b"ab"
            try: block.close()
            except BufferError as error: return str(error), part[1]
        """,
        {"left": [ref("block")], "right": [ref("block")]},
        {"block": {"type": "SharedMemory", "size": 4}},
        5,
    ),
    "who waits at a barrier": Program(
        """
        def left(barrier):
            try: return barrier.wait()
            except Exception: return "broken"
        def right(barrier):
            waiting = barrier.n_waiting
            barrier.abort()
            return waiting, barrier.broken
        """,
        {"left": [ref("barrier")], "right": [ref("barrier")]},
        {"barrier": {"type": "Barrier", "parties": 2}},
        2,
    ),
    "what is for threads": Program(
        """
        def left(lock, event, own, jobs):
            with lock: jobs.put(event.wait(0.01))
            own.put(1)
        def right(lock, event, own, jobs):
            event.set()
            try: own.get(timeout=0.01)
            except Exception: return lock.acquire(), jobs.empty()
        """,
        {name: [ref("lock"), ref("event"), ref("own"), ref("jobs")] for name in ("left", "right")},
        {
            "lock": {"type": "threading.Lock"},
            "event": {"type": "threading.Event"},
            "own": {"type": "queue.Queue"},
            "jobs": {"type": "Queue"},
        },
        2,
    ),
    "what a pipe cannot send": Program(
        """
        def left(ends, counter):
            try: ends[1].send(lambda: 3)
            except Exception: counter.value += 1
            ends[1].send(counter.value)
        def right(ends, counter):
            counter.value += 1
            return ends[0].recv()
        """,
        {name: [ref("ends"), ref("counter")] for name in ("left", "right")},
        {"ends": {"type": "Pipe"}, "counter": {"type": "RawValue", "typecode": "i", "value": 0}},
        3,
    ),
    "what a simple queue cannot carry": Program(
        """
        def left(queue, counter):
            try: queue.put(lambda: 3)
            except Exception: counter.value += 1
            queue.put(counter.value)
        def right(queue, counter):
            counter.value += 1
            return queue.get()
        """,
        {name: [ref("queue"), ref("counter")] for name in ("left", "right")},
        {"queue": {"type": "SimpleQueue"}, "counter": {"type": "RawValue", "typecode": "i", "value": 0}},
        3,
    ),
    "what a manager cannot be told": Program(
        """
        def left(names, counter):
            try: names.append(lambda: 3)
            except Exception: counter.value += 1
            names.append(counter.value)
        def right(names, counter):
            counter.value += 1
            return len(names)
        """,
        {name: [ref("names"), ref("counter")] for name in ("left", "right")},
        {"names": {"type": "Manager.list"}, "counter": {"type": "RawValue", "typecode": "i", "value": 0}},
        6,
    ),
    "a manager's condition that is waited for no longer": Program(
        """
        def left(news, told):
            with news: return news.wait_for(lambda: told.is_set(), 0.01)
        def right(news, told):
            told.set()
            with news: news.notify()
        """,
        {name: [ref("news"), ref("told")] for name in ("left", "right")},
        {"news": {"type": "Manager.Condition"}, "told": {"type": "Event"}},
        2,
    ),
    "a call that does not fit": Program(
        """
        def left(queue, number):
            try: queue.get(timeout=1)
            except TypeError: number.value += 1
        def right(queue, number): return number.value
        """,
        {name: [ref("queue"), ref("number")] for name in ("left", "right")},
        {"queue": {"type": "SimpleQueue"}, "number": {"type": "RawValue", "typecode": "i", "value": 0}},
        2,
    ),
    "what a closed queue is asked": Program(
        """
        def left(queue, number):
            queue.put(1)
            queue.close()
            for ask in (queue.empty, queue.qsize):
                try: ask()
                except OSError: number.value += 1
        def right(queue, number): return number.value
        """,
        {name: [ref("queue"), ref("number")] for name in ("left", "right")},
        {"queue": {"type": "Queue"}, "number": {"type": "RawValue", "typecode": "i", "value": 0}},
        3,
    ),
    "what memory cannot hold": Program(
        """
        def left(number, numbers, texts):
            for hold in (
                lambda: setattr(number, "value", "a"),
                lambda: numbers.__setitem__(0, "a"),
                lambda: numbers.__setitem__(slice(2), [1]),
                lambda: numbers[7],
                lambda: texts.__setitem__(0, "t" * 100),
                lambda: texts[7],
            ):
                try: hold()
                except (IndexError, TypeError, ValueError): number.value += 1
        def right(number, numbers, texts): return number.value
        """,
        {name: [ref("number"), ref("numbers"), ref("texts")] for name in ("left", "right")},
        {
            "number": {"type": "RawValue", "typecode": "i", "value": 0},
            "numbers": {"type": "RawArray", "typecode": "i", "size": 2},
            "texts": {"type": "ShareableList", "value": ["text"]},
        },
        7,
    ),
    "a manager's list": Program(
        """
        def left(names): names[0] = names[0] + "l"
        def right(names): names[0] = names[0] + "r"
        """,
        {"left": [ref("names")], "right": [ref("names")]},
        {"names": {"type": "Manager.list", "value": [""]}},
        4,
    ),
}


def plan_of(name: str, start_method: str = "fork") -> Plan:
    program = PROGRAMS[name]
    return a_plan(program.source, program.processes, shared=program.shared, start_method=start_method)


def rehearsals(plan: Plan) -> list[Rehearsal]:
    """All that can come of it."""
    fields: dict[str, Any] = {"fingerprint": "", "file": "", "name": "", "variant": {}, "timing": "any", "seed": 0}
    with closing(Simulation()) as simulation:
        explored = simulation.explore(plan, SETTINGS, lambda run: False)
        assert explored.exhausted
        return [
            simulation.rehearse(plan, Schedule(**fields, exact=found.exact, steps=found.schedule), orders_output=True)
            for found in explored.found
        ]


def confirmation(stage: Stage, plan: Plan, rehearsal: Rehearsal) -> Confirmation:
    assert obstacle(plan, rehearsal) is None
    return compare(rehearsal.found, perform(stage, forced(plan, rehearsal)), orders_output=True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_outcome_of_the_simulation_is_one_of_reality(stage: Stage, name: str) -> None:
    plan = plan_of(name)

    outcomes = rehearsals(plan)

    assert len(outcomes) == PROGRAMS[name].outcomes
    for rehearsal in outcomes:
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
@pytest.mark.parametrize(
    "name",
    [
        "lost update in memory without a lock",
        "a queue that is not empty, or is",
        "a lost wake-up",
        "a pipe that is looked into",
        "what runs at exit",
        "who waits for news in a manager",
        "bytes of shared memory",
    ],
)
def test_the_same_is_so_under_other_start_methods(stage: Stage, name: str, start_method: str) -> None:
    plan = plan_of(name, start_method)

    for rehearsal in rehearsals(plan):
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


# Who is killed

KILLED = {
    "a worker that has a job": Program(
        """
        def left(jobs, done): jobs.put("job")
        def right(jobs, done): done.put(jobs.get())
        """,
        {"left": [ref("jobs"), ref("done")], "right": [ref("jobs"), ref("done")]},
        {"jobs": {"type": "Queue"}, "done": {"type": "Queue"}},
        7,
    ),
    "a worker that waits for a job for a while": Program(
        """
        def left(jobs): jobs.put("job")
        def right(jobs): return jobs.get(timeout=1)
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        8,
    ),
    "who holds a lock, and prints": Program(
        """
        def left(lock): right(lock)
        def right(lock):
            with lock: print("in", flush=True)
            return "out"
        """,
        {"left": [ref("lock")], "right": [ref("lock")]},
        {"lock": {"type": "Lock"}},
        8,
    ),
    "who gets what it was too late to wait for": Program(
        """
        def left(jobs):
            jobs.put(1)
            jobs.put(2)
        def right(jobs): return jobs.get(timeout=9)
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue", "maxsize": 1}},
        7,
    ),
    "who prints, and has something put": Program(
        """
        def left(jobs): ...
        def right(jobs):
            print("kept until the end")
            jobs.put(1)
        """,
        {"left": [ref("jobs")], "right": [ref("jobs")]},
        {"jobs": {"type": "Queue"}},
        6,
    ),
    "who has sent something and not heard": Program(
        """
        def left(pipe):
            try: return pipe.recv()
            except EOFError: return "end"
        def right(pipe): pipe.send("something")
        """,
        {"left": [ref("pipe", 0)], "right": [ref("pipe", 1)]},
        {"pipe": {"type": "Pipe"}},
        4,
    ),
}

UNREACHED = "right is ended in the middle of "
"""What a call of the system does at once cannot be held up."""


@pytest.mark.parametrize("action", ["kill", "terminate"])
@pytest.mark.parametrize("name", KILLED)
def test_who_is_ended_anywhere_is_so_in_reality(stage: Stage, name: str, action: Literal["kill", "terminate"]) -> None:
    program = KILLED[name]
    plan = a_plan(program.source, program.processes, shared=program.shared, faults=(Fault(action, "right", nth=0),))

    outcomes = rehearsals(plan)
    forcible = [one for one in outcomes if not str(obstacle(plan, one)).startswith(UNREACHED)]

    assert len(outcomes) == program.outcomes
    assert len(forcible) >= len(outcomes) - 1
    for rehearsal in forcible:
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


@pytest.mark.parametrize(
    "body",
    [
        "queue.put(1), queue.cancel_join_thread()",  # The last is no step, and not yet the end.
        "queue.put(lambda: 1)",  # Its feeder says that this cannot be pickled, unless the process is about to end.
    ],
)
def test_who_is_killed_at_the_end_is_so_in_reality(stage: Stage, body: str) -> None:
    plan = a_plan(
        f"def left(queue): queue.put(1)\ndef right(queue): return str({body})",
        {"left": [ref("queue")], "right": [ref("queue")]},
        shared={"queue": {"type": "Queue", "maxsize": 1}},
        faults=(Fault("kill", "right", None, nth=0),),
    )

    outcomes = [one for one in rehearsals(plan) if not str(obstacle(plan, one)).startswith(UNREACHED)]

    assert len(outcomes) > 2
    for one in outcomes:
        assert confirmation(stage, plan, one) == Confirmation("confirmed")


def test_the_parent_goes_on_while_daemons_live_when_it_is_its_turn(stage: Stage) -> None:
    plan = a_plan(
        "def one(lock, event): event.wait()\ndef after(lock, event): return lock.acquire(False)",
        {"one": [ref("lock"), ref("event")]},
        shared={"lock": {"type": "Lock"}, "event": {"type": "Event"}},
        options={"one": {"daemon": True}},
        after=[ref("lock"), ref("event")],
    )

    for rehearsal in rehearsals(plan):
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


@pytest.mark.parametrize("act", ["child.kill()", "child.terminate()", "os.kill(os.getpid(), signal.SIGTERM)"])
def test_who_kills_is_not_killed_for_it(act: str) -> None:
    """What a target does to others, or to itself, is no turn of who is struck."""
    source = f"""
    import multiprocessing, os, signal
    def nothing(lock): lock.acquire(False)
    def one(lock):
        child = multiprocessing.Process(target=nothing, args=(lock,))
        child.start()
        {act}
    """
    plan = a_plan(source, {"one": [ref("lock")]}, shared={"lock": {"type": "Lock"}})
    turns = [turn for rehearsal in rehearsals(plan) for turn in rehearsal.score.turns]

    assert ("one", "signal") in {(turn.process, turn.operation) for turn in turns}
    assert not any(turn.is_fault for turn in turns)


def test_who_is_to_be_killed_before_another_step_is_not_killed_after_it(stage: Stage) -> None:
    program = KILLED["who holds a lock, and prints"]
    plan = a_plan(program.source, program.processes, shared=program.shared, faults=(Fault("kill", "right", nth=0),))
    printed, silent = (
        next(one for one in rehearsals(plan) if one.found.run.processes["right"].stdout == text)
        for text in ("in\n", "")
    )

    assert confirmation(stage, plan, replace(printed, score=silent.score)).agreement == "differs"


# Who is interrupted, and who stays stopped

CAREFUL = Program(
    """
    def left(lock, jobs):
        try:
            with lock: jobs.put("l")
        except KeyboardInterrupt:
            jobs.put("interrupted")
    def right(lock, jobs):
        with lock: return jobs.qsize()
    """,
    {"left": [ref("lock"), ref("jobs")], "right": [ref("lock"), ref("jobs")]},
    {"lock": {"type": "Lock"}, "jobs": {"type": "Queue"}},
    0,
)


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        (Fault("interrupt", "left", at_s=0.1), 18),
        (Fault("interrupt", "left", moment="before", operation=("lock", "acquire")), 2),
        (Fault("interrupt", "left", moment="after", operation=("lock", "acquire")), 2),
        (Fault("interrupt", "left", moment="before", operation=("jobs", "put"), nth=2), 2),
        (Fault("stop", "left", at_s=0.1), 7),
        (Fault("stop", "left", moment="after", operation=("lock", "acquire")), 2),
    ],
    ids=str,
)
def test_who_is_interrupted_or_stopped_is_so_in_reality(stage: Stage, fault: Fault, count: int) -> None:
    plan = a_plan(CAREFUL.source, CAREFUL.processes, shared=CAREFUL.shared, faults=(fault,))

    outcomes = rehearsals(plan)

    assert len(outcomes) == count
    for rehearsal in outcomes:
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


def test_who_is_interrupted_just_before_he_would_be_is_so_in_reality(stage: Stage) -> None:
    source = """
        def left(counter):
            interrupts = 0
            for _ in range(3):
                try: counter.value += 1
                except KeyboardInterrupt: interrupts += 1
            return interrupts
        """
    faults = (
        Fault("interrupt", "left", moment="before", operation=("counter", "write")),
        Fault("interrupt", "left", at_s=0.1),
    )
    shared = {"counter": {"type": "Value", "typecode": "i", "value": 0}}
    plan = a_plan(source, {"left": [ref("counter")]}, shared=shared, faults=faults)

    outcomes = rehearsals(plan)

    assert len(outcomes) == 7
    for rehearsal in outcomes:
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


WAITING = {
    "for an item": Program(
        """
        def left(x):
            try: return x.get()
            except KeyboardInterrupt: return "interrupted"
        def right(x):
            x.put("r")
            return x.qsize()
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        {"x": {"type": "Queue"}},
        9,
    ),
    "for an item of a simple queue": Program(
        """
        def left(x):
            try: return x.get()
            except KeyboardInterrupt: return "interrupted"
        def right(x):
            x.put("r")
            return x.empty()
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        {"x": {"type": "SimpleQueue"}},
        9,
    ),
    "for tasks": Program(
        """
        def left(x):
            x.put("l")
            try: return x.join()
            except KeyboardInterrupt: return "interrupted"
        def right(x):
            x.get()
            x.task_done()
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        {"x": {"type": "JoinableQueue"}},
        7,
    ),
    "for news": Program(
        """
        def left(x):
            try:
                with x: return x.wait()
            except (KeyboardInterrupt, AssertionError) as error: return repr(error)
        def right(x):
            with x: x.notify()
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        {"x": {"type": "Condition"}},
        7,
    ),
    "for an event": Program(
        """
        def left(x):
            try: return x.wait()
            except KeyboardInterrupt: return "interrupted"
        def right(x):
            x.set()
            x.clear()
        """,
        {"left": [ref("x")], "right": [ref("x")]},
        {"x": {"type": "Event"}},
        6,
    ),
}


@pytest.mark.parametrize("name", WAITING)
def test_who_is_interrupted_as_he_waits_is_so_in_reality(stage: Stage, name: str) -> None:
    program = WAITING[name]
    fault = Fault("interrupt", "left", at_s=0.1)
    plan = a_plan(program.source, program.processes, shared=program.shared, faults=(fault,))

    outcomes = rehearsals(plan)

    assert len(outcomes) == program.outcomes
    for rehearsal in outcomes:
        assert confirmation(stage, plan, rehearsal) == Confirmation("confirmed")


def test_who_is_to_be_interrupted_before_another_step_is_not_interrupted_after_it(stage: Stage) -> None:
    before, after = (
        Fault("interrupt", "left", moment=moment, operation=("jobs", "put")) for moment in ("before", "after")
    )
    plans = [a_plan(CAREFUL.source, CAREFUL.processes, shared=CAREFUL.shared, faults=(one,)) for one in (before, after)]
    silent, put = (rehearsals(plan)[0] for plan in plans)

    assert confirmation(stage, plans[0], replace(put, score=silent.score)).agreement == "differs"


# Where they do not agree


def lost_and_kept(plan: Plan) -> tuple[Rehearsal, Rehearsal]:
    lost, kept = sorted(rehearsals(plan), key=lambda one: str(one.found.run.shared))
    return lost, kept


def doctored(rehearsal: Rehearsal, *turns: Turn) -> Rehearsal:
    return replace(rehearsal, score=rehearsal.score._replace(turns=turns))


def test_a_model_that_promises_another_outcome_is_found_out(stage: Stage) -> None:
    plan = plan_of("lost update")
    lost, kept = lost_and_kept(plan)

    promise = replace(kept, score=lost.score)

    assert confirmation(stage, plan, promise).agreement == "differs"
    assert str(confirmation(stage, plan, promise).reason).endswith("counter held 1, and not 2")


def test_the_first_operation_that_came_to_something_else_is_named(stage: Stage) -> None:
    plan = plan_of("a lock that is tried")
    taken, other = sorted(rehearsals(plan), key=lambda one: -one.found.preemptions)[:2]

    assert confirmation(stage, plan, replace(taken, score=other.score)).agreement == "differs"


def test_an_operation_that_waits_where_the_model_lets_it_go_on_is_found_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "PATIENCE_S", 0.5)
    plan = plan_of("lock order")
    deadlock = next(one for one in rehearsals(plan) if one.found.run.ending == "deadlock")

    too_many = Turn(3, "left", "", "b", "acquire")
    found = confirmation(stage, plan, doctored(deadlock, *deadlock.score.turns, too_many))

    assert found.agreement == "differs"
    assert str(found.reason).startswith("at step 3 left does not come to an end of b.acquire (")


def test_a_process_that_does_something_else_is_found_out(stage: Stage) -> None:
    plan = plan_of("lost update")
    lost, _ = lost_and_kept(plan)
    first, *rest = lost.score.turns

    found = confirmation(stage, plan, doctored(lost, first._replace(operation="write"), *rest))

    assert found.agreement == "differs"
    assert str(found.reason).startswith(f"at step 1 {first.process} does counter.read, and not counter.write (")


def test_a_process_that_does_not_come_says_nothing_for_certain(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "PATIENCE_S", 0.5)
    plan = plan_of("lost update")
    lost, _ = lost_and_kept(plan)
    nobody = Turn(1, "left", "counter", "counter", "feed")

    found = confirmation(stage, plan, doctored(lost, nobody))

    assert found.agreement == "unknown"
    assert str(found.reason).startswith("at step 1 the feeder of counter in left has not come to counter.feed (")


def test_a_deadlock_that_is_none_is_found_out(stage: Stage) -> None:
    plan = plan_of("lock order")
    completed, deadlock = sorted(rehearsals(plan), key=lambda one: one.found.run.ending)

    found = confirmation(stage, plan, replace(deadlock, score=completed.score))

    assert found == Confirmation("differs", "it ended in completed, and not in deadlock")
