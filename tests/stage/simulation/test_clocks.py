"""What simulated processes see of the time, by whatever clock."""

from __future__ import annotations

import time

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.schedule import Timing
from tests.stage.simulation.stories import explored, only, refusal, value, values

pytestmark = pytest.mark.slow

READS = "a target reads the clock, and may do otherwise at other times"

CLOCKS = [
    "time.time()",
    "time.monotonic()",
    "time.perf_counter()",
    "time.process_time()",
    "time.time_ns() / 1e9",
    "time.clock_gettime(time.CLOCK_REALTIME)",
    "time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9",
    "calendar.timegm(time.gmtime())",
    "time.mktime(time.localtime())",
    "time.mktime(time.strptime(time.ctime()))",
    "time.mktime(time.strptime(time.asctime()))",
    "int(time.strftime('%s'))",
    "datetime.datetime.now().timestamp()",
    "datetime.datetime.now(datetime.timezone.utc).timestamp()",
    "datetime.datetime.utcnow().replace(tzinfo=datetime.timezone.utc).timestamp()",
    "datetime.datetime.today().timestamp()",
    "Later.now().timestamp()",
]

SOURCE = """
import calendar, datetime, time
class Later(datetime.datetime): pass
def one():
    before = {clock}
    time.sleep(5)
    return before, {clock}
"""


@pytest.mark.parametrize("timing", ["any", "virtual"])
@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_shows_what_was_slept_and_where_time_is_any_that_is_told(
    simulation: Simulation, clock: str, timing: Timing
) -> None:
    settings = Settings(strategy="dpor", keep_going=True, timing=timing)

    exploration = explored(simulation, SOURCE.format(clock=clock), settings=settings)

    assert exploration.reasons == ((READS,) if timing == "any" else ())
    (run,) = (found.run for found in exploration.found)
    before, after = map(float, value(run.processes["one"]))  # type: ignore[call-overload]
    assert before == pytest.approx(1000, abs=1.1) or before == pytest.approx(1_600_001_000, abs=1.1)
    assert after - before == pytest.approx(5, abs=0.1)


def test_the_clock_of_a_class_is_no_method_of_it(simulation: Simulation) -> None:
    source = """
        import time
        class Timer:
            clock = time.monotonic
            wait = time.sleep
            def look(self): return self.clock() > 0, self.wait(1)
        def one(): return Timer().look()
        """

    assert values(explored(simulation, source).found[0].run) == ((True, None),)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_what_stands_for_a_function_can_be_a_target_and_sent(simulation: Simulation, method: str) -> None:
    source = """
        import multiprocessing, os, pickle, time
        def one():
            child = multiprocessing.Process(target=time.sleep, args=(1,))
            child.start()
            child.join()
            same = [pickle.loads(pickle.dumps(each)) is each for each in (time.time, time.sleep, os.getpid, open)]
            return child.exitcode, same, repr(time.sleep), open.__name__
        """

    found = values(only(simulation, source, start_method=method))

    assert found == ((0, [True] * 4, "<built-in function sleep>", "open"),)


def test_a_path_is_read(simulation: Simulation) -> None:
    source = "import pathlib\ndef one(): return pathlib.Path('/dev/null').read_text()"

    assert values(only(simulation, source)) == ("",)


def test_a_given_time_needs_no_clock(simulation: Simulation) -> None:
    source = """
        import datetime, time
        def one():
            moment = time.gmtime(5)
            return time.strftime("%S", moment), time.asctime(moment), datetime.datetime(2020, 1, 2).isoformat()
        """

    assert values(only(simulation, source)) == (("05", "Thu Jan  1 00:00:05 1970", "2020-01-02T00:00:00"),)


def test_moments_are_of_the_genuine_class_and_can_be_sent(simulation: Simulation) -> None:
    source = """
        import datetime, pickle
        class Later(datetime.datetime): pass
        def one():
            now = datetime.datetime.now()
            return type(now) is datetime.datetime, pickle.loads(pickle.dumps(now)) == now, type(Later.now()) is Later
        """

    assert values(explored(simulation, source).found[0].run) == ((True, True, True),)


@pytest.mark.parametrize("call", ["os.times", "os.getloadavg"])
def test_what_no_model_knows_of_the_time_is_refused(simulation: Simulation, call: str) -> None:
    assert refusal(simulation, f"import os\ndef one(): {call}()") == f"{call} (scenario.yaml:2)"


@pytest.mark.parametrize(("seconds", "error"), [("inf", OverflowError), ("1e12", OverflowError), ("nan", ValueError)])
def test_what_the_system_cannot_sleep_is_python_s_own_error(
    simulation: Simulation, seconds: str, error: type[Exception]
) -> None:
    run = only(simulation, f"import time\ndef one(): time.sleep(float('{seconds}'))")

    with pytest.raises(error):
        time.sleep(float(seconds))
    assert str(run.processes["one"].raised).startswith(error.__name__)
