"""What a forked process has of its starter's memory: all of it, for itself; and that real processes have it so."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from engine.backends.processes.stage import Stage
from engine.backends.simulation.backend import Simulation
from engine.plan import Plan
from engine.trace import Returned
from tests.processes_support import a_plan, perform
from tests.stage.simulation.stories import only, refusal

pytestmark = pytest.mark.slow

MEMORY: Mapping[str, str] = {
    "an enumeration": """
        from enum import Enum, IntEnum, Flag, auto
        class Kind(Enum):
            A = 1
            B = [2]
            def shown(self): return self.name.lower()
        class Level(IntEnum):
            LOW, HIGH = 1, 2
        class Right(Flag):
            READ, WRITE = auto(), auto()
        kept = [Kind.A, Level.HIGH, Right.READ | Right.WRITE]
        def one():
            same = [kept[0] is Kind.A, kept[1] is Level.HIGH, kept[2] == Right.READ | Right.WRITE]
            return same, Kind.B.value, Kind(1).shown(), Level.LOW < Level.HIGH
        """,
    "a structure of ctypes": """
        import ctypes
        class Point(ctypes.Structure):
            _fields_ = [("x", ctypes.c_int)]
        def one(): return Point(3).x
        """,
    "closures": """
        def counter():
            count = 0
            def up():
                nonlocal count
                count += 1
                return count
            return up
        up = counter()
        up()
        def one(): return up(), up()
        def other(): return up()
        """,
    "a function that is in its own closure": """
        def made():
            def down(n): return [n, *down(n - 1)] if n else names
            return down
        names = []
        down = made()
        names.append("end")
        def one():
            names.append("mine")
            return down(2)
        def other(): return down(1)
        """,
    "a decorated function": """
        import functools
        def counted(function):
            @functools.wraps(function)
            def wrapper(*given):
                wrapper.calls += 1
                return function(*given), wrapper.calls
            wrapper.calls = 0
            return wrapper
        @counted
        def twice(n): return 2 * n + added
        added = 0
        twice(1)
        def one():
            global added
            added = 10
            return twice(2)
        def other(): return twice(3)
        """,
    "functions in a table": """
        seen = []
        table = {"add": lambda item: seen.append(item), "look": lambda: list(seen)}
        def one():
            table["add"]("a")
            return table["look"](), seen
        def other(): return table["look"]()
        """,
    "a cache that is empty": """
        import functools
        loads = 0
        @functools.lru_cache(maxsize=4)
        def load(n):
            global loads
            loads += 1
            return n
        def one(): return load(1), load(1), loads
        def other(): return load(1), loads
        """,
    "classes in classes": """
        class App:
            class Stats:
                hits = 0
                seen = {}
            @classmethod
            def hit(cls):
                cls.Stats.hits += 1
                cls.Stats.seen[cls.Stats.hits] = True
                return cls.Stats.hits, len(App.Stats.seen)
        App.hit()
        def one(): return App.hit()
        def other(): return App.hit()
        """,
    "a class that was patched": """
        class Greeter:
            def greet(self): return "hello"
            @property
            def mood(self): return "good"
            @staticmethod
            def old(): return 1
        def before_all():
            Greeter.greet = lambda self: f"patched {word}"
            Greeter.added = 3
            del Greeter.old
        word = "w"
        before_all()
        def one():
            global word
            word = "own"
            return Greeter().greet(), Greeter().mood, Greeter.added, hasattr(Greeter, "old")
        def other(): return Greeter().greet()
        """,
    "a singleton": """
        class Single:
            made = None
            def __new__(cls):
                if cls.made is None: cls.made = super().__new__(cls)
                return cls.made
        first = Single()
        first.count = 1
        def one():
            first.count += 1
            return Single() is first, Single.made.count
        def other(): return Single().count
        """,
    "what pickling would leave out": """
        class Client:
            def __init__(self): self.cache = {"a": 1}
            def __getstate__(self): return {}
            def __reduce__(self): return Client, ()
            def __deepcopy__(self, memo): raise TypeError
        client = Client()
        client.cache["b"] = 2
        def one():
            client.cache["c"] = 3
            return client.cache
        def other(): return client.cache
        """,
    "objects of many kinds": """
        import array, collections, dataclasses, datetime, decimal, functools, itertools, random, types, weakref
        @dataclasses.dataclass(eq=False)
        class Slotted:
            items: list
        class Own:
            __slots__ = ("items",)
            def __init__(self, items): self.items = items
        class Bag(list): pass
        class Table(dict): pass
        class Broken(Exception): pass
        Point = collections.namedtuple("Point", "x y")
        bag, table, error = Bag([1]), Table(a=[1]), Broken("b", [1])
        bag.note = table
        strong = Slotted([1])
        kept = {
            "slotted": Slotted([1]), "bag": bag, "point": Point([1], 2), "deque": collections.deque([1], 3),
            "count": collections.Counter("aab"), "ordered": collections.OrderedDict(a=[1]),
            "default": collections.defaultdict(list, a=[1]), "number": itertools.count(3),
            "partial": functools.partial(bag.append, 2), "space": types.SimpleNamespace(a=[1]),
            "view": types.MappingProxyType(table), "array": array.array("i", [1]),
            "append": bag.append, "weak": weakref.ref(strong), "own": Own([1]), "error": error,
            "date": datetime.date(2020, 1, 2), "decimal": decimal.Decimal("1.5"), "frozen": frozenset({Point(1, 2)}),
        }
        kept["self"] = kept
        def one():
            kept["slotted"].items.append(2)
            kept["partial"]()
            kept["append"](3)
            kept["point"].x.append(2)
            kept["deque"].extend([2, 3, 4])
            kept["count"]["a"] += 1
            kept["default"]["b"].append(2)
            kept["space"].a.append(2)
            table["b"] = 3
            kept["array"].append(2)
            strong.items.append(2)
            kept["own"].items.append(2)
            kept["error"].args[1].append(2)
            return look()
        def other(): return look()
        def look():
            return (
                kept["slotted"].items, list(bag), bag.note is table, list(kept["point"]), list(kept["deque"]),
                dict(kept["count"]), dict(kept["ordered"]), dict(kept["default"]), next(kept["number"]),
                vars(kept["space"]), dict(kept["view"]), list(kept["array"]), kept["weak"]().items, kept["own"].items,
                kept["error"].args, str(kept["date"]), str(kept["decimal"]), list(kept["frozen"])[0] == Point(1, 2),
                kept["self"] is kept, type(bag) is Bag, type(kept["error"]) is Broken,
            )
        """,
    "generators that have not begun": """
        def up(first, *, last=3): yield from range(first, last)
        numbers, letters = up(1), (letter for letter in ["a", "b"])
        def one(): return next(numbers), next(letters), list(letters)
        def other(): return next(numbers), next(letters)
        """,
    "context variables": """
        import contextvars, decimal
        level = contextvars.ContextVar("level")
        level.set(3)
        decimal.getcontext().prec = 4
        def one():
            decimal.getcontext().prec = 2
            return level.get(), str(decimal.Decimal(1) / 3)
        def other(): return level.get(), str(decimal.Decimal(1) / 3)
        """,
    "what a single dispatch has registered": """
        import functools
        @functools.singledispatch
        def shown(value): return "any"
        @shown.register
        def _(value: int): return f"int {word}"
        word = "w"
        def one():
            global word
            word = "own"
            return shown(1), shown("a")
        def other(): return shown(1)
        """,
}


def plan_of(name: str) -> Plan:
    source = textwrap.dedent(MEMORY[name])
    return a_plan(source, {target: [] for target in ("one", "other") if f"def {target}(" in source})


@pytest.mark.parametrize("name", MEMORY)
def test_a_forked_process_has_all_that_its_starter_had_and_for_itself(
    simulation: Simulation, stage: Stage, name: str
) -> None:
    plan = plan_of(name)
    targets = [process.name for process in plan.processes]

    simulated = only(simulation, MEMORY[name], targets)
    real = perform(stage, plan)

    returned = {target: simulated.processes[target].returned for target in targets}
    assert returned == {target: real.processes[target].returned for target in targets}
    assert all(isinstance(one, Returned) for one in returned.values())


def test_a_target_may_be_a_closure_that_shares_nothing_with_its_starter(simulation: Simulation) -> None:
    source = """
        import multiprocessing
        def one():
            results = []
            def work(n): results.append(n)
            children = [multiprocessing.Process(target=work, args=(n,)) for n in range(2)]
            for child in children: child.start()
            for child in children: child.join()
            return results
        """

    assert only(simulation, source).processes["one"].returned == Returned([])


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("numbers = (n for n in range(3))\nnext(numbers)", "a generator"),
        ("names = {}\nkeys = names.keys()", "a dict_keys"),
        ("import functools\n@functools.cache\ndef load(): pass\nload()", "what load has cached"),
        ("def made():\n class Local: pass\n return Local()\nlocal = made()", "the class made.<locals>.Local, made by"),
    ],
)
def test_what_cannot_be_copied_is_refused_by_name(simulation: Simulation, source: str, what: str) -> None:
    refused = refusal(simulation, f"{source}\ndef one(): pass")

    assert refused is not None
    assert refused.startswith(what)
    assert "of which a forked process would have a copy" in refused
