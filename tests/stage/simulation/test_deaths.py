"""The moments of a process's end: who may see which of them, beside what real processes see."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.plan import StartMethod
from engine.trace import Returned
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import only, runs, value

SOURCE = """
import multiprocessing as mp, os, signal, time
from multiprocessing import connection
def nothing(*given): pass
def stays(*given): waits(*mp.Pipe())
def waits(line, mine): line.recv()
def tried(act):
    try: return act()
    except Exception as error: return type(error).__name__
def started(target, *given, daemon=False):
    child = mp.Process(target=target, args=given, daemon=daemon)
    child.start()
    return child
def begun(target=stays):
    theirs, mine = mp.Pipe()
    child = started(target, mine)
    mine.close()
    return child, theirs
def begun_from_a_hole(target):
    hole = mp.Pipe()
    theirs, mine = mp.Pipe()
    for end in hole: end.close()
    child = started(target, mine)
    mine.close()
    return child, theirs
def deep_begun():
    theirs, mine = mp.Pipe()
    deep, far = mp.Pipe()
    child = started(starts_another, mine, far)
    theirs.recv()
    return child, deep, theirs
def starts_another(mine, far):
    started(waits, far, far)
    mine.send(1)
    stays()
def once():
    {looks}
def one(): return once()
def often(): return [once() for _ in range(30)]
"""

FORK: tuple[StartMethod, ...] = ("fork",)
ALL: tuple[StartMethod, ...] = ("fork", "spawn", "forkserver")
NOT_SERVED: tuple[StartMethod, ...] = ("fork", "spawn")
SERVED: tuple[StartMethod, ...] = ("forkserver",)

LOOKS: list[tuple[str, tuple[StartMethod, ...], set[object]]] = [
    (
        "child = started(stays); child.terminate(); seen = child.is_alive(), child.exitcode\n"
        "    child.join(); return *seen, child.exitcode",
        FORK,
        {(True, None, -15), (True, -15, -15), (False, -15, -15)},
    ),
    (
        "child = started(stays); child.terminate(); child.join(); return child.is_alive(), child.exitcode",
        ALL,
        {(False, -15)},
    ),
    ("child = started(stays); child.kill(); child.join(0); return child.exitcode", ALL, {None, -9}),
    ("child = started(stays); child.kill(); child.join(30); return child.exitcode", ALL, {-9, None}),
    ("child = started(stays); child.kill(); child.join(-1); return child.exitcode", FORK, {None, -9}),
    ("child = started(stays); child.kill(); return child in mp.active_children()", FORK, {True, False}),
    ("child = started(stays); child.kill(); return tried(child.close)", FORK, {None, "ValueError"}),
    ("child = started(stays); child.kill(); return repr(child).split()[-1]", FORK, {"started>", "exitcode=-SIGKILL>"}),
    ("child = started(stays); child.terminate(); child.kill(); child.join(); return child.exitcode", ALL, {-15}),
    ("child, line = begun(); child.kill(); return line.poll(0)", ALL, {False, True}),
    ("child, line = begun(); child.kill(); return tried(lambda: line.send(1))", ALL, {None, "BrokenPipeError"}),
    ("child, line = begun(); child.kill(); tried(line.recv); return child.exitcode", ALL, {None, -9}),
    (
        "child, line = begun(); os.kill(child.pid, signal.SIGKILL); return line.poll(0), child.exitcode",
        FORK,
        {(False, None), (False, -9), (True, None), (True, -9)},
    ),
    ("child, line = begun(nothing); tried(line.recv); return child.exitcode", ALL, {None, 0}),
    ("child, line = begun(nothing); tried(line.recv); child.join(); return child.exitcode", ALL, {0}),
    ("child = started(nothing); connection.wait([child.sentinel]); return child.exitcode", NOT_SERVED, {None, 0}),
    ("child = started(nothing); connection.wait([child.sentinel]); return child.exitcode", SERVED, {0}),
    ("child = started(nothing); connection.wait([child.sentinel]); return child.is_alive()", NOT_SERVED, {True, False}),
    (
        "child = started(nothing); connection.wait([child.sentinel]); child.join(0); return child.exitcode",
        NOT_SERVED,
        {None, 0},
    ),
    ("child = started(nothing); connection.wait([child.sentinel]); child.join(30); return child.exitcode", ALL, {0}),
    ("child = started(nothing); connection.wait([child.sentinel]); child.join(-1); return child.exitcode", ALL, {0}),
    (
        "child, line = begun(nothing); tried(line.recv); return connection.wait([child.sentinel], 0) == []",
        ALL,
        {True, False},
    ),
    (
        "child, line = begun_from_a_hole(nothing); connection.wait([child.sentinel]); return line.poll(0)",
        FORK,
        {True, False},
    ),
    (
        "child, line = begun(nothing); return len(connection.wait([line, child.sentinel])), child.exitcode",
        NOT_SERVED,
        {(1, None), (2, None), (1, 0), (2, 0)},
    ),
    (
        "child, deep, line = deep_begun(); child.kill(); child.join()\n"
        "    seen = connection.wait([child.sentinel], 0); deep.send(1)\n"
        "    return len(seen), len(connection.wait([child.sentinel])), child.exitcode",
        FORK,
        {(0, 1, -9)},
    ),
    (
        "child, deep, line = deep_begun(); child.kill(); child.join(); deep.send(1)\n"
        "    return len(connection.wait([child.sentinel])), child.exitcode",
        SERVED,
        {(1, -9)},
    ),
    (
        "child, line = begun(nothing); return len(connection.wait([line, child.sentinel])), child.exitcode",
        SERVED,
        {(1, None), (1, 0), (2, 0)},
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("looks", "start_method", "seen"),
    [(looks, start_method, seen) for looks, methods, seen in LOOKS for start_method in methods],
)
def test_who_looks_at_a_process_that_ends_sees_what_real_ones_see(
    stage: Stage, simulation: Simulation, looks: str, start_method: StartMethod, seen: set[object]
) -> None:
    source = SOURCE.format(looks=looks)
    real = perform(stage, a_plan(source, ["often"], start_method=start_method)).processes["often"]
    found = {value(run.processes["one"]) for run in runs(simulation, source, start_method=start_method)}

    assert found == seen
    assert isinstance(real.returned, Returned)
    assert set(real.returned.value) <= seen  # type: ignore[call-overload]


SUPERVISOR = """
import multiprocessing as mp, sys
from multiprocessing import connection
def works(code): sys.exit(code)
def one():
    children = [mp.Process(target=works, args=(code,)) for code in range(3)]
    for child in children: child.start()
    left, codes = set(children), []
    while left:
        ready = connection.wait([child.sentinel for child in left])
        for child in [child for child in left if child.sentinel in ready]:
            {reap}
            codes.append(child.exitcode)
            left.discard(child)
    return sorted(codes, key=str)
"""


@pytest.mark.parametrize(
    ("reap", "start_method", "seen"),
    [
        ("child.join()", "fork", {(0, 1, 2)}),
        ("child.join()", "forkserver", {(0, 1, 2)}),
        ("pass", "forkserver", {(0, 1, 2)}),
        (
            "pass",
            "fork",
            {(0, 1, 2), (0, 1, None), (0, 2, None), (1, 2, None), (0, None, None), (1, None, None), (2, None, None)}
            | {(None, None, None)},
        ),
    ],
)
def test_a_supervisor_has_all_exit_codes_if_it_joins_whose_sentinel_is_ready(
    simulation: Simulation, reap: str, start_method: StartMethod, seen: set[object]
) -> None:
    found = runs(simulation, SUPERVISOR.format(reap=reap), start_method=start_method)

    assert {tuple(value(run.processes["one"])) for run in found} == seen  # type: ignore[arg-type]


@pytest.mark.parametrize("look", ["child.is_alive()", "child.exitcode is None", "mp.active_children()"])
def test_a_loop_that_waits_for_a_process_to_be_dead_comes_to_its_end(simulation: Simulation, look: str) -> None:
    source = f"""
    import multiprocessing as mp, time
    def stays(event): event.wait()
    def one(event):
        child = mp.Process(target=stays, args=(event,))
        child.start()
        child.terminate()
        while {look}: time.sleep(0.1)
        return child.exitcode
    """

    run = only(simulation, source, {"one": [ref("event")]}, shared={"event": {"type": "Event"}})

    assert value(run.processes["one"]) == -15


DAEMONS = """
import multiprocessing as mp
def stays(line, event): event.wait()
def starts(lines, event):
    for line in lines:
        mp.Process(target=stays, args=(line, event), daemon=True).start()
        line.close()
def one(event):
    lines = [mp.Pipe() for _ in range({count})]
    child = mp.Process(target=starts, args=([mine for _, mine in lines], event))
    child.start()
    for _, mine in lines: mine.close()
    theirs = [line for line, _ in lines]
    try: theirs[{first}].recv()
    except EOFError: return [line.poll(0) for line in theirs]
"""


@pytest.mark.parametrize(
    ("count", "first", "seen"),
    [(1, 0, {(True,)}), (2, 0, {(True, True), (True, False)}), (2, 1, {(True, True), (False, True)})],
)
def test_daemons_of_who_ends_end_in_any_order(
    simulation: Simulation, count: int, first: int, seen: set[object]
) -> None:
    source = DAEMONS.format(count=count, first=first)
    found = runs(simulation, source, {"one": [ref("event")]}, shared={"event": {"type": "Event"}}, start_method="spawn")

    assert {tuple(value(run.processes["one"])) for run in found} == seen  # type: ignore[arg-type]


def test_the_picture_shows_the_moments_of_a_death_and_nobody_is_preempted_by_them(simulation: Simulation) -> None:
    source = SOURCE.format(looks="child = started(stays); child.terminate(); child.join(); return child.is_alive()")
    settings = Settings(strategy="dpor", keep_going=True, steps=2000)

    (found,) = simulation.explore(a_plan(source, ["one"]), settings, lambda run: False).found

    told = [(step.process, step.operation) for step in found.steps if step.process == "Process-1:1"]
    assert told[-3:] == [("Process-1:1", "closes"), ("Process-1:1", "sentinel"), ("Process-1:1", "ends")]
    assert [label for label in found.schedule if label.startswith("Process-1:1 ")] == [
        *("Process-1:1 closes", "Process-1:1 sentinel", "Process-1:1 ends")
    ]
    assert found.preemptions == 0
