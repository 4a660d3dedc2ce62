"""What is put into a queue and changed afterwards: its feeder may send it half changed, and that no schedule shows."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from engine.backends.simulation.backend import Simulation
from engine.exploration import Exploration, Settings, judge_exploration, judge_simulated
from engine.plan import Reference
from engine.preparation import prepare
from engine.scenario.files import Settings as FileSettings
from engine.trace import Run

from .stories import CHANGES_ITEMS, explored, value

pytestmark = pytest.mark.slow

GET = "def get(jobs, told): return jobs.get()"
"""Who gets what was put, unless the story has another."""


def story(simulation: Simulation, source: str, kind: str = "Queue") -> Exploration:
    """Every class of schedules of ``put`` and ``get``, which share the queue ``jobs`` and the event ``told``."""
    given = [Reference("shared", "jobs"), Reference("shared", "told")]
    source = f"{GET}\n{textwrap.dedent(source)}"
    shared = {"jobs": {"type": kind}, "told": {"type": "Event"}}
    exploration = explored(simulation, source, {"put": given, "get": given}, shared=shared)
    assert (exploration.refusal, exploration.exhausted) == (None, True)
    return exploration


def got(exploration: Exploration) -> list[object]:
    return sorted((value(found.run.processes["get"]) for found in exploration.found), key=repr)


@pytest.mark.parametrize("kind", ["Queue", "JoinableQueue"])
def test_who_changes_an_item_twice_after_put_is_not_seen_in_between(simulation: Simulation, kind: str) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = []
            jobs.put(item)
            item.append(1)
            item.append(2)
        """,
        kind,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)
    assert got(exploration) == [[1, 2], []]


def test_an_item_that_is_changed_between_later_operations_may_be_in_the_buffer_still(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = []
            jobs.put(item)
            told.wait()
            item += [1]
            item += [2]
        def get(jobs, told):
            told.set()
            return jobs.get()
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


def test_an_item_behind_another_is_watched_too(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = []
            jobs.put("before")
            jobs.put(item)
            item.append(1)
            item.append(2)
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


def test_an_item_that_is_put_again_and_changed_is_watched_too(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = {}
            for number in range(2):
                item["number"] = number
                jobs.put(item)
        def get(jobs, told): return jobs.get(), jobs.get()
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


def test_an_item_that_is_changed_once_it_was_received_is_gone_by_then(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = [0]
            jobs.put(item)
            told.wait()
            item.append(1)
            item.append(2)
        def get(jobs, told):
            item = jobs.get()
            told.set()
            return item
        """,
    )

    assert (exploration.reasons, got(exploration)) == ((), [[0]])


BUSY = """
        def get(jobs, told):
            told.wait()
            return jobs.get() and jobs.get()
"""
"""Who gets what is put first, which is so large that the feeder comes to the second only then."""


def test_an_item_that_is_changed_before_its_feeder_can_come_to_it_arrives_changed(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        f"""
        {BUSY.strip()}
        def put(jobs, told):
            item = []
            jobs.put(bytes(100_000))
            jobs.put(item)
            item.append(1)
            item.append(2)
            told.set()
        """,
    )

    assert (exploration.reasons, got(exploration)) == ((), [[1, 2]])


def test_an_item_that_its_feeder_comes_to_while_it_is_changed_may_be_half_changed(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        f"""
        {BUSY.strip()}
        def put(jobs, told):
            item = []
            jobs.put(bytes(100_000))
            jobs.put(item)
            told.set()
            item.append(1)
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


def test_what_a_search_asks_about_the_past_is_not_what_a_feeder_does(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        def put(jobs, told):
            item = [0]
            jobs.put(item)
            told.wait()
            item.append(1)
            jobs.put([1])
            jobs.put(2)
            return jobs.qsize(), jobs.empty()
        def get(jobs, told):
            jobs.get()
            told.set()
            try:
                return jobs.get(timeout=1), jobs.get(timeout=2)
            except Exception:
                return None
        """,
    )

    assert exploration.reasons == ()


OWN = """
class Job:
    def __init__(self, number):
        self.number, self.parts = number, set()
class Slotted:
    __slots__ = ("number",)
    def __init__(self): self.number = 0
class Reduced:
    number = 0
    def __reduce__(self): return int, (self.number,)
class Stateful:
    number = 0
    def __getstate__(self): return {"number": self.number}
"""


@pytest.mark.parametrize(
    "item",
    [
        "[1, [2], {'a': {3}}]",
        "{f'{n} apples' for n in range(50)}",
        "[shared, shared, (shared, [shared])]",
        "{'bytes': bytearray(b'abc'), 'when': datetime.date(2020, 1, 1), 'where': Path('a/b')}",
        "collections.deque([1, 2])",
        "Job(1)",
        "[Job(shared), Job(shared)]",
        "Slotted()",
        "Reduced()",
        "Stateful()",
        "lambda: 0",
        "[lambda: shared]",
        "(number for number in shared)",
    ],
)
def test_an_item_that_nobody_changes_is_seen_in_all_its_states(simulation: Simulation, item: str) -> None:
    exploration = story(
        simulation,
        f"""
        import collections, datetime
        from pathlib import Path
        {textwrap.indent(OWN, "        ").strip()}
        def put(jobs, told):
            shared = [1, "a"]
            item = {item}
            jobs.put(item)
            told.set()
            jobs.put(item)
        def get(jobs, told):
            told.wait()
            jobs.get(), jobs.get()
        """,
    )

    assert exploration.reasons == ()


@pytest.mark.parametrize(
    ("item", "change"),
    [
        ("Job(1)", "item.number = 2; item.parts.add(1)"),
        ("[Job([])]", "item[0].number.append(1)"),
        ("Slotted()", "item.number += 1"),
        ("Reduced()", "item.number += 1"),
        ("Stateful()", "item.number += 1"),
        ("(1, bytearray(b'a'))", "item[1].extend(b'b')"),
        ("[lambda: 0]", "item[0] = 1"),
        ("[1]", "item[0] = lambda: 0"),
        # What neither can be pickled before nor after may be so in between.
        ("[lambda: 0]", "fails = item.pop(); item.append(1); item.append(fails)"),
        ("[(number for number in 'ab')]", "fails = item.pop(); item.append(1); item.append(fails)"),
    ],
)
def test_what_changes_is_found_in_items_of_every_kind(simulation: Simulation, item: str, change: str) -> None:
    exploration = story(
        simulation,
        f"""
        {textwrap.indent(OWN, "        ").strip()}
        def put(jobs, told):
            item = {item}
            jobs.put(item)
            {change}
        def get(jobs, told): jobs.get()
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


def test_what_pickling_itself_changes_is_not_certain_either(simulation: Simulation) -> None:
    exploration = story(
        simulation,
        """
        class Counting:
            times = 0
            def __reduce__(self):
                self.times += 1
                return int, (self.times,)
        def put(jobs, told): jobs.put(Counting())
        """,
    )

    assert exploration.reasons == (CHANGES_ITEMS,)


@pytest.mark.parametrize(
    ("returned", "verdict"), [("{one_of: [[], [1, 2]]}", "unknown"), ("[]", "failed"), ("[1, 2]", "failed")]
)
def test_it_is_unknown_what_comes_of_it_unless_a_run_fails(
    simulation: Simulation, tmp_path: Path, returned: str, verdict: str
) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(HALF_CHANGED + f"expect: {{processes: {{get: {{returns: {returned}}}}}}}\n")
    one = prepare([str(file)], FileSettings())[0]

    def fails(run: Run) -> bool:
        return judge_simulated(one.expectation, run, "any").verdict == "failed"

    found = simulation.explore(one.plan, Settings(), fails)

    judged = judge_exploration(one.expectation, found)
    assert judged.verdict == verdict
    if verdict == "unknown":
        assert [check.reason for check in judged.checks if check.verdict == "unknown"] == [CHANGES_ITEMS]


HALF_CHANGED = """
shared: {jobs: Queue}
code: |
  def put(jobs):
      item = []
      jobs.put(item)
      item.append(1)
      item.append(2)
  def get(jobs): return jobs.get()
processes:
  put: {target: put, args: ["${jobs}"]}
  get: {target: get, args: ["${jobs}"]}
"""
