"""Functions that look at ``x`` nine times and come to an end, and what each of them counts by."""

from __future__ import annotations


def _counting(count: str, bump: str, first: str = "pass", before: str = "") -> str:
    """A function that looks for as long as ``count`` is less than nine, which ``bump`` makes more by one; ``first`` is
    what it begins with, ``before`` what its module does."""
    return f"""
{before}
def poller(x):
    {first}
    while {count} < 9:
        {bump}
        x.value
    return {count}
"""


COUNTERS = {
    "any goes on with an iterator": """
        def poller(x):
            turns = iter([1] * 9)
            while any(x.value == 0 for one in turns): pass
            return 9
        """,
    "sum adds up": """
        def poller(x): return sum(x.value + 1 for one in [1] * 9)
        """,
    "all goes through what another function gives": """
        def poller(x):
            turns = iter([0] * 8 + [1])
            while not all(map(bool, (next(turns) + x.value for one in [1]))): pass
            return 9
        """,
    "a local variable": _counting("n", "n += 1", first="n = 0"),
    "an assignment within an expression": """
        def poller(x):
            n = 0
            while (n := n + 1) < 9: x.value
            return n
        """,
    "a closure": """
        def make():
                n = 0
                def poll(x):
                        nonlocal n
                        while n < 9:
                                n += 1
                                x.value
                        return n
                return poll
        def poller(x):
            return make()(x)
        """,
    "a closure of a function nearby": """
        def make():
            n = 0
            def bump():
                nonlocal n
                n += 1
                return n
            return bump
        bump = make()
        def poller(x):
            while bump() < 9: x.value
            return 9
        """,
    "a global": _counting("n", "n += 1", first="global n", before="n = 0"),
    "an environment variable": _counting(
        "int(os.environ['N'])",
        "os.environ['N'] = str(int(os.environ['N']) + 1)",
        first="os.environ['N'] = '0'",
        before="import os",
    ),
    "the limit on recursion": _counting(
        "sys.getrecursionlimit() - 1000", "sys.setrecursionlimit(sys.getrecursionlimit() + 1)", before="import sys"
    ),
    "a logger's level": _counting(
        "log.level", "log.setLevel(log.level + 1)", before="import logging\nlog = logging.getLogger('a')"
    ),
    "the names of levels": _counting(
        "len(logging.getLevelName(99)) - 8",
        "logging.addLevelName(99, logging.getLevelName(99) + '.')",
        before="import logging",
    ),
    "a global that looks private": _counting("__n__", "__n__ += 1", first="global __n__", before="__n__ = 0"),
    "an attribute": _counting("c.n", "c.n += 1", first="c = C()", before="class C:\n    n = 0"),
    "an attribute of a class": _counting("C.n", "C.n += 1", before="class C:\n    n = 0"),
    "an attribute of a base class": _counting("C.n", "B.n += 1", before="class B:\n    n = 0\nclass C(B):\n    pass"),
    "a slot": _counting("c.n", "c.n += 1", first="c = C(); c.n = 0", before="class C:\n    __slots__ = ('n',)"),
    "a slot beside a dictionary": _counting(
        "c.n", "c.n += 1", first="c = C(); c.n = 0", before="class C:\n    __slots__ = ('n', '__dict__')"
    ),
    "an attribute of a function": _counting("poller.n", "poller.n += 1", first="poller.n = 0"),
    "a default argument": """
        def bump(n=[0]):
            n[0] += 1
            return n[0]
        def poller(x):
            while bump() < 9: x.value
            return 9
        """,
    "a deque": _counting("len(n)", "n.append(1)", first="n = deque()", before="from collections import deque"),
    "a dictionary that is more than one": _counting(
        "n[1]", "n[1] += 1", first="n = Counter()", before="from collections import Counter"
    ),
    "a list that is more than one": _counting(
        "len(n)", "n.append(1)", first="n = L()", before="class L(list):\n    pass"
    ),
    "a method of a list": _counting("len(add.__self__)", "add(1)", first="n = []; add = n.append; del n"),
    "an array of bytes": _counting("len(n)", "n.append(1)", first="n = bytearray()"),
    "a bound method": """
        class C:
            n = 0
            def bump(self):
                self.n += 1
                return self.n
        def poller(x):
            bump = C().bump
            while bump() < 9: x.value
            return 9
        """,
    "half a call": """
        import functools
        class C:
            n = 0
            def bump(self):
                self.n += 1
                return self.n
        def poller(x):
            bump = functools.partial(C().bump)
            while bump() < 9: x.value
            return 9
        """,
    "a cache": _counting(
        "f.cache_info().hits", "f(1)", before="import functools\n@functools.lru_cache\ndef f(n): return n"
    ),
    "random numbers": """
        import random
        def poller(x):
            while random.random() < 0.9: x.value
            return 9
        """,
    "random numbers of its own": """
        import random
        def poller(x):
            own = random.Random(1)
            while own.random() < 0.9: x.value
            return 9
        """,
    "the sign of nothing": """
        import math
        def poller(x):
            y = 0.0
            while True:
                x.value, x.value, x.value
                y = -y
                if math.copysign(1, y) > 0: return 9
        """,
    "who shares a list with whom": """
        def poller(x):
            a, b, n = [], [], 9
            while a is not b:
                x.value, x.value, x.value
                if n == 9: b = a; a.clear()
            return 9
        """,
    "a generator": """
        def count():
            n = 0
            while True:
                n += 1
                yield n
        def poller(x):
            it = count()
            while next(it) < 9: x.value
            return 9
        """,
    "a generator that looks": """
        def look(x):
            while True: yield x.value
        def poller(x):
            return len([v for v, _ in zip(look(x), range(9))])
        """,
    "an iterator": """
        def poller(x):
            it = iter([1] * 9)
            while next(it, None): x.value
            return 9
        """,
    "a loop over equal things": """
        def poller(x):
            for _ in [1] * 9: x.value
            return 9
        """,
    "a loop over nothing but times": """
        import itertools
        def poller(x):
            for _ in itertools.repeat(1, 9): x.value
            return 9
        """,
    "a comprehension": """
        def poller(x):
            return len([x.value for _ in 'aaaaaaaaa'])
        """,
    "a loop over a range": """
        def poller(x):
            for i in range(9): x.value
            return 9
        """,
    "loops that share a variable": """
        def poller(x):
            for _ in range(3):
                for _ in range(3): x.value
            return 9
        """,
    "a loop whose variable is deleted": """
        def poller(x):
            for i in range(9):
                del i
                x.value
            return 9
        """,
    "a loop over a range of another kind": """
        def range(n): return iter([0] * n)
        def poller(x):
            for i in range(9): x.value
            return 9
        """,
    "a loop over something made of a range": """
        def each(r):
            for n in r:
                yield 0
        def poller(x):
            for i in each(range(9)): x.value
            return 9
        """,
    "a recursion": """
        def go(x, n):
            x.value
            return n if n == 9 else go(x, n + 1)
        def poller(x):
            return go(x, 0)
        """,
    "map": """
        def look(x): return x.value
        def poller(x):
            return len(list(map(look, [x] * 9)))
        """,
    "map, of an attribute": """
        import operator
        def poller(x):
            return len(list(map(operator.attrgetter('value'), [x] * 9)))
        """,
    "sorted": """
        def poller(x):
            return len(sorted([1] * 9, key=lambda _: x.value))
        """,
    "a callable and its last value": """
        def poller(x):
            return len(list(zip(iter(lambda: x.value, 1), [1] * 9)))
        """,
    "a comparison": """
        class C:
            def __init__(self, x): self.x = x
            def __eq__(self, other): return self.x.value
        def poller(x):
            return 9 if C(x) not in [1] * 9 else 0
        """,
}
