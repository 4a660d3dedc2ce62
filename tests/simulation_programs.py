"""Small programs with one rare failure each, for judging schedulers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import greenlet

from engine.models.model import Operation
from engine.models.semaphore import Semaphore as SemaphoreModel
from engine.stage.simulation.here import here, perform
from engine.stage.simulation.objects.lock import Lock
from engine.stage.simulation.objects.shared import Shared
from engine.stage.simulation.objects.value import RawValue
from engine.stage.simulation.process import Process
from engine.stage.simulation.system import Names, new_names
from engine.stage.simulation.world import OutOfSteps, Scheduler, Taken, World

MAX_STEPS = 5000
"""How many steps a run may have: none of the programs needs a tenth of it."""

_P, _V = Operation("acquire"), Operation("release")


class Variable(Shared):
    """A number that nothing guards: each ``get`` and each ``set`` is a step."""

    def __init__(self, world: World, key: str, value: int = 0) -> None:
        self._memory = RawValue(world, key, key, typecode="i", value=value)

    def get(self) -> int:
        return int(self._memory.value)

    def set(self, value: int) -> None:
        self._memory.value = value

    def add(self, more: int) -> None:
        self.set(self.get() + more)


class Semaphore(Shared):
    def __init__(self, world: World, key: str, value: int) -> None:
        self.cell = world.add_cell(key, key, SemaphoreModel(value))

    def acquire(self) -> None:
        perform(self.cell, _P)

    def release(self) -> None:
        perform(self.cell, _V)


class Things:
    """What a program shares: any attribute is a variable, a capital letter a lock, unless ``given`` says otherwise."""

    def __init__(self, world: World, given: dict[str, Any]) -> None:
        self._world = world
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        thing = Lock(self._world, name, name) if name[0].isupper() else Variable(self._world, name)
        self.__dict__[name] = thing
        return thing


class Failure(Exception):
    """What a program is not to come to."""


Target = Callable[[Things], object]


class Program(NamedTuple):
    """``after`` is given what was shared when all have ended, with ``world`` for its final values.

    It fails if a target raises Failure, if somebody never ends, or if ``after`` is false.
    """

    name: str
    targets: tuple[Target, ...]
    after: Callable[[Callable[[str], int]], bool] = lambda value: True
    make: Callable[[World], dict[str, Any]] = lambda world: {}


class Ran(NamedTuple):
    """``choices`` are the numbers of strands, ``is_whole`` whether it came to its own end."""

    has_failed: bool
    is_whole: bool
    choices: tuple[int, ...]
    trace: list[Taken]


def run(program: Program, scheduler: Scheduler, names: Names) -> Ran:
    """One run, after ``scheduler.begin()``."""
    here.hub = greenlet.getcurrent()
    here.world = world = World(names, MAX_STEPS)
    things = Things(world, program.make(world))
    ended: list[int] = []
    failed: list[int] = []
    for number, target in enumerate(program.targets, 1):
        world.add_strand(Process(number, number, f"p{number}"), _body(target, things, number, ended, failed))
    is_whole = True
    try:
        world.run(scheduler)
    except OutOfSteps:
        is_whole = False
    scheduler.end(world, is_whole)
    has_failed = is_whole and (bool(failed) or len(ended) < len(program.targets))
    if is_whole and not has_failed:
        cells = {world.labels[cell]: cell for cell in world.models}
        has_failed = not program.after(lambda label: _value(world, cells[label]))
    choices = tuple(taken.strand.number for taken in world.trace)
    world.end()
    return Ran(has_failed, is_whole, choices, world.trace)


def _value(world: World, cell: int) -> int:
    (value,) = cast("list[int]", world.models[cell].final(world.states[cell]))
    return int(value)


def first_failure(program: Program, scheduler: Scheduler, budget: int) -> int | None:
    """Which run is the first that fails, counted from 1; None if none of ``budget`` does."""
    names: Names = new_names()
    for number in range(1, budget + 1):
        if not scheduler.begin():
            return None
        if run(program, scheduler, names).has_failed:
            return number
    return None


def _body(target: Target, things: Things, number: int, ended: list[int], failed: list[int]) -> Callable[[], None]:
    def body() -> None:
        try:
            target(things)
        except Failure:
            failed.append(number)
        ended.append(number)

    return body


def _fail_if(condition: bool) -> None:
    if condition:
        raise Failure


# The targets.


def increment(things: Things) -> None:
    things.x.add(1)


def first_a_then_b(things: Things) -> None:
    with things.A, things.B:
        things.x.get()


def first_b_then_a(things: Things) -> None:
    with things.B, things.A:
        things.x.get()


def philosopher(seat: int, of: int) -> Target:
    def eat(things: Things) -> None:
        left, right = getattr(things, f"Fork{seat}"), getattr(things, f"Fork{(seat + 1) % of}")
        with left, right:
            things.eaten.get()

    return eat


def there_and_back(things: Things) -> None:
    things.x.set(1)
    things.y.set(1)
    things.y.set(2)
    things.x.set(0)


def look_three_times(things: Things) -> None:
    before = things.x.get()
    middle = things.y.get()
    after = things.x.get()
    _fail_if(before == 0 and middle == 1 and after == 0)


def busy(place: int, steps: int) -> Target:
    """Works for itself, and says when it is done."""

    def work(things: Things) -> None:
        for step in range(steps):
            getattr(things, f"work{place}").set(step)
        with things.Done:
            things.done.add(1)

    return work


def late(others: int) -> Target:
    """Fails if it was so slow that all the others are done before its first step."""

    def look(things: Things) -> None:
        _fail_if(things.done.get() == others)

    return look


def write(number: int) -> Target:
    return lambda things: things.x.set(number)


def look_twice(last: int) -> Target:
    """Fails if it sees the initial value, and then just what process ``last`` has written."""

    def look(things: Things) -> None:
        first = things.x.get()
        second = things.x.get()
        _fail_if(first == 0 and second == last)

    return look


def count_under_lock(things: Things) -> None:
    with things.A:
        things.x.add(1)


def expect_turn(turn: int) -> Target:
    """Fails if it gets the lock as the one with this number, from 0."""

    def look(things: Things) -> None:
        with things.A:
            _fail_if(things.x.get() == turn)

    return look


def enter_when_free(things: Things) -> None:
    """A lock made of a variable: to look and to take are two steps."""
    while things.flag.get():
        pass
    things.flag.set(1)
    things.inside.add(1)
    is_crowded = things.inside.get() == 2
    things.inside.add(-1)
    things.flag.set(0)
    _fail_if(is_crowded)


def write_pair(things: Things) -> None:
    for number in (1, 2):
        things.a.set(number)
        things.b.set(number)


def read_pair(things: Things) -> None:
    a = things.a.get()
    b = things.b.get()
    _fail_if(a == 1 and b == 2)


def read_much(things: Things) -> None:
    for _ in range(4):
        things.a.get()
        things.b.get()


def add_under(lock: str, times: int) -> Target:
    def add(things: Things) -> None:
        for _ in range(times):
            with getattr(things, lock):
                things.x.add(1)

    return add


def long_way(place: int, steps: int) -> Target:
    """A lost update in the middle of a long way through things that matter to nobody else."""

    def go(things: Things) -> None:
        for step in range(steps):
            getattr(things, f"road{place}").set(step)
        things.x.add(1)
        for step in range(steps):
            getattr(things, f"road{place}").set(step)

    return go


def two_stages(things: Things) -> None:
    with things.A:
        things.x.set(1)
    with things.B:
        things.y.set(things.x.get() + 1)


def check_stages(things: Things) -> None:
    with things.A:
        x = things.x.get()
    if x:
        with things.B:
            _fail_if(things.y.get() != x + 1)


def transfer(source: str, goal: str) -> Target:
    def move(things: Things) -> None:
        with things.A:
            getattr(things, source).add(-1)
            getattr(things, goal).add(1)

    return move


def audit(things: Things) -> None:
    """Sums up without the lock; fails if it counts the same coin three times."""
    _fail_if(things.a.get() + things.b.get() + things.c.get() + things.d.get() == 2)


def take_and_forget(things: Things) -> None:
    """Two permits, taken one at a time by each: enough for one at a time only."""
    things.permits.acquire()
    things.permits.acquire()
    things.permits.release()
    things.permits.release()


def publish(things: Things) -> None:
    things.payload.set(1)
    things.ready.set(1)
    things.payload.set(0)
    things.ready.set(0)


def consume(things: Things) -> None:
    if things.ready.get():
        _fail_if(things.payload.get() == 0 and things.ready.get() == 1)


def hand_on(place: int) -> Target:
    """Raises the count if it stands at its own place; the whole chain needs them in this order."""

    def step(things: Things) -> None:
        if things.x.get() == place:
            things.x.set(place + 1)

    return step


PROGRAMS = (
    Program("lost update", (increment,) * 2, lambda value: value("x") == 2),
    Program("lock order", (first_a_then_b, first_b_then_a)),
    Program("5 philosophers", tuple(philosopher(seat, 5) for seat in range(5))),
    Program("12 philosophers", tuple(philosopher(seat, 12) for seat in range(12))),
    Program("permits by halves", (take_and_forget,) * 4, make=lambda world: {"permits": Semaphore(world, "p", 4)}),
    Program("there and back (depth 3)", (look_three_times, there_and_back)),
    Program("torn pair among readers", (read_pair, *(read_much,) * 6, write_pair)),
    Program("flag for a lock, polled", (enter_when_free,) * 3),
    Program("published too soon", (publish, consume, *(consume,) * 3)),
    Program("one slow of 4", (late(3), *(busy(place, 10) for place in range(3)))),
    Program("one slow of 9", (late(8), *(busy(place, 5) for place in range(8)))),
    Program("two locks for one", (add_under("A", 3), add_under("A", 3), add_under("B", 1)), lambda v: v("x") == 7),
    Program("long way to a lost update", (long_way(1, 40), long_way(2, 40)), lambda value: value("x") == 2),
    Program("long and short ways", (long_way(1, 60), increment), lambda value: value("x") == 2),
    Program("coin counted twice", (audit, transfer("a", "b"), transfer("b", "c"), transfer("c", "d"))),
    Program("two stages, 20 processes", (*(two_stages,) * 19, check_stages)),
    Program("last of 13 at a lock", (expect_turn(12), *(count_under_lock,) * 12)),
    Program("fourth of 13 at a lock", (expect_turn(3), *(count_under_lock,) * 12)),
    Program("6 in order", tuple(hand_on(place) for place in (3, 0, 5, 2, 4, 1)), lambda value: value("x") < 6),
    Program("30 on one variable", (look_twice(30), *(write(number) for number in range(2, 31)))),
    Program("100 on one variable", (look_twice(50), *(write(number) for number in range(2, 101)))),
)
