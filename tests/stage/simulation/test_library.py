"""The scenario's own modules, as each simulated process has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.exploration import Settings
from engine.plan import Call, ProcessPlan, StartMethod
from engine.stage.simulation.library import Library
from tests.processes_support import START_METHODS, a_plan, ref
from tests.stage.simulation.reality import both, told
from tests.stage.simulation.stories import DRAWS, explored, only, refusal, runs, value, values

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("start_method", "seen"), [("fork", ("set", ["set"], "set", ["set"], "other")), ("spawn", ("", [], "", [], "one"))]
)
def test_a_forked_process_has_what_the_parent_has_made_of_its_modules(
    simulation: Simulation, start_method: str, seen: tuple[object, ...]
) -> None:
    source = """
    text, items = "", []

    class Kept:
        text = ""

    def remember(item=None, seen=[]):
        if item:
            seen.append(item)
        return seen

    def first(): return "one"
    def second(): return "other"
    chosen = first

    def before():
        global text, chosen
        text, Kept.text, chosen = "set", "set", second
        items.append("set")
        remember("set")

    def one():
        return text, items, Kept.text, remember(), chosen()
    """

    run = only(simulation, source, start_method=start_method, before=())

    assert values(run) == (seen,)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_what_a_process_makes_of_a_module_the_others_do_not_see(simulation: Simulation, start_method: str) -> None:
    source = """
    class Kept:
        count = 0
    names = []

    def one(name):
        Kept.count += 1
        names.append(name)
        return Kept.count, names
    """

    run = only(simulation, source, {"one[0]": ["a"], "one[1]": ["b"]}, start_method=start_method)

    assert values(run) == ((1, ["a"]), (1, ["b"]))


@pytest.mark.parametrize(("start_method", "by_child"), [("fork", ""), ("spawn", "imported\n")])
def test_a_module_prints_where_it_is_imported(simulation: Simulation, start_method: str, by_child: str) -> None:
    settings = Settings(strategy="dpor", keep_going=True, orders_output=False)
    run = only(simulation, "print('imported')\ndef one(): pass", start_method=start_method, settings=settings)

    assert (run.parent.stdout, run.processes["one"].stdout) == ("imported\n", by_child)


def test_modules_import_each_other_also_within_packages(simulation: Simulation, tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("from .prices import price\n")
    (package / "prices.py").write_text("from . import table\ndef price(): return table.PRICE\n")
    (package / "table.py").write_text("PRICE = 3\n")

    source = "import shop\nimport shop.table\ndef one(): return shop.price() + shop.table.PRICE"
    run = only(simulation, source, search_path=(str(tmp_path),))

    assert values(run) == (6,)


@pytest.mark.parametrize("has_init", [True, False])
@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_the_modules_of_a_package_are_each_process_s_own(
    simulation: Simulation, tmp_path: Path, start_method: str, has_init: bool
) -> None:
    package = tmp_path / "marks"
    package.mkdir()
    if has_init:
        (package / "__init__.py").write_text("")
    (package / "state.py").write_text("ready = False\ndef mark():\n    global ready\n    ready = True\n")
    source = """
    from marks import state
    def one(done):
        state.mark()
        done.set()
    def other(done):
        done.wait()
        return state.ready
    """
    given = {name: [ref("done")] for name in ("one", "other")}
    shared = {"done": {"type": "Event"}}

    for run in runs(simulation, source, given, shared=shared, start_method=start_method, search_path=(str(tmp_path),)):
        assert values(run) == (None, False)


def test_a_module_knows_where_it_is_from(simulation: Simulation, tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "prices.py").write_text("")
    (package / "bad.py").write_text("def (:\n")
    (package / "list.txt").write_text("3")
    source = """
        import importlib.util, pkgutil, shop.prices
        def failing(name):
            try: importlib.import_module(name)
            except (SyntaxError, ImportError) as error: return str(error).partition(" (")[0]
        def one():
            spec = shop.prices.__spec__
            return (
                spec.name, spec.origin == shop.prices.__file__, importlib.util.find_spec("shop.prices") is spec,
                pkgutil.get_data("shop", "list.txt"), shop.__spec__.submodule_search_locations == shop.__path__,
                failing("shop.prices.sub"), failing("shop.none"), failing("shop.bad") != None,
            )
        """

    run = only(simulation, source, search_path=(str(tmp_path),))

    not_there = ("No module named 'shop.prices.sub'; 'shop.prices' is not a package", "No module named 'shop.none'")
    assert values(run) == (("shop.prices", True, True, b"3", True, *not_there, True),)


def test_packages_without_an_init_are_in_one_another(simulation: Simulation, tmp_path: Path) -> None:
    inner = tmp_path / "shop" / "prices"
    inner.mkdir(parents=True)
    (inner / "table.py").write_text("seen = []\n")
    (inner / "look.py").write_text(
        "from . import table\ndef look():\n    table.seen.append(1)\n    return table.seen\n"
    )

    source = "from shop.prices.look import look\ndef one(): return look()\ndef other(): return look()"
    run = only(simulation, source, ("one", "other"), search_path=(str(tmp_path),))

    assert values(run) == ([1], [1])


def test_a_folder_is_no_package_of_the_scenario_where_one_of_that_name_is_installed(tmp_path: Path) -> None:
    (tmp_path / "wheel_of_ours").mkdir()
    (tmp_path / "hypothesis").mkdir()
    library = Library(None, (str(tmp_path),))

    assert library.owns("wheel_of_ours")
    assert library._sources.source("hypothesis") is None


def test_a_module_called_as_one_of_the_standard_library_is_refused(simulation: Simulation, tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()  # Which is no module where there is one.
    (tmp_path / "calendar.py").write_text("days = []\n")
    source = "import queue\nimport calendar\ndef one(): return calendar.days"

    refused = refusal(simulation, source, search_path=(str(tmp_path),))

    named = "a module of the scenario's that is called calendar as one of the standard library's"
    assert refused == f"{named} (scenario.yaml:2)"


def test_an_installed_package_is_the_scenario_s_if_a_target_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop_of_ours.py").write_text("def sell(): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    plan = a_plan("", {})._replace(processes=(ProcessPlan("sale", Call("shop_of_ours", "sell", None, None)),))

    assert Library(None, (), plan.packages).owns("shop_of_ours")
    assert not Library(None, ()).owns("shop_of_ours")


def test_who_is_forked_draws_other_numbers_than_his_starter_s_modules_have_seeded(simulation: Simulation) -> None:
    source = """
    import random
    random.seed(7)
    names = []
    def one(): return random.random()
    """

    exploration = explored(simulation, source, ["one"])

    assert exploration.reasons == (DRAWS,)


def test_what_one_process_prints_elsewhere_the_others_do_not(simulation: Simulation) -> None:
    source = """
    import contextlib, io
    def one(number):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            print("mine")
            number.value = 1
            print("too")
        return text.getvalue()
    def other(number):
        number.value = 2
        print("other")
    """
    given = {name: [ref("number")] for name in ("one", "other")}
    shared = {"number": {"type": "RawValue", "typecode": "i", "value": 0}}

    for run in runs(simulation, source, given, shared=shared):
        assert (value(run.processes["one"]), run.stdout) == ("mine\ntoo\n", "other\n")


def test_a_module_that_is_not_there_is_missed_as_in_reality(simulation: Simulation) -> None:
    run = only(simulation, "def one(): import no_such_module")

    assert values(run) == ("ModuleNotFoundError: No module named 'no_such_module'",)


def test_what_cannot_be_copied_keeps_nothing_else_from_being_each_process_s_own(simulation: Simulation) -> None:
    source = """
    import multiprocessing, threading
    def child(items, lock, queue):
        with lock: queue.put(len(items))
    def one():
        items, queue = [1], multiprocessing.SimpleQueue()
        child_process = multiprocessing.Process(target=child, args=(items, threading.Lock(), queue))
        child_process.start()
        items.append(2)
        return queue.get()
    """

    assert values(only(simulation, source)) == (1,)


def test_code_that_is_not_python_fails_in_the_parent(simulation: Simulation) -> None:
    run = only(simulation, "def one(): pass\nbreak")

    assert (run.ending, str(run.parent.raised), run.processes["one"].exitcode) == (
        "completed",
        "SyntaxError: 'break' outside loop (scenario.yaml, line 2)",
        None,
    )


HELPER = "count = 0\ndef bump():\n    global count\n    count += 1\n    return count\n"


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_what_one_process_has_imported_another_does_not_find_loaded(
    simulation: Simulation, tmp_path: Path, start_method: str
) -> None:
    (tmp_path / "lazy_helper.py").write_text(HELPER)
    source = """
        import sys
        this = sys.modules[__name__]
        this.name = "mine"
        def one(done):
            import lazy_helper
            done.set()
            return lazy_helper.bump(), "lazy_helper" in sys.modules
        def other(done):
            done.wait()
            return "lazy_helper" in sys.modules, this.name, "json" in sys.modules
        """
    given = {name: [ref("done")] for name in ("one", "other")}
    shared = {"done": {"type": "Event"}}

    for run in runs(simulation, source, given, shared=shared, start_method=start_method, search_path=(str(tmp_path),)):
        assert values(run) == ((1, True), (False, "mine", True))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("sys.modules['stub'] = sys", "stub"),
        ("sys.modules['json'] = None", "json"),
        ("sys.modules.pop('json')", "json"),
        ("del sys.modules[__name__]", "scenario_code"),
        ("del sys.modules[__name__]; import scenario_code", "scenario_code"),
    ],
)
def test_who_changes_what_is_loaded_is_refused(simulation: Simulation, change: str, name: str) -> None:
    refused = refusal(simulation, f"import json, sys\ndef one():\n    {change}\n    json.dumps")

    assert refused is not None
    assert refused.startswith(f"changing sys.modules[{name!r}]")


REPLACING = """
import sys
print("loaded")
class Kept:
    count = 0
    def __init__(self): self.items = []
    def note(self, item):
        Kept.count += 1
        self.items.append(item)
        return self.items, Kept.count
sys.modules[__name__] = Kept()
"""


@pytest.mark.parametrize("start_method", START_METHODS)
def test_a_module_may_put_something_else_in_its_place(
    stage: Stage, simulation: Simulation, tmp_path: Path, start_method: StartMethod
) -> None:
    (tmp_path / "kept.py").write_text(REPLACING)
    source = """
        import multiprocessing, kept
        kept.note("parent")
        def before(): kept.note("before")
        def child(queue): queue.put(kept.note("child"))
        def one(queue, done):
            import kept as same
            started = multiprocessing.Process(target=child, args=(queue,))
            started.start()
            started.join()
            done.set()
            return kept.note("one"), same is kept, queue.get()
        def other(queue, done):
            done.wait()
            return kept.note("other")
        """
    given = {name: [ref("queue"), ref("done")] for name in ("one", "other")}
    shared = {"queue": {"type": "SimpleQueue"}, "done": {"type": "Event"}}
    more = {"shared": shared, "before": [], "search_path": (str(tmp_path),), "start_method": start_method}

    real, simulated = both(stage, simulation, source, given, **more)

    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_a_module_may_take_itself_away_or_say_that_it_is_not_there(
    stage: Stage, simulation: Simulation, tmp_path: Path, start_method: StartMethod
) -> None:
    (tmp_path / "gone.py").write_text("import sys\nprint('gone')\ndel sys.modules[__name__]\n")
    (tmp_path / "none.py").write_text("import sys\nprint('none')\nsys.modules[__name__] = None\n")
    source = """
        import none
        def tried(name):
            try: return __import__(name)
            except (KeyError, ImportError) as error: return repr(error)
        def one(lock):
            lock.acquire()
            return none, [tried(name) for name in ("gone", "gone", "none")]
        """
    more = {"shared": {"lock": {"type": "Lock"}}, "search_path": (str(tmp_path),), "start_method": start_method}

    real, simulated = both(stage, simulation, source, {"one": [ref("lock")]}, **more)

    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", START_METHODS)
def test_what_stands_in_a_module_s_place_is_copied_for_who_is_forked_also_if_it_would_not_put_it_there(
    stage: Stage, simulation: Simulation, tmp_path: Path, start_method: StartMethod
) -> None:
    (tmp_path / "kept.py").write_text(
        "import multiprocessing, sys\nclass Kept:\n    def __init__(self): self.items = []\n"
        "kept = Kept()\nitems = kept.items\n"
        "if multiprocessing.current_process().name == 'MainProcess': sys.modules[__name__] = kept\n"
    )
    source = """
        import multiprocessing, kept
        def last(queue):
            kept.items.append("last")
            queue.put((kept.items, type(kept).__name__))
        def child(queue):
            kept.items.append("child")
            started = multiprocessing.Process(target=last, args=(queue,))
            started.start()
            started.join()
        def one(queue):
            started = multiprocessing.Process(target=child, args=(queue,))
            started.start()
            started.join()
            return queue.get(), kept.items
        """
    more = {"shared": {"queue": {"type": "SimpleQueue"}}, "search_path": (str(tmp_path),), "start_method": start_method}

    real, simulated = both(stage, simulation, source, {"one": [ref("queue")]}, **more)

    assert told(simulated) == told(real)


def test_others_may_go_on_while_a_module_is_executed_that_looks_into_sys_modules(
    stage: Stage, simulation: Simulation
) -> None:
    source = """
        import multiprocessing, sys
        with multiprocessing.Lock(): pass
        this = sys.modules[__name__]
        def one(): return this is sys.modules[__name__]
        other = one
        """

    real, simulated = both(stage, simulation, source, ["one", "other"], start_method="spawn")

    assert values(real) == (True, True)
    assert told(simulated) == told(real)


@pytest.mark.parametrize("change", ["sys.modules['kept'] = 5", "import kept; del sys.modules['kept']"])
def test_who_changes_what_is_loaded_before_it_is_imported_is_refused(
    simulation: Simulation, tmp_path: Path, change: str
) -> None:
    (tmp_path / "kept.py").write_text("items = []")
    source = f"import sys\ndef one():\n    {change}\n    import kept\n    return kept"

    refused = refusal(simulation, source, search_path=(str(tmp_path),))

    assert refused == "changing sys.modules['kept'] (scenario.yaml:4)"
