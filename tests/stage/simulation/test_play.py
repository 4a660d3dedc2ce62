"""What is told of a run, and what it is known by: not where its objects are in memory, or how deep its stack was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from engine.plan import Plan
from engine.stage.simulation import line
from engine.stage.simulation.play import key, told
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
        for address, thing in (("7f00", "thing"), ("7f01", "thing"), ("7f01", "king"))
    )

    assert first == second
    assert second != third


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
