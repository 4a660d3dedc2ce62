"""What the steps of a simulated run are called: in the words of who wrote the scenario."""

from __future__ import annotations

import pytest

from engine.models.frames import Torn
from engine.stage.simulation.names import content
from engine.stage.simulation.picture import Recorder, labels_of
from engine.stage.simulation.world import QUEUES
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

SHARED: dict[str, dict[str, object]] = {
    "array": {"type": "Array", "typecode": "i", "size": 2},
    "cond": {"type": "Condition"},
    "own": {"type": "Condition", "lock": ref("lock")},
    "dct": {"type": "Manager.dict"},
    "lock": {"type": "Lock"},
    "ns": {"type": "Manager.Namespace"},
    "number": {"type": "RawValue", "typecode": "i", "value": 0},
    "pipe": {"type": "Pipe"},
    "queue": {"type": "Queue"},
    "sem": {"type": "Semaphore", "value": 1},
}


def said(body: str, *exact: str) -> list[str]:
    """The steps of a process that does this, but for its end."""
    names = [name for name in SHARED if name in body]
    source = f"class Own: pass\ndef one({', '.join(names)}):\n  {body}"
    shared = {name: SHARED[name] for name in sorted(names)}
    plan = a_plan(source, {"one": [ref(name) for name in names]}, shared=shared)
    recorder = Recorder(following())
    with playing(terms_of(plan, exact=frozenset(exact)), recorder) as played:
        assert played.ending is not None, played.life.refusal
    steps = [step for step in recorder.steps if step["where"]]
    return [
        f"{step['primitive']}.{step['operation']}({step['arguments']}) -> {step['result'] or step['error']}"
        for step in steps
    ]


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("lock.acquire(True, 5)", ["lock.acquire() -> True"]),
        ("sem.release()", ["sem.release() -> None"]),
        ("number.value = 3", ["number.write(3) -> None"]),
        ("array[1] = 3", ["array.write(1, 3) -> None"]),
        ("array[0:2]", ["array.read([0, 2]) -> (0, 0)"]),
        ("array[:] = [4, 5]", ["array.write([0, 2], (4, 5)) -> None"]),
        ("with cond: cond.notify()", ["cond.acquire() -> True", "cond.notify(1) -> None", "cond.release() -> None"]),
        ("lock; own.acquire(); own.notify()", ["lock.acquire() -> True", "own.notify(1) -> None"]),
        ("pipe[0].send(1); pipe[1].recv()", ["pipe[0].send(1) -> None", "pipe[1].recv() -> 1"]),
        ("pipe[0].close()", ["pipe[0].close() -> None"]),
        ("dct['k'] = 1; dct['k']", ["dct.write('k', 1) -> None", "dct.read('k') -> 1"]),
        ("dct.update([('k', 1)], other=2)", ["dct.update([('k', 1)], 2) -> None"]),
        ("'k' in dct", ["dct.contains('k') -> False"]),
        ("del dct['k']", ["dct.delete('k') -> KeyError: 'k'"]),
        ("ns.a = 1; ns.a; del ns.a", ["ns.write('a', 1) -> None", "ns.read('a') -> 1", "ns.delete('a') -> None"]),
    ],
)
def test_a_step_is_said_as_it_would_be_written(body: str, steps: list[str]) -> None:
    assert said(body) == steps


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("[1, {'a': None}]", "[1, {'a': None}]"),
        ("b'bytes'", "b'bytes'"),
        ("'x' * 100", f"'{'x' * 17}...{'x' * 18}'"),
        ("Own()", "<a message of 39 bytes>"),
    ],
)
def test_what_a_message_carries_is_shown_if_it_is_plain(sent: str, shown: str) -> None:
    steps = said(f"pipe[0].send({sent})")

    assert steps == [f"pipe[0].send({shown}) -> None"]


def test_a_message_that_nobody_sent_is_not_looked_into() -> None:
    assert repr(content(Torn(b"abc"))) == "<a message of 3 bytes>"


def test_what_goes_on_with_an_operation_is_given_nothing() -> None:
    steps = said("queue.put([1]); queue.get()", QUEUES)

    assert steps == [
        "queue.put([1]) -> None",
        "queue.linger() -> None",
        "queue.get() -> None",
        "queue.receive() -> None",
        "queue.release() -> [1]",
    ]


def test_a_thread_is_called_by_whose_it_is_and_by_what_it_feeds() -> None:
    plan = a_plan("def one(queue): queue.put(1)", {"one": [ref("queue")]}, shared={"queue": {"type": "Queue"}})

    with playing(terms_of(plan), Recorder(following())) as played:
        assert set(labels_of(played.world)) == {"one", "one:queue"}


def test_the_end_of_a_process_is_of_no_primitive() -> None:
    plan = a_plan("def one(): ...\ndef after(): ...", ["one"], after=[])
    recorder = Recorder(following())

    with playing(terms_of(plan), recorder):
        told = [(step["process"], step["primitive"], step["operation"]) for step in recorder.steps]

    assert told == [("one", "", "exit"), ("parent", "", "await"), ("parent", "", "exit")]
