"""What importing gives a target: the same as in reality, and where it does not, that is refused."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.plan import StartMethod
from tests.processes_support import ref
from tests.stage.simulation.reality import both, told
from tests.stage.simulation.stories import refusal, values

pytestmark = pytest.mark.slow

TRIES = """
import importlib, sys
def said(code):
    names = {**globals()}
    try:
        exec(code, names)
        return repr(names.get("found"))
    except Exception as error:
        return f"{type(error).__name__}: {error} {getattr(error, 'name', None)}"
"""

SHOP = {
    "solo.py": "kept = 1\n_hidden = 2\n",
    "shop/__init__.py": "print('shop')\nfrom . import prices\n",
    "shop/prices.py": """
        print("prices")
        price = 3
        def __getattr__(name):
            if name == "made": return "made up"
            raise AttributeError(name)
        """,
    "shop/table.py": "__all__ = ['shown', 'missing']\nshown = 1\n",
    "shop/inner/__init__.py": "__all__ = ['leaf']\n",
    "shop/inner/leaf.py": "",
    "shop/inner/up.py": "from ..prices import price\nfrom .. import prices as same\n",
    "shop/beyond.py": "from ... import other\n",
    "shop/sideways.py": "from .. import solo\n",
    "shop/missing.py": "from . import nothing\n",
    "shop/absent.py": "from .nothing import that\n",
    "shop/failing.py": "1 / 0\n",
    "alone.py": "from . import solo\n",
    "circle.py": "import circular\nkept = 1\n",
    "circular.py": "import circle\nfrom circle import kept\n",
    "rounds/__init__.py": "",
    "rounds/one.py": "import rounds.two as two\ntext = two.text\n",
    "rounds/two.py": "import rounds.one as one\ntry: one.text\nexcept AttributeError as error: text = str(error)\n",
    "spaces/inner/deep.py": "from . import other\nfrom .other import name as found\n",
    "spaces/inner/other.py": "name = __name__\n",
    "lazy/__init__.py": """
        def __getattr__(name):
            if name == "no": raise AttributeError("never")
            return f"lazy {name}"
        """,
    "lazy/real.py": "",
}

STATEMENTS = """
import shop.prices; found = shop.prices.price
import shop.inner.up as up; found = up.price, up.same.__name__
from shop.prices import made as found
from shop.prices import nothing
from shop import nothing
from solo import nothing
import shop.nothing
import solo.nothing
import nothing_at_all.inner
from .. import other
from .solo import kept
import alone
import shop.beyond
import shop.sideways
import shop.missing
import shop.absent
import shop.failing
import shop.failing
import circle
import rounds.one; found = rounds.one.text
from solo import *; found = kept, "_hidden" in globals()
from shop.table import *
from shop.inner import *; found = leaf.__name__
import spaces.inner.deep; found = spaces.inner.deep.found, spaces.__file__, spaces.inner.__name__
from spaces import nothing
from lazy import no
from lazy import real; found = real
import lazy.real; found = lazy.real.__name__
found = importlib.import_module("shop.prices").price
found = importlib.import_module(".prices", "shop").price
found = importlib.import_module("..solo", "shop")
found = importlib.import_module(".nothing", "shop")
found = importlib.import_module(".prices")
found = importlib.__import__("shop.inner.leaf").__name__
found = __import__("shop.prices").__name__
found = __import__("shop.prices", fromlist=["price"]).__name__
found = __import__("prices", {"__package__": "shop"}, None, [], 1).__name__
found = __import__("inner.leaf", {"__package__": "shop"}, None, [], 1).__name__
found = __import__("", {"__package__": "shop"}, None, ["prices"], 1).__name__
found = __import__("prices", {"__name__": "shop.inner"}, None, ["price"], 1).__name__
found = __import__("x", {}, None, (), 1)
found = __import__("shop", fromlist=[3])
found = __import__("shop", level=-1)
found = __import__("")
found = __import__(3)
import solo; solo.kept = 2; found = importlib.reload(solo).kept, solo.kept
import solo; found = sorted(vars(solo)), solo.__spec__.name, solo.__spec__.parent, solo.__cached__[-4:]
found = __spec__.name, __spec__.parent, sorted(name for name in globals() if name[:2] == "__"), __package__
import shop; found = sys.modules["shop.prices"] is shop.prices, "shop.table" in sys.modules
import pkgutil; found = pkgutil.resolve_name("shop.prices:price")
"""


def put(folder: Path, files: Mapping[str, str]) -> tuple[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    return (str(folder),)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_imports_come_to_what_they_come_to_in_reality(
    stage: Stage, simulation: Simulation, tmp_path: Path, start_method: StartMethod
) -> None:
    source = f"{TRIES}\ndef one(): return [said(line) for line in {STATEMENTS.strip().splitlines()!r}]"
    place = put(tmp_path, SHOP)

    real, simulated = both(stage, simulation, source, ["one"], search_path=place, start_method=start_method)

    assert values(simulated) == values(real)
    assert told(simulated) == told(real)


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_what_is_imported_by_its_name_is_each_process_s_own(
    stage: Stage, simulation: Simulation, tmp_path: Path, start_method: StartMethod
) -> None:
    source = """
        import importlib
        def lists():
            one = importlib.import_module(".first", "shop")
            return one.items, importlib.__import__("shop.second", fromlist=["items"]).items
        def one(done):
            for items in lists(): items.append("mine")
            done.set()
        def other(done):
            done.wait()
            return lists()
        """
    given = {name: [ref("done")] for name in ("one", "other")}
    place = put(tmp_path, {"shop/__init__.py": "", "shop/first.py": "items = []", "shop/second.py": "items = []"})
    more = {"shared": {"done": {"type": "Event"}}, "search_path": place, "start_method": start_method}

    real, simulated = both(stage, simulation, source, given, **more)

    assert values(real) == (None, ([], []))
    assert told(simulated) == told(real)


def test_a_module_that_never_changes_is_each_process_s_own_once_one_of_them_reloads_it(
    stage: Stage, simulation: Simulation, tmp_path: Path
) -> None:
    source = """
        import importlib, solo
        def one(done):
            before = solo.work
            importlib.reload(solo)
            done.set()
            return solo.work is before
        def other(done):
            before = solo.work
            done.wait()
            return solo.work is before
        """
    given = {name: [ref("done")] for name in ("one", "other")}
    place = put(tmp_path, {"solo.py": "def work(): pass"})

    real, simulated = both(stage, simulation, source, given, shared={"done": {"type": "Event"}}, search_path=place)

    assert values(simulated) == values(real) == (False, True)


def test_reloading_the_code_of_the_scenario_itself_is_refused(simulation: Simulation) -> None:
    source = "import importlib, sys\ndef one(): importlib.reload(sys.modules[__name__])"

    assert refusal(simulation, source) == "importlib.reload of the scenario's own code (scenario.yaml:2)"


def test_a_package_that_changes_where_its_modules_are_is_refused(simulation: Simulation, tmp_path: Path) -> None:
    place = put(tmp_path, {"shop/__init__.py": "__path__.append('/elsewhere')", "shop/prices.py": ""})

    refused = refusal(simulation, "def one():\n    import shop.prices", search_path=place)

    assert refused == "changing shop.__path__ (scenario.yaml:2)"
