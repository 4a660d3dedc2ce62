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
    "what a cache keeps": """
        import functools
        calls = []
        @functools.cache
        def load(name): calls.append(name); return [name]
        @functools.lru_cache(maxsize=2)
        def square(n): calls.append(n); return n * n
        class Store:
            @functools.lru_cache
            def get(self, key): calls.append(key); return key.upper()
        store = Store()
        load("a"), square(1), square(2), square(3), square(2), store.get("k")
        def counted():
            kept = load("a"), square(1), square(2), store.get("k"), list(calls)
            return kept, square.cache_info(), load.cache_info()[:2]
        def one():
            load("a").append("own")
            load.cache_clear()
            return counted(), square.cache_parameters(), load.__wrapped__("b"), load.__name__
        def other(): return counted()
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
    "dataclasses": """
        import dataclasses
        from dataclasses import MISSING, asdict, astuple, dataclass, field, fields
        @dataclass
        class Job:
            n: int
            tags: list = field(default_factory=list)
        @dataclass(frozen=True, slots=True)
        class Point:
            x: int = 1
        kept = Job(1, ["a"]), Point(2)
        def one():
            kept[0].tags.append("b")
            names = [one.name for one in fields(Job)]
            return asdict(kept[0]), astuple(kept[1]), names, MISSING is dataclasses.MISSING, Job(3) == Job(3)
        def other(): return asdict(kept[0]), hash(kept[1]) == hash(Point(2))
        """,
    "annotations that are text": """
        from __future__ import annotations
        from dataclasses import dataclass
        from typing import Optional, get_type_hints
        @dataclass
        class Node:
            value: int
            next: Optional[Node] = None
        def made(node: Node) -> Node: return node
        def one(): return get_type_hints(Node)["next"] == Optional[Node], get_type_hints(made)["node"] is Node
        """,
    "types that hold classes": """
        class Stop: pass
        class Work: pass
        Message = Stop | Work
        jobs = list[Work]
        def given(work: Work): return work
        kept = Stop()
        def one(): return isinstance(kept, Message), jobs.__args__[0] is Work, given.__annotations__["work"] is Work
        """,
    "where modules are looked for": """
        import pickle, sys
        class Job: pass
        def one():
            again = pickle.loads(pickle.dumps(Job()))
            return type(again) is Job, sys.modules[__name__].Job is Job, sys.modules[Job.__module__].one is one
        def other(): return one()
        """,
    "subclasses of what is written in C": """
        from collections import Counter, OrderedDict, defaultdict, deque
        class Cache(OrderedDict):
            def __init__(self, most):
                super().__init__()
                self.most = most
        class Ring(deque):
            def __init__(self): super().__init__([1, 2], 2)
        class Table(defaultdict):
            def __init__(self): super().__init__(list)
        class Tally(Counter): pass
        cache, ring, table, tally = Cache(3), Ring(), Table(), Tally("aab")
        cache["a"], cache["b"] = [1], 2
        cache.move_to_end("a")
        table["x"].append(1)
        def one():
            ring.append(3)
            table["y"].append(2)
            cache["a"].append(2)
            tally["c"] += 1
            return list(cache.items()), cache.most, list(ring), ring.maxlen, dict(table), dict(tally)
        def other(): return list(cache.items()), list(ring), dict(table), dict(tally)
        """,
    "errors of many kinds": """
        class Left(SystemExit): pass
        class Late(TimeoutError):
            def __init__(self, job): super().__init__(7, f"late {job}")
        class Plain(Exception):
            def __init__(self, job, *, code): super().__init__(job); self.code = code
        try: raise Plain("a", code=3) from Late("b")
        except Plain as error: kept = error
        kinds = Left(4), Late("c"), StopIteration(5), ImportError("no", name="n"), KeyError("k")
        def one():
            left, late, stop, missing, key = kinds
            return (
                left.code, (late.errno, late.strerror), stop.value, missing.name, key.args, kept.code, kept.args,
                type(kept.__cause__) is Late, kept.__traceback__ is not None, isinstance(late, Late),
            )
        """,
    "enumerations that hold more": """
        from enum import Enum
        class Desk(Enum):
            A, B = "a", "b"
            def __init__(self, label): self.jobs = []
        Desk.A.jobs.append("job")
        Desk.total = 1
        Desk.shown = lambda self: (self.name, self.jobs)
        def one():
            Desk.A.jobs.append("mine")
            return Desk.A.shown(), Desk.B.shown(), Desk.total, Desk("a") is Desk.A
        def other(): return Desk.A.shown()
        """,
    "classes that are registered": """
        from abc import ABC
        class Shape(ABC): pass
        class Square: pass
        Shape.register(Square)
        class Circle: pass
        def before_all(): Shape.register(Circle)
        before_all()
        def one(): return isinstance(Square(), Shape), isinstance(Circle(), Shape)
        """,
    "members of enumerations that were asked for": """
        from enum import Enum, Flag, IntFlag, auto
        class Right(Flag):
            READ, WRITE, GRANT = auto(), auto(), auto()
        class Bit(IntFlag):
            LOW, HIGH = 1, 2
        class Color(Enum):
            RED = 1
            @classmethod
            def _missing_(cls, value):
                made = object.__new__(cls)
                made._name_, made._value_ = f"C{value}", value
                return cls._value2member_map_.setdefault(value, made)
        both, odd, third = Right.READ | Right.WRITE, Bit(8), Color(3)
        rights = {both: ["both"]}
        (Right.WRITE | Right.GRANT).users = ["starter"]
        Color(4).seen = [1]
        def look():
            asked = Right.WRITE | Right.GRANT
            same = both is Right.READ | Right.WRITE, odd is Bit(8), third is Color(3), ~Right.READ is asked
            return same, rights[Right(3)], asked.users, Color(4).seen, list(Color._value2member_map_)
        def one():
            (Right.WRITE | Right.GRANT).users.append("mine")
            return look()
        def other(): return look()
        """,
    "locks that are held": """
        import threading
        plain, again = threading.Lock(), threading.RLock()
        plain.acquire(), again.acquire(), again.acquire()
        def one():
            again.release(), again.release()
            try: again.release()
            except RuntimeError as error: return plain.acquire(blocking=False), str(error)
        def other():
            plain.release()
            return plain.locked()
        """,
    "views of dictionaries": """
        names = {"a": 1}
        keys, values, items = names.keys(), names.values(), names.items()
        def one():
            names["b"] = 2
            return list(keys), list(values), list(items)
        def other(): return list(keys)
        """,
    "one thing in two places": """
        class Job:
            def run(self): pass
        job = Job()
        run, jobs, either = job.run, list[Job], int | Job
        kept = run, jobs, either
        def one(): return [mine is theirs for mine, theirs in zip((run, jobs, either), kept)]
        """,
    "what context variables hold": """
        import contextvars
        names, spare = contextvars.ContextVar("names"), contextvars.ContextVar("spare", default=[])
        mine = ["a"]
        names.set(mine)
        context = contextvars.copy_context()
        def look(): return names.get() is mine, mine, spare.get(), context[names] is mine
        def one():
            names.get().append("b")
            spare.get().append("c")
            return look()
        def other(): return look()
        """,
    "methods that are dispatched by a type": """
        import functools
        class Log:
            def __init__(self): self.items = []
            @functools.singledispatchmethod
            def note(self, item): return "any", self.items
            @note.register
            def _(self, item: int):
                self.items.append(item)
                return self.items
        log = Log()
        log.note(1)
        def one(): return log.note(2), log.note("a")
        def other(): return log.note(3)
        """,
    "an object that tells of every look at it": """
        seen = []
        class Watching:
            def __getattribute__(self, name): seen.append(name); return object.__getattribute__(self, name)
        watching = Watching()
        def one(): return seen
        """,
    "where objects are": """
        class Job: pass
        job, jobs = Job(), [Job(), Job()]
        memo, order, hashed = {id(job): "job"}, [id(one) for one in jobs], hash(job)
        def one():
            new = [Job() for _ in range(100)]
            mine = len({*map(id, new), *map(id, jobs), id(job)})
            return memo[id(job)], order == [id(one) for one in jobs], hash(job) == hashed, mine, id(Job) == kind
        kind = id(Job)
        """,
    "subclasses that are forgotten": """
        class Base: pass
        class Job(Base): n = 1
        class Job(Base): n = 2
        Base.__subclasses__()[0].n = 3
        def one(): return [kind.n for kind in Base.__subclasses__()], Base.__subclasses__()[1] is Job
        """,
    "streams that are replaced": """
        import contextlib, io
        def one():
            text = io.StringIO()
            with contextlib.redirect_stdout(text): print("mine")
            return text.getvalue()
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


def test_what_is_copied_destroys_nothing_and_sets_nothing_in_its_starter(simulation: Simulation, stage: Stage) -> None:
    source = """
    import contextvars
    class Loud:
        def __init__(self, name): self.name = name
        def __del__(self): print("gone", self.name)
    alone, kept = Loud("alone"), [Loud("kept")]
    Loud("at once")
    level = contextvars.ContextVar("level")
    names = []
    level.set(names)
    def one(): pass
    def after():
        global alone
        print("after")
        del alone
        kept.clear()
        return level.get() is names
    """

    simulated = only(simulation, source, after=[])
    real = perform(stage, a_plan(source, ["one"], after=[]))

    assert simulated.stdout == real.stdout == "gone at once\nafter\ngone alone\ngone kept\n"
    assert simulated.calls["after"].returned == real.calls["after"].returned == Returned(True)


def test_a_class_that_only_its_base_knows_of_is_refused(simulation: Simulation) -> None:
    source = """
    class Base: pass
    def before():
        class Job(Base): pass
    def one(): return Base.__subclasses__()
    """

    refused = refusal(simulation, source, before=[])

    assert refused is not None
    assert refused.startswith("a subclass of Base that only __subclasses__() finds")


def test_a_hash_that_does_something_is_refused_as_it_is_copied(simulation: Simulation) -> None:
    source = """
    class Loud:
        def __hash__(self):
            print("hashed")
            return 1
    table = {Loud(): 1}
    def one(): pass
    """

    assert refusal(simulation, source) == "print in the hash of what a forked process has a copy of (scenario.yaml:4)"


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
        ("data = bytearray(b'a')\nview = memoryview(data)", "a memoryview"),
        ("import contextvars\ntoken = contextvars.ContextVar('x').set(1)", "a Token"),
        (
            "class Job:\n __hash__ = lambda job: job.n\n n = 1\njob = Job()\ntable = {job: 1}\njob.n = 2",
            "a key whose hash has changed",
        ),
        ("class Job: pass\njobs = {Job(), Job()}", "a set, in the order of just"),
        ("numbers = {8 * n for n in range(40)}\nnumbers -= {24 * n for n in range(14)}", "a set, in the order of just"),
        ("import queue\njobs = queue.SimpleQueue()", "a SimpleQueue"),
        ("import hashlib\ndigest = hashlib.sha256()", "a HASH"),
        ("import threading\nclass Own(threading.local): pass\nown = Own()", "a Own"),
        ("deep = []\nfor _ in range(20_000): deep = [deep]", "memory that is too deep to be copied"),
        ("def made():\n class Local: pass\n return Local()\nlocal = made()", "the class made.<locals>.Local, made by"),
    ],
)
def test_what_cannot_be_copied_is_refused_by_name(simulation: Simulation, source: str, what: str) -> None:
    refused = refusal(simulation, f"{source}\ndef one(): pass")

    assert refused is not None
    assert refused.startswith(what)
    assert "forked process" in refused
