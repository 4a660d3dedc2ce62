"""What a target says that it does about signals is as if it were so, as long as it is sent none."""

from __future__ import annotations

import pytest

from engine.backends.simulation.backend import Simulation
from engine.plan import Fault
from tests.stage.simulation.stories import only, refusal, values

pytestmark = pytest.mark.slow

HANDLED = "SIGTERM for a process that has called signal.signal for it"


def test_who_handles_and_ignores_signals_goes_on_as_before(simulation: Simulation) -> None:
    source = """
        import signal
        def stop(number, frame): raise SystemExit
        def one():
            before = [signal.signal(signal.SIGTERM, stop), signal.signal(signal.SIGINT, signal.SIG_IGN)]
            after = [signal.getsignal(signal.SIGTERM) is stop, signal.getsignal(signal.SIGINT)]
            back = [signal.signal(signal.SIGTERM, signal.SIG_DFL) is stop, signal.getsignal(signal.SIGTERM)]
            return [repr(one) for one in (before, after, back)]
        def two(): return repr([signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)])
        """
    default, ignored = "<Handlers.SIG_DFL: 0>", "<Handlers.SIG_IGN: 1>"
    interrupted = "<built-in function default_int_handler>"

    one, two = values(only(simulation, source, {"one": [], "two": []}))

    assert one == [f"[{default}, {interrupted}]", f"[True, {ignored}]", f"[True, {default}]"]
    assert two == f"[{default}, {interrupted}, {default}]"


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("def one():\n  event = Event()\n  child = Process(target=wait, args=(event,))\n  child.start()\n"
         "  child.terminate()", HANDLED),
        ("def wait_for_ever(): Event().wait()\ndef one():\n  ignore()\n  child = Process(target=wait_for_ever)\n"
         "  child.start()\n  child.terminate()", HANDLED),
        ("def ask(): signal.getsignal(signal.SIGTERM)\ndef one():\n  ignore()\n  child = Process(target=ask)\n"
         "  child.start()", "a handler of signals that is its starter's"),
        ("def one():\n  ignore()\n  os.kill(os.getpid(), signal.SIGTERM)", HANDLED),
    ],
)  # fmt: skip
def test_who_is_sent_a_signal_that_it_handles_is_refused(
    simulation: Simulation, start_method: str, source: str, refused: str
) -> None:
    source = f"""import os, signal
from multiprocessing import Event, Process
def ignore(): signal.signal(signal.SIGTERM, signal.SIG_IGN)
def wait(event):
  ignore()
  event.wait()
{source}"""

    assert str(refusal(simulation, source, {"one": []}, start_method=start_method)).startswith(refused)


@pytest.mark.parametrize(("action", "name"), [("interrupt", "SIGINT"), ("terminate", "SIGTERM")])
def test_a_fault_that_sends_a_signal_which_is_handled_is_refused(
    simulation: Simulation, action: str, name: str
) -> None:
    source = f"import signal, time\ndef one():\n  signal.signal(signal.{name}, print)\n  time.sleep(1)"
    faults = (Fault(action, "one", 0.5),)  # type: ignore[arg-type]

    assert str(refusal(simulation, source, {"one": []}, faults=faults)).startswith(name)


def test_who_kills_a_process_that_ignores_signals_ends_it(simulation: Simulation) -> None:
    source = """
        import signal
        from multiprocessing import Event, Process
        def wait(event):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            event.wait()
        def one():
            event = Event()
            child = Process(target=wait, args=(event,))
            child.start()
            child.kill()
            child.join()
            return child.exitcode
        """

    assert values(only(simulation, source, {"one": []})) == (-9,)
