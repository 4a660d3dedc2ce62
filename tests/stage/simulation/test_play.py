"""What is told of a run, and what it is known by: what nobody can tell apart is the same."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from itertools import combinations
from typing import Any, TypeVar

import pytest

from engine.plan import Plan
from engine.stage.simulation import line
from engine.stage.simulation.output import Stream
from engine.stage.simulation.play import key, told
from engine.stage.simulation.process import STDERR
from tests.playing_support import following, playing, terms_of
from tests.processes_support import a_plan, ref

Result = TypeVar("Result")


def ran(plan: Plan, **more: object) -> tuple[object, list[tuple[int, str]]]:
    """What a run is known by, and what its process wrote."""
    terms = terms_of(plan, **more)
    with playing(terms, following("one")) as played:
        return key(played, terms), list(played.life.processes["one"].written)


def deeper(levels: int, run: Callable[[], Result]) -> Result:
    return deeper(levels - 1, run) if levels else run()


def one(body: str) -> Plan:
    return a_plan(f"def one(): {body}", ["one"])


@pytest.mark.parametrize("orders_output", [False, True])
@pytest.mark.parametrize(
    "code",
    [
        "def one(): one()",
        """
        def ping(): pong()
        def pong(): ping()
        def one(): ping()
        """,
        """
        import traceback
        def ping(): ping()
        def one():
            try: ping()
            except RecursionError: print(traceback.format_exc())
        """,
    ],
)
def test_an_endless_recursion_comes_to_the_same_at_whatever_depth_it_begins(
    code: str, orders_output: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(code, ["one"])
    monkeypatch.setattr(line, "_free", [])  # One that is used again is as deep as where it first began.

    first, seen = ran(plan, orders_output=orders_output)
    monkeypatch.setattr(line, "_free", [])
    second, other = deeper(7, lambda: ran(plan, orders_output=orders_output))

    assert seen != other
    assert first == second


@pytest.mark.parametrize(
    "body",
    [
        "print(f'<a thing at 0x{address}>')",
        "return f'<a thing at 0x{address}>'",
        "raise ValueError(f'<a thing at 0x{address}>')",
    ],
)
@pytest.mark.parametrize("orders_output", [False, True])
def test_addresses_do_not_tell_runs_apart(body: str, orders_output: bool) -> None:
    first, second, third = (
        ran(one(body.replace("{address}", address).replace("thing", thing)), orders_output=orders_output)[0]
        for address, thing in (("7f00aabbccd0", "thing"), ("7f01aabbccd0", "thing"), ("7f01aabbccd0", "king"))
    )

    assert first == second
    assert second != third


# What is written


def came_to(plan: Plan, *schedule: str, orders_output: bool = True) -> Any:
    terms = terms_of(plan, orders_output=orders_output)
    with redirect_stderr(Stream(STDERR, sys.stderr)), playing(terms, following(*schedule)) as played:
        assert played.ending == "completed"
        return key(played, terms)


def of_two(left: str, right: str) -> Plan:
    return a_plan(f"import sys\ndef left(): {left}\ndef right(): {right}", ["left", "right"])


def prints(text: str, stream: str = "stdout") -> str:
    return f"print({text!r}, file=sys.{stream}, flush=True)"


@pytest.mark.parametrize(
    "plan",
    [
        of_two(prints("same"), prints("same")),
        of_two(prints("out"), prints("err", "stderr")),
    ],
    ids=["who wrote it", "the order of two streams"],
)
def test_what_nobody_can_tell_apart_is_the_same(plan: Plan) -> None:
    assert came_to(plan, "left") == came_to(plan, "right")


def test_in_how_many_pieces_it_was_written_is_the_same() -> None:
    at_once = of_two("print('ab')", "...")
    in_pieces = of_two("print('a', end='', flush=True); print('b')", "...")

    assert came_to(at_once, orders_output=False) == came_to(in_pieces, orders_output=False)


def test_what_was_written_by_whom_to_what_and_in_which_order_is_not() -> None:
    everything = [
        came_to(of_two(prints("a"), prints("b")), "left"),
        came_to(of_two(prints("a"), prints("b")), "right"),
        came_to(of_two(prints("b"), prints("a")), "left"),
        came_to(of_two(prints("a", "stderr"), prints("b")), "left"),
    ]

    assert all(one != other for one, other in combinations(everything, 2))


@pytest.mark.parametrize("body", ["print('at 0x{n}')", "return 'at 0x{n}'", "raise ValueError('at 0x{n}')"])
def test_numbers_that_a_target_shows_do(body: str) -> None:
    one_more = [ran(one(body.replace("{n}", n)))[0] for n in ("1", "2")]

    assert one_more[0] != one_more[1]


def final_of(code: str, **more: Any) -> object:
    plan = a_plan(code, {"one": [ref("kept")]}, shared={"kept": {"type": "SimpleQueue"}}, **more)
    terms = terms_of(plan)
    with playing(terms, following("one")) as played:
        return key(played, terms)


LEVELS = """
import enum
class Level(enum.IntEnum):
    LOW = 0
    HIGH = 1
    def __repr__(self): return "level"
class Mute:
    def __repr__(self): raise RuntimeError
def one(kept): kept.put({item})
"""


def test_what_is_left_is_told_apart_by_what_it_is_and_not_by_what_it_shows() -> None:
    low, high, mute = (final_of(LEVELS.format(item=item)) for item in ("Level.LOW", "Level.HIGH", "Mute()"))

    assert len({low, high, mute}) == 3


def test_what_the_parent_s_own_functions_returned_is_told_apart() -> None:
    code = "def before(): return {n}\ndef after(): pass\ndef one(kept): pass"

    assert final_of(code.format(n=1), before=(), after=()) != final_of(code.format(n=2), before=(), after=())


# The parent


def parent_of(source: str, calls: dict[str, list[object]], **more: Any) -> dict[str, Any]:
    """What is told of the parent of a run with a lock."""
    plan = a_plan(source, calls, shared={"lock": {"type": "Lock"}}, **more)
    terms = terms_of(plan)
    with playing(terms, following()) as played:
        parent: dict[str, Any] = told(played, terms)["parent"]
        return parent


STUCK = "def stuck(lock): lock.acquire(), lock.acquire()\ndef after(): ...\n"


@pytest.mark.parametrize("after", [None, ()])
def test_the_parent_waits_in_join_for_who_is_stuck(after: tuple[()] | None) -> None:
    parent = parent_of(STUCK, {"stuck": [ref("lock")]}, after=after)

    assert (parent["waiting_for"], parent["exitcode"], parent["ended"]) == (
        {"operation": "join", "where": ""},
        None,
        False,
    )


def test_a_parent_whose_processes_have_ended_has_too() -> None:
    parent = parent_of("def one(lock): lock.acquire()", {"one": [ref("lock")]})

    assert (parent["waiting_for"], parent["exitcode"], parent["ended"]) == (None, 0, True)


def test_a_parent_that_ended_before_it_could_join_waits_for_nobody() -> None:
    source = f"{STUCK}def before(): raise SystemExit(3)\n"

    parent = parent_of(source, {"stuck": [ref("lock")]}, before=())

    assert (parent["waiting_for"], parent["exitcode"]) == (None, 3)
