"""A slice of memory that no lock guards is doubted where another process is at it meanwhile, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from engine.backends.simulation.backend import Simulation
from engine.stage.simulation.torn import TORN
from tests.processes_support import ref
from tests.stage.simulation.stories import explored, only, value

pytestmark = pytest.mark.slow

SHARED: dict[str, dict[str, object]] = {
    "bare": {"type": "RawArray", "typecode": "i", "size": 4},
    "locked": {"type": "Array", "typecode": "i", "size": 4},
    "block": {"type": "SharedMemory", "size": 4},
    "event": {"type": "Event"},
    "lock": {"type": "Lock"},
}
GIVEN = {name: [ref(each) for each in SHARED] for name in ("one", "other")}
SOURCE = """
def one(bare, locked, block, event, lock):
    {one}
def other(bare, locked, block, event, lock):
    {other}
"""


@pytest.mark.parametrize(
    ("one", "other", "is_doubted"),
    [
        ("bare[:2] = [1, 1]", "return bare[:2]", True),
        ("bare[:2] = [1, 1]", "return bare[1]", True),
        ("bare[0] = 1; bare[1] = 1", "return bare[:2]", True),
        ("bare[0] = 1", "return bare[0]", False),
        ("bare[:2] = [1, 1]", "return bare[2:]", False),
        ("return bare[:2]", "return bare[:2]", False),
        ("bare[:2] = [1, 1]; event.set()", "event.wait(); return bare[:2]", False),
        ("with lock: bare[:2] = [1, 1]", "with lock: return bare[:2]", False),
        ("locked[:2] = [1, 1]", "return locked[:2]", False),
        ("locked[:2] = [1, 1]", "return locked.get_obj()[:2]", True),
        ("block.buf[:2] = b'ab'", "return bytes(block.buf[:2])", True),
        ("block.buf[:2] = b'ab'", "return bytes(block.buf[2:])", False),
    ],
)
def test_it_is_doubted_where_two_are_at_it_and_one_writes(
    simulation: Simulation, one: str, other: str, is_doubted: bool
) -> None:
    found = explored(simulation, SOURCE.format(one=one, other=other), GIVEN, shared=SHARED)

    assert (found.reasons, found.refusal) == ((TORN,) if is_doubted else (), None)


NUMBERS: dict[str, dict[str, object]] = {
    "nothing": {"type": "RawValue", "typecode": "i", "value": 0},
    "something": {"type": "RawValue", "typecode": "i", "value": 2},
    "less": {"type": "RawValue", "typecode": "d", "value": -0.0},
    "locked": {"type": "Value", "typecode": "i", "value": 0},
}


def test_whether_a_number_is_true_is_read_of_memory_and_not_through_a_lock(simulation: Simulation) -> None:
    source = "def one(*numbers): return [bool(number) for number in (*numbers, numbers[-1].get_obj())]"

    run = only(simulation, source, {"one": [ref(name) for name in NUMBERS]}, shared=NUMBERS)

    assert value(run.processes["one"]) == [False, True, True, True, False]


REFUSED = "memory that is seen as bytes (scenario.yaml:3)"
DOUBTED = "a target may see memory without a lock as bytes, which is not noticed before Python 3.12"


@pytest.mark.parametrize("seen", ["bytes(bare)", "bytes(locked.get_obj())", "int.from_bytes(bare, 'big')"])
def test_memory_that_is_seen_as_bytes_is_refused(simulation: Simulation, seen: str) -> None:
    found = explored(simulation, SOURCE.format(one=seen, other="pass"), GIVEN, shared=SHARED)

    assert found.refusal == REFUSED


@pytest.mark.parametrize("seen", ["bytearray(bare)", "try: memoryview(bare)\n    except TypeError: pass"])
def test_where_that_is_not_noticed_it_is_doubted(simulation: Simulation, seen: str) -> None:
    found = explored(simulation, SOURCE.format(one=seen, other="pass"), GIVEN, shared=SHARED)

    said = (None, (DOUBTED,)) if sys.version_info < (3, 12) else (REFUSED, ())
    assert (found.refusal, found.reasons) == said
