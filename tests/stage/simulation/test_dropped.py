"""A connection is closed when the process that has made it lets go of it."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from tests.processes_support import a_plan, perform
from tests.stage.simulation.stories import explored, runs, value

METHODS = ("fork", "spawn", "forkserver")
ENDS = ["sent", "end"]
SETTINGS = Settings(strategy="dpor", keep_going=True, orders_output=False)

HELPER = """
import multiprocessing
def work(there): there.send("sent")
def launch():
    here, there = multiprocessing.Pipe(False)
    child = multiprocessing.Process(target=work, args=(there,))
    child.start()
    return here, child
def one():
    here, child = launch()
    got = [here.recv()]
    try:
        here.recv()
    except EOFError:
        got.append("end")
    child.join()
    return got
"""

LOOP = """
import multiprocessing
def work(there): there.send("sent")
def one():
    ends, children = [], []
    for _ in range(2):
        here, there = multiprocessing.Pipe(False)
        children.append(multiprocessing.Process(target=work, args=(there,)))
        ends.append(here)
    del there
    for child in children:
        child.start()
    for child in children:
        child.join()
    got = []
    for here in ends:
        try:
            while True:
                got.append(here.recv())
        except EOFError:
            got.append("end")
    return got
"""

MESSAGE = """
import multiprocessing
def work(back):
    serve(back.recv())
    back.recv()
def serve(there): there.send("sent")
def one():
    back, far = multiprocessing.Pipe()
    child = multiprocessing.Process(target=work, args=(far,))
    child.start()
    here, there = multiprocessing.Pipe(False)
    back.send(there)
    got = [here.recv()]
    there.close()
    try:
        here.recv()
    except EOFError:
        got.append("end")
    back.send("done")
    child.join()
    return got
"""

RETURN = """
import multiprocessing
def work(there):
    try:
        there.recv()
    except EOFError:
        pass
def one():
    here, there = multiprocessing.Pipe()
    multiprocessing.Process(target=work, args=(there,)).start()
    there.close()
    return "left"
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("code", "returned"),
    [(HELPER, ENDS), (LOOP, [*ENDS, *ENDS]), (MESSAGE, ENDS)],
    ids=["in a helper", "in a loop", "in a message"],
)
def test_who_reads_gets_to_the_end_when_the_writing_end_has_gone_away(
    stage: Stage, simulation: Simulation, method: str, code: str, returned: list[str]
) -> None:
    real = perform(stage, a_plan(code, {"one": []}, start_method=method))
    found = runs(simulation, code, {"one": []}, start_method=method, settings=SETTINGS)

    assert (real.ending, value(real.processes["one"])) == ("completed", returned)
    assert {(run.ending, repr(value(run.processes["one"]))) for run in found} == {("completed", repr(returned))}


@pytest.mark.slow
@pytest.mark.parametrize(("method", "ending"), [("fork", "deadlock"), ("spawn", "completed")])
def test_what_a_target_still_has_as_it_returns_is_closed_before_it_waits_for_its_children(
    stage: Stage, simulation: Simulation, method: str, ending: str
) -> None:
    """A forked child has the other end as well, and waits for itself."""
    real = perform(stage, a_plan(RETURN, {"one": []}, start_method=method, timeout_s=3.0))
    found = runs(simulation, RETURN, {"one": []}, start_method=method, settings=SETTINGS)

    assert real.ending == ending
    assert {run.ending for run in found} == {ending}


TWICE = """
import multiprocessing
def work(back):
    there = back.recv()
    there.send("sent")
    there.close()
    back.recv()
def one():
    here, there = multiprocessing.Pipe(False)
    back, far = multiprocessing.Pipe()
    child = multiprocessing.Process(target=work, args=(far,))
    child.start()
    back.send(there)
    got = [here.recv()]
    there.close()
    try:
        here.recv()
    except EOFError:
        got.append("end")
    back.send("done")
    child.join()
    return got
"""


@pytest.mark.slow
def test_who_is_sent_an_end_that_he_was_forked_with_has_it_twice(stage: Stage, simulation: Simulation) -> None:
    real = perform(stage, a_plan(TWICE, {"one": []}, start_method="fork", timeout_s=3.0))
    found = explored(simulation, TWICE, {"one": []}, start_method="fork", settings=SETTINGS)
    spawned = runs(simulation, TWICE, {"one": []}, start_method="spawn", settings=SETTINGS)

    assert real.ending == "deadlock"
    assert found.refusal == (
        "Pipe 1 of one[1].close() by a process that has this end twice, as it was sent it (scenario.yaml:6)"
    )
    assert {repr(value(run.processes["one"])) for run in spawned} == {repr(ENDS)}


HANDED = """
import multiprocessing
def leaf(event): event.wait()
def work(box, there, back, event):
    box.pop().send("sent")
    multiprocessing.Process(target=leaf, args=(event,)).start()
    back.send("started")
def one():
    event, (back, far) = multiprocessing.Event(), multiprocessing.Pipe()
    (here, taken), (still, there) = multiprocessing.Pipe(False), multiprocessing.Pipe(False)
    child = multiprocessing.Process(target=work, args=([taken], there, far, event))
    child.start()
    taken.close()
    there.close()
    back.recv()
    got = [here.recv(), here.poll(0.2), still.poll(0.2)]
    event.set()
    child.join()
    return [*got, still.poll(0)]
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_what_a_process_was_started_with_is_open_until_it_ends_unless_it_takes_it_out(
    stage: Stage, simulation: Simulation, method: str
) -> None:
    real = perform(stage, a_plan(HANDED, {"one": []}, start_method=method))
    found = runs(simulation, HANDED, {"one": []}, start_method=method, settings=SETTINGS)

    returned = ["sent", True, False, True]
    assert value(real.processes["one"]) == returned
    assert {repr(value(run.processes["one"])) for run in found} == {repr(returned)}


def test_it_is_closed_at_a_moment_of_its_own(simulation: Simulation) -> None:
    code = """
import multiprocessing
def work(there, event):
    event.wait()
    try:
        there.send(1)
    except BrokenPipeError:
        return "broken"
    return "sent"
def one():
    event, back = multiprocessing.Event(), multiprocessing.SimpleQueue()
    here, there = multiprocessing.Pipe(False)
    child = multiprocessing.Process(target=tell, args=(there, event, back))
    child.start()
    event.set()
    del here
    return back.get()
def tell(there, event, back): back.put(work(there, event))
"""
    found = runs(simulation, code, {"one": []}, start_method="spawn", settings=SETTINGS)

    assert {value(run.processes["one"]) for run in found} == {"broken", "sent"}
