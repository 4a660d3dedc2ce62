"""What a process sees, and what comes of it, until it has what it was started with: as in reality."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.plan import Fault, Reference, StartMethod
from tests.processes_support import START_METHODS, ref
from tests.stage.simulation.reality import both, told
from tests.stage.simulation.stories import only, refusal, values

pytestmark = pytest.mark.slow

NOT_FORKED = [method for method in START_METHODS if method != "fork"]

LOOKS = """
import multiprocessing as mp, os
def looked(*looks):
    found = []
    for look in looks:
        try: found.append(str(look()).replace(str(os.getpid()), "ME"))
        except Exception as error: found.append(repr(error))
    return found
def looks(me, up):
    return looked(
        lambda: me is mp.current_process(), lambda: me.name, lambda: me.pid, lambda: me.daemon, lambda: me._identity,
        lambda: type(me).__name__, lambda: me.is_alive(), lambda: me.exitcode,
        lambda: len(me.authkey), lambda: bytes(me.authkey) == b"own",
        lambda: me.join(), lambda: me.start(), lambda: me.sentinel, lambda: mp.active_children(),
        lambda: up is mp.parent_process(), lambda: up.name, lambda: up.pid == os.getppid(), lambda: up.daemon,
        lambda: mp.Process().name, lambda: mp.Process(daemon=True)._identity, lambda: me.close(), lambda: repr(me)[:20],
    )
"""


@pytest.mark.parametrize("start_method", START_METHODS)
def test_modules_see_a_main_process_until_theirs_has_begun(
    stage: Stage, simulation: Simulation, start_method: StartMethod
) -> None:
    source = (
        LOOKS
        + """
me, up = mp.current_process(), mp.parent_process()
print(looks(me, up))
me.name += " as it was imported"
me.authkey = b"own"
def child(): print(looks(me, up), looks(mp.current_process(), mp.parent_process()))
def one():
    print(looks(me, up), looks(mp.current_process(), mp.parent_process()))
    started = mp.Process(target=child, daemon=True)
    started.start()
    started.join()
    return started.exitcode
"""
    )

    real, simulated = both(stage, simulation, source, ["one"], start_method=start_method)

    assert real.processes["one"].exitcode == 0
    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", NOT_FORKED)
@pytest.mark.parametrize(
    "end",
    [
        "sys.exit(3)",
        "sys.exit()",
        "sys.exit('text')",
        "sys.exit(2**40 + 5)",
        "os._exit(7)",
        "raise ValueError('no')",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
    ],
)
def test_what_a_module_is_ended_by_is_told_as_of_a_program_or_lost_in_the_fork_server(
    stage: Stage, simulation: Simulation, end: str, start_method: StartMethod
) -> None:
    source = f"""
        import atexit, multiprocessing as mp, os, sys
        if mp.current_process().name in ("one", "child"):
            atexit.register(print, "at exit")
            print("kept")
            print("written", flush=True)
            print("half a line", end="", file=sys.stderr)
            {end}
        def child(): pass
        def one(): pass
        def parent(): pass
        def before():
            child_process = mp.Process(target=child, name="child")
            child_process.start()
            child_process.join()
            return child_process.exitcode
        """

    real, simulated = both(stage, simulation, source, ["one"], before=[], start_method=start_method)

    assert (real.ending, real.processes["one"].returned) == ("completed", None)
    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", NOT_FORKED)
def test_a_module_that_is_imported_by_who_has_not_begun_starts_nobody(
    stage: Stage, simulation: Simulation, start_method: StartMethod
) -> None:
    source = """
        import multiprocessing as mp
        def child(): print("child")
        first = mp.Process(target=child)
        if mp.current_process().name == "one":
            try: first.start()
            except RuntimeError as error: print(error)
        def one():
            for process in (first, mp.Process(target=child)):
                process.start()
                process.join()
                print(process.name, process.exitcode)
        """

    real, simulated = both(stage, simulation, source, ["one"], start_method=start_method)

    assert "before the\n        current process has finished its bootstrapping phase" in real.processes["one"].stdout
    assert told(simulated) == told(real)


TARGETS = {
    "lambda": "one = lambda: 3",
    "local": "def made():\n    def local(): pass\n    return local\none = made()",
    "other name": "def two(): return 2\none = two",
    "unpicklable": "import threading\nclass Kept:\n    def __init__(self): self.lock = threading.Lock()\n"
    "    def __call__(self): pass\none = Kept()",
    "object": "class Kept:\n    count = 0\n    def __call__(self): return self.count\none = Kept()\none.count = 1\n"
    "def before(): one.count = 2",
}


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_target_is_pickled_as_all_that_a_process_is_given(
    stage: Stage, simulation: Simulation, target: str, start_method: StartMethod
) -> None:
    before: list[object] | None = [] if "before" in target else None

    real, simulated = both(stage, simulation, target, ["one"], before=before, start_method=start_method)

    assert told(simulated) == told(real)


def test_a_target_of_another_module_is_imported_from_there_and_before_its_arguments(
    stage: Stage, simulation: Simulation, tmp_path: Any
) -> None:
    (tmp_path / "elsewhere.py").write_text("print('elsewhere')\ndef work(thing): return thing\n")
    (tmp_path / "things.py").write_text("print('things')\ndef make(): return print('made')\n")
    source = """
        import things
        from elsewhere import work as one
        class Thing:
            def __reduce__(self): return things.make, ()
        print("code")
        thing = Thing()
        """
    more: dict[str, Any] = {"start_method": "spawn", "search_path": (str(tmp_path),)}

    real, simulated = both(stage, simulation, source, {"one": [Reference("code", "thing")]}, **more)

    assert real.processes["one"].stdout == "elsewhere\nthings\nmade\n"
    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_processes_are_numbered_as_the_parent_has_made_them(
    stage: Stage, simulation: Simulation, start_method: StartMethod
) -> None:
    source = """
        import multiprocessing as mp
        mp.Process()
        def before(): return mp.Process().name
        def one(settings): return mp.Process().name
        def late(): return mp.Process().name
        def other(): return mp.Process().name
        def after(): return mp.Process().name
        """
    more: dict[str, Any] = {
        "shared": {"settings": {"type": "Manager.dict"}, "more": {"type": "Manager.list"}},
        "options": {"late": {"start_after": ("other",)}},
        "start_method": start_method,
    }
    processes = {"late": [], "one": [ref("settings")], "other": []}

    real, simulated = both(stage, simulation, source, processes, before=[], after=[], **more)

    assert values(real) == ("Process-6:1", "Process-4:1", "Process-5:1")
    assert told(simulated) == told(real)


def test_the_number_of_who_may_start_before_another_or_after_it_is_not_told(simulation: Simulation) -> None:
    source = """
        import multiprocessing
        def first(): pass
        second = first
        def late(): return multiprocessing.current_process().name
        def other(): return multiprocessing.Process().name
        """
    processes = ["first", "second", "late", "other"]
    options = {"late": {"start_after": ("first",)}, "other": {"start_after": ("second",)}}

    refused = refusal(simulation, source, processes, options=options)

    assert refused == "the number of a process that starts later, as another one does (scenario.yaml:6)"
    assert values(only(simulation, source.replace("Process()", "current_process()"), processes, options=options))[
        2:
    ] == (
        "late",
        "other",
    )


@pytest.mark.parametrize("start_method", START_METHODS)
def test_who_is_started_by_a_fork_server_is_a_child_of_that(
    stage: Stage, simulation: Simulation, start_method: StartMethod
) -> None:
    source = """
        import multiprocessing, os
        def parents(): return os.getppid(), multiprocessing.parent_process().pid
        def child(queue, up): queue.put([os.getppid() == up, *(one == up for one in parents())])
        def one(queue):
            up, starter = parents()
            multiprocessing.Process(target=child, args=(queue, up)).start()
            return up == starter, queue.get()
        """
    shared = {"queue": {"type": "SimpleQueue"}}

    real, simulated = both(stage, simulation, source, {"one": [ref("queue")]}, shared=shared, start_method=start_method)

    assert values(real) == ((start_method != "forkserver", [False, False, False]),)
    assert values(simulated) == values(real)


def test_a_signal_to_a_fork_server_is_refused(simulation: Simulation) -> None:
    source = "import os\ndef one(): os.kill(os.getppid(), 9)"

    assert refusal(simulation, source, start_method="forkserver") == "a signal to a fork server (scenario.yaml:2)"


@pytest.mark.parametrize("code", ["2**31 + 7", "-2**40 + 3"])
def test_an_exit_code_that_is_too_large_is_cut_off_in_who_is_spawned(
    stage: Stage, simulation: Simulation, code: str
) -> None:
    real, simulated = both(stage, simulation, f"import sys\ndef one(): sys.exit({code})", ["one"], start_method="spawn")

    assert told(simulated) == told(real)


@pytest.mark.parametrize(("code", "start_method"), [("2**31", "fork"), ("-2**40", "forkserver"), ("2**63", "spawn")])
def test_an_exit_code_that_c_does_not_take_is_refused(simulation: Simulation, code: str, start_method: str) -> None:
    refused = refusal(simulation, f"import sys\ndef one(): sys.exit({code})", start_method=start_method)

    assert refused == "an exit code that is no int of C (scenario.yaml:2)"


def test_what_modules_do_as_they_are_executed_for_a_forked_process_it_has_not_done(
    stage: Stage, simulation: Simulation
) -> None:
    source = textwrap.dedent(
        """
        import multiprocessing as mp
        kept = []
        mp.Process()
        mp.current_process().name += "!"
        if mp.parent_process() is not None:
            mp.current_process().close()
        def one():
            me = mp.current_process()
            return me.name, me.is_alive(), mp.Process().name, mp.parent_process().name
        """
    )

    real, simulated = both(stage, simulation, source, ["one"], start_method="fork")

    assert values(real) == (("one", True, "Process-2:1", "MainProcess!"),)
    assert told(simulated) == told(real)


def test_an_interrupt_of_who_has_not_begun_is_refused(simulation: Simulation) -> None:
    source = """
        import multiprocessing
        with multiprocessing.Lock(): pass
        def one(): pass
        """
    faults = (Fault("interrupt", "one", nth=0),)

    refused = refusal(simulation, source, start_method="spawn", faults=faults)

    assert refused == "an interrupt, which waits until its process has begun"
