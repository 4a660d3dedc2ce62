"""What belongs to all simulated processes alike is changed by none of them."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import pytest

from engine.backends.simulation.backend import Simulation
from engine.stage.simulation.commons import Commons
from tests.processes_support import ref
from tests.stage.simulation.stories import only, refusal, value

NUMBER = {"number": {"type": "Value", "typecode": "i"}}
NUMBERS = [ref("number")]

CODE = """
import collections
import json
LIMIT = 1
KNOWN = {"a": [1]}
NAMES = ["b"]
LAST = collections.deque([1])
my_cache = {}
class Kind:
    level = 1
    table = {}
class Thing:
    def __init__(self): self.state = {"x": 1}
thing = Thing()
def work(): pass
"""


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    package, module = types.ModuleType("foreign"), types.ModuleType("foreign.inner")
    exec(CODE.replace("import json", ""), vars(package))
    exec(CODE, vars(module))
    vars(package)["inner"] = module
    sys.modules.update({"foreign": package, "foreign.inner": module})
    yield module
    del sys.modules["foreign"], sys.modules["foreign.inner"]


def watched() -> Commons:
    commons = Commons()
    commons.watch("foreign")
    return commons


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("LIMIT = 2", "LIMIT"),
        ("NEW = 2", "NEW"),
        ("del LIMIT", "LIMIT"),
        ("KNOWN['b'] = 1", "KNOWN.b"),
        ("KNOWN['a'].append(2)", "KNOWN.a[1]"),
        ("NAMES.append('c')", "NAMES[1]"),
        ("LAST.append(2)", "LAST[1]"),
        ("Kind.level = 2", "Kind.level"),
        ("Kind.new = 2", "Kind.new"),
        ("Kind.table['a'] = 2", "Kind.table.a"),
        ("thing.state['x'] = 2", "thing.state.x"),
        ("thing.other = 2", "thing.other"),
        ("work = print", "work"),
        ("KNOWN[1, 2] = 2", "KNOWN[(1, 2)]"),
    ],
)
def test_what_is_changed_in_a_module_is_named(module: types.ModuleType, change: str, name: str) -> None:
    commons = watched()

    exec(change, vars(module))

    assert commons.changed() == f"foreign.inner.{name}"


@pytest.mark.parametrize(
    "change",
    [
        "LIMIT = LIMIT",
        "Kind.__annotations__",
        "object.__reduce_ex__(thing, 2)",
        "my_cache[1] = 2",
        "NAMES.append(1); NAMES.pop()",
        "json.codec = 1; del json.codec",
    ],
)
def test_what_nobody_could_notice_is_no_change(module: types.ModuleType, change: str) -> None:
    commons = watched()

    exec(change, vars(module))

    assert commons.changed() is None


def test_a_module_that_is_imported_later_is_no_change_of_its_package(module: types.ModuleType) -> None:
    commons = watched()

    vars(sys.modules["foreign"])["later"] = types.ModuleType("foreign.later")

    assert commons.changed() is None


def test_runs_are_watched_ever_more_rarely() -> None:
    commons = Commons()

    assert [number for number in range(1, 40) if commons.is_run_watched()] == [1, 2, 4, 8, 16, 32]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("imports", "change", "what"),
    [
        ("import sys", "sys.argv.append('x')", "sys.argv[1]"),
        ("import builtins", "builtins.word = 1", "builtins.word"),
        ("from json import JSONEncoder as J", "J.default = print", "json.encoder.JSONEncoder.default"),
        ("import mimetypes as m", "m.add_type('a/b', '.x')", "mimetypes.types_map['.x']"),
        ("import queue", "queue.Empty.told = 1", "queue.Empty.told"),
        ("import importlib", "importlib.import_module('colorsys').told = 1", "colorsys.told"),
        ("import functools", "functools.lru_cache = print", "functools.lru_cache"),
        ("import decimal", "decimal.DefaultContext.prec = 3", "decimal.DefaultContext"),
    ],
)
def test_who_changes_a_module_of_the_standard_library_is_refused(
    simulation: Simulation, imports: str, change: str, what: str
) -> None:
    at_once = f"{imports}\ndef one(number):\n    {change}\n    number.value += 1"
    at_its_end = f"{imports}\ndef one(number):\n    number.value += 1\n    {change}"

    refused = [refusal(simulation, source, {"one": NUMBERS}, shared=NUMBER) for source in (at_once, at_its_end)]

    told = f"changing {what} in one process alone"
    assert refused == [f"{told} (scenario.yaml:4)", told]


@pytest.mark.slow
def test_a_change_is_found_although_it_is_undone_in_the_end(simulation: Simulation) -> None:
    source = """
        from unittest import mock
        import time
        def one(number):
            with mock.patch("time.sleep"):
                number.value += 1
        """

    refused = refusal(simulation, source, {"one": NUMBERS}, shared=NUMBER)

    assert refused == "changing time.sleep in one process alone (scenario.yaml:6)"


@pytest.mark.slow
def test_a_change_that_one_schedule_in_many_makes_and_undoes_is_found(simulation: Simulation) -> None:
    source = """
        import json
        def one(number):
            for _ in range(3): number.value += 1
        def other(number):
            if number.value == 2 and number.value == 3:
                dumps, json.dumps = json.dumps, print
                number.value = 0
                json.dumps = dumps
        """

    refused = refusal(simulation, source, {"one": NUMBERS, "other": NUMBERS}, shared=NUMBER)

    assert refused == "changing json.dumps in one process alone (scenario.yaml:8)"


@pytest.mark.slow
def test_a_class_is_registered_with_another_one_only_by_who_owns_one_of_them(simulation: Simulation) -> None:
    source = "import decimal, numbers\ndef one(number): numbers.Real.register(decimal.Decimal)"

    refused = refusal(simulation, source, {"one": NUMBERS}, shared=NUMBER)

    assert refused == "registering Decimal with Real in one process alone (scenario.yaml:2)"


@pytest.mark.slow
def test_a_change_that_one_schedule_in_many_makes_is_found(simulation: Simulation) -> None:
    source = """
        import json
        def one(number):
            for _ in range(3): number.value += 1
        def two(number):
            if number.value == 2 and number.value == 3: json.marked = True
        """

    refused = refusal(simulation, source, {"one": NUMBERS, "two": NUMBERS}, shared=NUMBER)

    assert refused is not None
    assert refused.startswith("changing json.marked in one process alone")


@pytest.mark.slow
def test_who_only_uses_the_standard_library_changes_nothing(simulation: Simulation) -> None:
    source = """
        import abc, base64, collections, contextlib, copy, csv, dataclasses, datetime, enum, functools, hashlib, io
        import heapq, inspect, itertools, json, logging, mimetypes, operator, pathlib, pickle, pprint, re, string
        import statistics, struct, textwrap, traceback, typing, uuid, weakref
        @dataclasses.dataclass
        class Point: x: int = 1
        class Named(typing.NamedTuple): x: int
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self): ...
        Shape.register(Point)
        collections.abc.Sequence.register(Point)
        class Kind(enum.Enum): A = 1
        class Box(typing.Generic[typing.TypeVar("T")]): pass
        Pair = collections.namedtuple("Pair", "a b")
        @functools.singledispatch
        def shown(value): return str(value)
        @shown.register(int)
        def _(value): return "int"
        log = logging.getLogger(__name__)
        class Encoder(json.JSONEncoder):
            def default(self, value): return 1
        def one(number):
            number.value += 1
            csv.writer(io.StringIO()).writerow([1])
            datetime.datetime.strptime("2020", "%Y")
            log.debug("not shown")
            found = re.sub("a", "b", "a"), json.dumps([Point()], cls=Encoder), mimetypes.guess_type("a.html")[0]
            inspect.signature(one), traceback.format_exc(), typing.get_type_hints(Point), pprint.pformat({})
            copy.deepcopy(Point()), pickle.dumps(Pair(1, 2)), weakref.ref(Point), string.Template("$a").substitute(a=1)
            number.value += 1
            return found
        """

    run = only(simulation, source, {"one": NUMBERS}, shared=NUMBER)

    assert value(run.processes["one"]) == ("b", "[1]", "text/html")
