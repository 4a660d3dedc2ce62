"""What a process sees of itself, of its parent and of its children is in simulation what it is in reality."""

from __future__ import annotations

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.plan import StartMethod
from engine.trace import Returned
from tests.processes_support import a_plan, perform, ref
from tests.stage.simulation.stories import only

pytestmark = pytest.mark.slow

SOURCE = """
import multiprocessing as mp, os
def said(text): return str(text).replace(str(os.getpid()), "ME").replace(str(os.getppid()), "UP")
def looked(looks):
    found = []
    for look in looks:
        try: found.append(said(repr(look())))
        except Exception as e: found.append(said(repr(e)))
    return found
def looks_at(p, me):
    return looked([
        lambda: p is me, lambda: p.pid is not None, lambda: p.ident == os.getpid(), lambda: p.is_alive(),
        lambda: p.exitcode,
        lambda: p.name, lambda: p.daemon, lambda: p._identity, lambda: repr(p), lambda: isinstance(p, mp.Process),
        lambda: isinstance(p, mp.process.BaseProcess), lambda: p.join(), lambda: p.start(), lambda: p.terminate(),
        lambda: p.kill(), lambda: p.sentinel,
        lambda: type(p).__name__, lambda: mp.current_process() is me, lambda: mp.active_children(),
        lambda: len(p.authkey), lambda: mp.process.current_process() is mp.current_process(),
    ])
def looks_up():
    p = mp.parent_process()
    return p and looked([
        lambda: p is mp.parent_process(), lambda: p.name, lambda: p.pid == os.getppid(), lambda: p.daemon,
        lambda: p.exitcode, lambda: repr(p), lambda: p._identity, lambda: p.start(), lambda: p.terminate(),
        lambda: type(p).__name__, lambda: p.authkey,
    ])
class W(mp.Process):
    def __init__(self, q, **more):
        super().__init__(**more)
        self.q, self.level = q, 7
    def run(self):
        me = mp.current_process()
        self.q.put([looks_at(self, me), me.level, looks_up()])
        self.name = "other"
        sub = mp.Process(target=grand, args=(self.q,))
        self.q.put(said(repr(sub)))
        sub.start()
        sub.join()
        self.daemon = True
        new = mp.Process(target=grand)
        self.q.put(looked([lambda: repr(self), lambda: sub.start(), lambda: new.daemon, lambda: new.start()]))
        self.close()
        self.q.put(looked([lambda: repr(self), lambda: self.is_alive(), lambda: self.pid]))
        self.q.put(None)
        raise KeyError("x")
def grand(q): q.put(looks_up())
def f(q):
    w = W(q)
    out = [looks_at(mp.current_process(), mp.current_process()), looks_up(), said(repr(w))]
    w.start()
    states = []
    out += iter(q.get, None)
    w.join()
    states.append(said(repr(w)).replace(str(w.pid), "W"))
    w.close()
    states.append(said(repr(w)))
    return out, states
def before():
    return looks_at(mp.current_process(), mp.current_process()), looks_up()
"""


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_a_process_sees_the_same_of_itself(stage: Stage, start_method: StartMethod) -> None:
    plan = a_plan(
        SOURCE, {"f": [ref("q")]}, shared={"q": {"type": "SimpleQueue"}}, start_method=start_method, before=[]
    )
    simulation = Simulation()

    real = perform(stage, plan)
    simulated = only(
        simulation,
        SOURCE,
        {"f": [ref("q")]},
        shared={"q": {"type": "SimpleQueue"}},
        start_method=start_method,
        before=[],
    )
    simulation.close()

    assert isinstance(real.processes["f"].returned, Returned)
    assert simulated.processes["f"].returned == real.processes["f"].returned
    assert simulated.calls["before"].returned == real.calls["before"].returned
    assert simulated.stderr.splitlines()[0] == real.stderr.splitlines()[0] == "Process other:"
