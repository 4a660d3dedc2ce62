"""Functions that look at ``x`` nine times and come to an end, and what each of them counts by."""

from __future__ import annotations

COUNTERS = {
    "a local variable": """
        def poller(x):
            n = 0
            while n < 9:
                n += 1
                x.value
            return n
        """,
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
    "a global": """
        n = 0
        def poller(x):
            global n
            while n < 9:
                n += 1
                x.value
            return n
        """,
    "a global that looks private": """
        __n__ = 0
        def poller(x):
            global __n__
            while __n__ < 9:
                __n__ += 1
                x.value
            return __n__
        """,
    "an attribute": """
        class C:
            n = 0
        def poller(x):
            c = C()
            while c.n < 9:
                c.n += 1
                x.value
            return c.n
        """,
    "an attribute of a class": """
        class C:
            n = 0
        def poller(x):
            while C.n < 9:
                C.n += 1
                x.value
            return C.n
        """,
    "an attribute of a base class": """
        class B:
            n = 0
        class C(B):
            pass
        def poller(x):
            while C.n < 9:
                B.n += 1
                x.value
            return C.n
        """,
    "a slot": """
        class C:
            __slots__ = ('n',)
        def poller(x):
            c = C()
            c.n = 0
            while c.n < 9:
                c.n += 1
                x.value
            return c.n
        """,
    "a slot beside a dictionary": """
        class C:
            __slots__ = ('n', '__dict__')
        def poller(x):
            c = C()
            c.n = 0
            while c.n < 9:
                c.n += 1
                x.value
            return c.n
        """,
    "an attribute of a function": """
        def poller(x):
            poller.n = 0
            while poller.n < 9:
                poller.n += 1
                x.value
            return poller.n
        """,
    "a default argument": """
        def bump(n=[0]):
            n[0] += 1
            return n[0]
        def poller(x):
            while bump() < 9: x.value
            return 9
        """,
    "a deque": """
        from collections import deque
        def poller(x):
            n = deque()
            while len(n) < 9:
                n.append(1)
                x.value
            return len(n)
        """,
    "a dictionary that is more than one": """
        from collections import Counter
        def poller(x):
            n = Counter()
            while n[1] < 9:
                n[1] += 1
                x.value
            return n[1]
        """,
    "a list that is more than one": """
        class L(list):
            pass
        def poller(x):
            n = L()
            while len(n) < 9:
                n.append(1)
                x.value
            return len(n)
        """,
    "a method of a list": """
        def poller(x):
            n = []
            add = n.append
            del n
            while len(add.__self__) < 9:
                add(1)
                x.value
            return 9
        """,
    "an array of bytes": """
        def poller(x):
            n = bytearray()
            while len(n) < 9:
                n.append(1)
                x.value
            return len(n)
        """,
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
    "a cache": """
        import functools
        @functools.lru_cache
        def f(n): return n
        def poller(x):
            while f.cache_info().hits < 9:
                f(1)
                x.value
            return 9
        """,
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
