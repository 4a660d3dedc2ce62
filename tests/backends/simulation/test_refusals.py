"""What cannot be simulated is named, and nothing is said of it that could be wrong."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Exploration, Settings
from engine.preparation import prepare
from engine.scenario.files import Settings as Files
from tests.processes_support import in_shared_memory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    made = Simulation(None)
    yield made
    made.close()


def explored(simulation: Simulation, folder: Path, shared: str, code: str, more: str = "") -> Exploration:
    """All that can come of one process that runs ``code``, and is given what is ``shared`` as ``it``."""
    body = textwrap.indent(textwrap.dedent(code).strip(), "  ")
    file = folder / "one.yaml"
    file.write_text(
        f'shared: {{it: {shared}}}\ncode: |\n{body}\nprocesses: {{one: {{target: run, args: ["${{it}}"]}}}}\n{more}'
    )
    (one,) = prepare([str(file)], Files())
    return simulation.explore(one.plan, Settings(), lambda run: False)


@pytest.mark.parametrize(
    ("shared", "code", "refusal"),
    [
        ("Queue", "def run(it): it._rlock.acquire()", "the private attribute _rlock of a Queue (one.yaml:3)"),
        (
            "Lock",
            "import threading\ndef run(it): threading.Thread(target=print).start()",
            "starting a thread (one.yaml:4)",
        ),
        ("Lock", "import _thread\ndef run(it): _thread.start_new_thread(print, ())", "starting a thread (one.yaml:4)"),
        ("Lock", "import threading\ndef run(it): threading.Event().wait()", "Event.wait (one.yaml:4)"),
        ("Lock", "def run(it): input()", "builtins.input (one.yaml:3)"),
        ("threading.RLock", "def run(it): repr(it)", "the text that it of one is shown as (one.yaml:3)"),
        ("{type: RawArray, typecode: i, size: 2}", "def run(it): memoryview(it)", "memory that is seen as bytes"),
        (
            "{type: RawArray, typecode: c, size: 8}",
            "import struct\ndef run(it): struct.pack_into('h', it, 0, 7)",
            "memory that is seen as bytes",
        ),
        (
            "Lock",
            "import multiprocessing\ndef run(it): multiprocessing.set_start_method('spawn')",
            "multiprocessing.set_start_method (one.yaml:4)",
        ),
        (
            "Lock",
            "import multiprocessing\ndef run(it): multiprocessing.get_context('spawn').Process(target=print).start()",
            "a process that is started by spawn, where those of the scenario are by another",
        ),
        (
            "Queue",
            """
            class Slow:
                def __init__(self, queue): self.queue = queue
                def __reduce__(self): return str, (self.queue.qsize(),)
            def run(it): it.put(Slow(it))
            """,
            "an operation that pickling does, in a queue's feeder thread (one.yaml:5)",
        ),
    ],
)
def test_what_a_target_does_that_is_not_simulated_is_refused_by_name(
    simulation: Simulation, tmp_path: Path, shared: str, code: str, refusal: str
) -> None:
    found = explored(simulation, tmp_path, shared, code)

    assert found.refusal is not None
    assert found.refusal.startswith(refusal)
    assert not found.exhausted


@pytest.mark.parametrize(
    ("does", "refused"),
    [
        ("print(self)", "print"),
        ("sys.stdout.buffer.write(b'now')", "print"),
        ("time.sleep(10)", "time.sleep"),
        ("time.time()", "time.time"),
        ("random.random()", "random.random"),
        ("os.getpid()", "os.getpid"),
        ("os._exit(3)", "os._exit"),
        ("sys.exit(3)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_what_pickling_does_in_a_feeder_is_refused(
    simulation: Simulation, tmp_path: Path, does: str, refused: str
) -> None:
    code = f"""
        import os, random, sys, time
        class Item:
            def __reduce__(self):
                {does}
                return int, (3,)
        def run(it): it.put(Item())
        """

    found = explored(simulation, tmp_path, "Queue", code)

    assert found.refusal is not None
    assert found.refusal.startswith(f"{refused} in what pickles an item, in a queue's feeder thread")


def test_what_pickling_prints_as_a_pipe_sends_is_printed_by_the_process(simulation: Simulation, tmp_path: Path) -> None:
    code = """
        class Item:
            def __reduce__(self):
                print("sent")
                return int, (3,)
        def run(it):
            it[1].send(Item())
            print(it[0].recv())
        """

    found = explored(simulation, tmp_path, "Pipe", code)

    assert [one.run.processes["one"].stdout for one in found.found] == ["sent\n3\n"]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (
            "from multiprocessing.shared_memory import SharedMemory\ndef run(it): SharedMemory({name!r}, True, 16)",
            "a block of shared memory that a target asks the system for, in multiprocessing.shared_memory",
        ),
        (
            "from multiprocessing.shared_memory import SharedMemory\ndef run(it): SharedMemory({name!r})",
            "a block of shared memory that a target asks the system for, in multiprocessing.shared_memory",
        ),
        (
            "from _multiprocessing import SemLock\ndef run(it): SemLock(1, 1, 1, '/{name}', False)",
            "a semaphore that a target asks the system for",
        ),
        (
            "from multiprocessing import get_context, synchronize\n"
            "def run(it): synchronize.Lock(ctx=get_context('spawn'))",
            "a semaphore that a target asks the system for, in multiprocessing.synchronize",
        ),
    ],
)
def test_what_would_outlive_the_simulation_in_shared_memory_is_refused_before_it_is_there(
    simulation: Simulation, tmp_path: Path, code: str, refusal: str
) -> None:
    name = f"engine-test-{os.getpid()}"

    found = explored(simulation, tmp_path, "Lock", code.format(name=name))

    assert str(found.refusal).startswith(refusal)
    assert str(found.refusal).endswith(" (one.yaml:4)")
    assert in_shared_memory(name) == []


def test_a_device_file_is_refused_before_it_is_there(simulation: Simulation, tmp_path: Path) -> None:
    found = explored(simulation, tmp_path, "Lock", f"import os\ndef run(it): os.mknod({str(tmp_path / 'made')!r})")

    assert found.refusal == "os.mknod (one.yaml:4)"
    assert not (tmp_path / "made").exists()


def test_a_process_that_was_refused_something_cannot_be_interrupted_any_more(
    simulation: Simulation, tmp_path: Path
) -> None:
    code = "import os\ndef run(it):\n  os.fork()\n  it.acquire()"

    found = explored(simulation, tmp_path, "Lock", code, "faults: [{interrupt: one, at: anywhere}]\n")

    assert found.refusal == "os.fork (one.yaml:5)"


def test_nothing_is_done_any_more_once_something_was_refused(simulation: Simulation, tmp_path: Path) -> None:
    code = """
        def run(it):
          for _ in range(3):
            try: it.value += 1
            except KeyboardInterrupt: pass
        """
    faults = "faults: [{kill: one, before: it.write}, {interrupt: one, at: 0.1}]\n"

    found = explored(simulation, tmp_path, "{type: Value, typecode: i}", code, faults)

    assert found.refusal == "an interrupt in the middle of it.read"


def test_a_namespace_is_asked_for_no_attribute_that_it_was_not_given(simulation: Simulation, tmp_path: Path) -> None:
    code = "def run(it):\n  it.size += 1\n  return it.size"

    found = explored(simulation, tmp_path, "{type: Manager.Namespace, value: {size: 1}}", code)

    assert found.exhausted
    assert [one.run.shared["it"] for one in found.found] == [{"size": 2}]


@pytest.mark.parametrize(
    ("shared", "name"),
    [
        ("{type: RawValue, typecode: h}", "c_short"),
        ("{type: RawValue, typecode: c_bool}", "c_bool"),
        ("{type: RawArray, typecode: i, size: 3}", "c_int_Array_3"),
        ("{type: Value, typecode: h}", "Synchronized"),
    ],
)
def test_shared_memory_has_the_type_that_it_has_in_reality(
    simulation: Simulation, tmp_path: Path, shared: str, name: str
) -> None:
    found = explored(simulation, tmp_path, shared, "def run(it): print(type(it).__name__)")

    assert [one.run.stdout for one in found.found] == [f"{name}\n"]


def test_a_process_that_its_parent_did_not_come_to_is_told_as_not_started(
    simulation: Simulation, tmp_path: Path
) -> None:
    found = explored(simulation, tmp_path, "{type: Value, typecode: i, value: many}", "def run(it): ...")

    (one,) = found.found
    assert "TypeError" in one.run.stderr
    assert (one.run.processes["one"].started_s, one.run.processes["one"].exitcode) == (None, None)
