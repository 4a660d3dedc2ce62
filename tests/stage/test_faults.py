"""Faults strike at the operation that they are due at, and at no other."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan import Fault
from tests.processes_support import python

FAULTY = """
import os, queue, signal, sys
from engine.plan import Fault
from engine.stage import journal, watching
jobs = queue.Queue()
watching.watch(jobs, "jobs", ("put", "get"))
said = []
fault = Fault(*eval(sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: print("terminated", jobs.queue))
def say(event, fault, where):
    print(event, fault + where)
journal.begin(journal.Journal(None, [fault], say))
for number in range(3):
    jobs.put(number)
"""


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        (("terminate", "p", None, "before", ("jobs", "put"), 2), "before jobs.put, time 2\nterminated deque([0])"),
        (("terminate", "p", None, "after", ("jobs", "put"), 2), "after jobs.put, time 2\nterminated deque([0, 1])"),
        (("terminate", "p", None, None, None, 1), "at point 1, before jobs.put\nterminated deque([])"),
        (("terminate", "p", None, None, None, 6), "at point 6, after jobs.put\nterminated deque([0, 1, 2])"),
    ],
)
def test_a_fault_strikes_at_its_operation_and_only_once(fault: tuple[Any, ...], happened: str) -> None:
    assert python(FAULTY, repr(fault)) == f"fault terminate p {happened}\n"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("terminate", "p", None, "before", ("jobs", "put"), 4),
        Fault("terminate", "p", None, "before", ("jobs", "get"), 1),
        Fault("terminate", "p", 0.0),
    ],
)
def test_a_fault_that_is_due_elsewhere_does_not_strike(fault: Fault) -> None:
    assert python(FAULTY, repr(tuple(fault))) == ""
