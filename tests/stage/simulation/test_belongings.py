"""What of the interpreter each process has for itself, and that real processes have it so."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.trace import Returned
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import only, refusal, runs

pytestmark = pytest.mark.slow

MEETING = {"meeting": {"type": "Barrier", "parties": 2}}
AT_THE_MEETING = [ref("meeting")]

CHANGES: Mapping[str, tuple[str, str, str]] = {
    "the limit on recursion": ("import sys", "sys.setrecursionlimit(5000)", "sys.getrecursionlimit()"),
    "the depth of recursion": (
        "import sys\ndef down(n): return n and 1 + down(n - 1)\n"
        "def reached():\n    try: return down(2000)\n    except RecursionError: return None",
        "sys.setrecursionlimit(5000)",
        "reached()",
    ),
    "the switch interval": ("import sys", "sys.setswitchinterval(0.25)", "sys.getswitchinterval()"),
    "the collection of garbage": ("import gc", "gc.disable()", "gc.isenabled()"),
    "its thresholds": ("import gc", "gc.set_threshold(9)", "gc.get_threshold()[0]"),
    "an environment variable": ("import os", "os.environ['WORD'] = 'one'", "os.environ.get('WORD')"),
    "one less": ("import os\nos.environ['WORD'] = 'all'", "del os.environ['WORD']", "os.environ.get('WORD')"),
    "sys.path": ("import sys", "sys.path.append('/one')", "'/one' in sys.path"),
    "sys.path at its start": ("import sys", "sys.path[:0] = ['/one']", "sys.path[0] == '/one'"),
    "sys.path made longer": ("import sys", "sys.path += ['/one']", "'/one' in sys.path"),
    "what is warned of": ("import warnings", "warnings.simplefilter('error')", "warnings.filters[0][0]"),
    "warnings that are caught": (
        "import warnings\ncaught = warnings.catch_warnings(record=True)\n"
        "def shown():\n    warnings.warn('mine')\n    return len(told)\ntold = []",
        "told = caught.__enter__(); warnings.simplefilter('always')",
        "shown()",
    ),
    "how a class is pickled": (
        "import copyreg, pickle\nclass Own: pass\ndef plain(own): return str, ('plain',)",
        "copyreg.pickle(Own, plain)",
        "str(pickle.loads(pickle.dumps(Own())))[:5]",
    ),
    "how it is sent": (
        "from multiprocessing.reduction import ForkingPickler as P, register\nclass Own: pass\n"
        "def plain(own): return str, ('plain',)",
        "register(Own, plain)",
        "str(P.loads(P.dumps(Own())))[:5]",
    ),
    "a logger's level": (
        "import logging\nlog = logging.getLogger('a.b')",
        "logging.getLogger('a').setLevel(5)",
        "(log.getEffectiveLevel(), logging.getLogger('a').level, logging.root.level)",
    ),
    "what is logged where": (
        "import io, logging\nlog = logging.getLogger(__name__)\ntext = io.StringIO()\n"
        "def shown():\n    log.warning('%s', 1)\n    return text.getvalue()",
        "logging.basicConfig(stream=text, format='%(levelname)s %(message)s %(name)s')",
        "shown()",
    ),
    "what is not logged": ("import logging", "logging.disable(40)", "logging.getLogger('x').isEnabledFor(30)"),
    "the name of a level": ("import logging", "logging.addLevelName(3, 'FINE')", "logging.getLevelName(3)"),
    "a class of loggers": (
        "import logging\nclass Own(logging.Logger): pass",
        "logging.setLoggerClass(Own)",
        "type(logging.getLogger('own')).__name__",
    ),
    "a handler": (
        "import io, logging\ntext = io.StringIO()\n"
        "def shown():\n    logging.error('bad')\n    return text.getvalue(), len(logging.root.handlers)",
        "logging.getLogger().addHandler(logging.StreamHandler(text))",
        "shown()",
    ),
    "standard output": (
        "import io, sys",
        "sys.stdout = io.StringIO(); print('kept')",
        "sys.stdout.getvalue() if hasattr(sys.stdout, 'getvalue') else ''",
    ),
}


def source_of(name: str) -> str:
    imports, change, look = CHANGES[name]
    change = f"global told; {change}" if "told =" in change else change
    return f"""{imports}
def one(meeting):
    {change}
    meeting.wait()
    meeting.wait()
    return {look}
def other(meeting):
    meeting.wait()
    seen = {look}
    meeting.wait()
    return seen
def before():
    {change}
def child():
    return {look}
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_one_process_changes_another_does_not_see(
    simulation: Simulation, stage: Stage, name: str, method: str
) -> None:
    source = textwrap.dedent(source_of(name))
    processes = {"one": AT_THE_MEETING, "other": AT_THE_MEETING}
    real = perform(stage, a_plan(source, processes, shared=MEETING, start_method=method))

    simulated = only(simulation, source, processes, shared=MEETING, start_method=method)

    one, other = (simulated.processes[name].returned for name in processes)
    assert [one, other] == [real.processes[name].returned for name in processes]
    assert isinstance(one, Returned)
    assert one != other


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_process_begins_with_what_its_starter_hands_on(
    simulation: Simulation, stage: Stage, name: str, method: str
) -> None:
    source = textwrap.dedent(source_of(name))
    real = perform(stage, a_plan(source, ["child"], before=(), start_method=method))

    simulated = only(simulation, source, ["child"], before=(), start_method=method)

    assert isinstance(simulated.processes["child"].returned, Returned)
    assert simulated.processes["child"].returned == real.processes["child"].returned


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_an_environment_that_changes_between_two_starts(simulation: Simulation, stage: Stage, method: str) -> None:
    source = """
        import multiprocessing, os, sys
        def child(results): results.put((os.environ.get("WORD"), "/own" in sys.path))
        def one(results):
            found = []
            for word in "ab":
                os.environ["WORD"] = word
                started = multiprocessing.Process(target=child, args=(results,))
                started.start()
                started.join()
                found.append(results.get())
                sys.path.append("/own")
            return found
        """
    results = {"results": {"type": "SimpleQueue"}}
    plan = a_plan(source, {"one": [ref("results")]}, shared=results, start_method=method)

    simulated = only(simulation, source, {"one": [ref("results")]}, shared=results, start_method=method)

    assert simulated.processes["one"].returned == perform(stage, plan).processes["one"].returned


def test_all_is_as_it_was_when_the_next_run_begins(simulation: Simulation) -> None:
    source = """
        import gc, io, os, sys, warnings
        def changed():
            settings = [sys.getrecursionlimit(), gc.isenabled(), os.environ.get("WORD")]
            return [*settings, len(sys.path), len(warnings.filters)]
        def one(lock):
            before = changed()
            sys.setrecursionlimit(5000); gc.disable(); os.environ["WORD"] = "one"; sys.path.append("/one")
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with lock:
                    lock.acquire()
            return before
        def other(lock):
            with lock: return changed()
        """

    found = runs(simulation, source, {"one": [ref("lock")], "other": [ref("lock")]}, shared={"lock": {"type": "Lock"}})

    assert {run.ending for run in found} == {"deadlock"}
    seen = {repr(run.processes["other"].returned) for run in found if run.processes["other"].returned}
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("import sys; sys.setrecursionlimit(50)", "a recursion limit of 50"),
        ("import os, time; os.environ['TZ'] = 'UTC+3'; time.tzset()", "a time zone of its own"),
        ("import os; os.umask(0)", "os.umask"),
        ("import socket; socket.setdefaulttimeout(1)", "socket.setdefaulttimeout"),
        ("import csv; csv.register_dialect('own')", "csv.register_dialect"),
        ("import locale; locale.setlocale(locale.LC_ALL, '')", "locale.setlocale"),
        ("import tracemalloc; tracemalloc.start()", "tracemalloc.start"),
        ("import gc; gc.get_objects()", "gc.get_objects"),
        ("import weakref; weakref.finalize(print, print)", "weakref.finalize"),
        ("import os; os.register_at_fork(before=print)", "os.register_at_fork"),
        ("import os; os.putenv('A', '1')", "os.putenv or os.unsetenv"),
        (
            "from multiprocessing import util; util.register_after_fork(print, print)",
            "multiprocessing.util.register_after_fork",
        ),
    ],
)
def test_what_cannot_be_each_process_s_own_is_refused_by_name(simulation: Simulation, call: str, what: str) -> None:
    refused = refusal(simulation, f"def one():\n    {call}")

    assert refused == f"{what} (scenario.yaml:2)"
