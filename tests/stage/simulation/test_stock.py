from __future__ import annotations

from functools import partial
from typing import Any

import greenlet

from engine.plan import Call, Plan, ProcessPlan, Reference, SharedPlan, encode_argument
from engine.stage.simulation.here import here
from engine.stage.simulation.stock import Stock, recipe
from engine.stage.simulation.system import new_names
from engine.stage.simulation.world import World


def build_twice(*shared: tuple[str, str, dict[str, Any]]) -> tuple[tuple[World, dict[str, Any]], ...]:
    """What two runs have of ``shared``: names, types and parameters."""
    plans = tuple(SharedPlan(name, kind, encode_argument(parameters)) for name, kind, parameters in shared)
    stock = Stock(plan_of(plans))
    names = new_names()
    here.hub = greenlet.getcurrent()
    runs = []
    for _ in range(2):
        here.world = world = World(names, 100)
        built: dict[str, Any] = {}
        for one in plans:
            built[one.name] = stock.build(world, one.type, one.name, one.parameters, partial(_find, built))
        runs.append((world, built))
    return tuple(runs)


def _find(built: dict[str, Any], reference: Reference) -> Any:
    return built[reference.name]


def plan_of(shared: tuple[SharedPlan, ...]) -> Plan:
    call = Call("module", "target", encode_argument([]), encode_argument({}))
    return Plan(
        name="",
        file="",
        run_as="process",
        start_method="fork",
        timeout_s=1.0,
        code=None,
        shared=shared,
        processes=(ProcessPlan("p", call),),
        before=None,
        after=None,
        start_together=False,
        environment={},
        search_path=(),
    )


def test_a_lock_is_made_once_and_is_as_it_was_at_first_in_every_run() -> None:
    (first, built), (second, again) = build_twice(("lock", "Lock", {}))
    cell = built["lock"].cell

    assert second.models[cell] is first.models[cell]
    assert second.states[cell] == 1
    assert second.labels[cell] == "lock"
    assert type(again["lock"]) is type(built["lock"])


def test_what_a_run_does_to_a_primitive_is_not_there_in_the_next() -> None:
    (_, built), (_, again) = build_twice(("x", "RawValue", {"typecode": "i", "value": 3}))
    built["x"].note = "mine"

    assert not hasattr(again["x"], "note")


def test_what_works_in_the_cell_of_another_is_made_anew() -> None:
    (first, built), (second, again) = build_twice(
        ("lock", "RLock", {}), ("condition", "Condition", {"lock": Reference("shared", "lock", ())})
    )
    cell = built["lock"].cell

    assert again["condition"].cell == again["lock"].cell == cell
    assert second.models[cell] is not first.models[cell]
    assert second.states[cell] == first.states[cell]


def test_what_keeps_something_of_its_own_is_made_anew() -> None:
    (first, built), (second, _) = build_twice(("queue", "SimpleQueue", {}))

    assert second.models[built["queue"].cell] is not first.models[built["queue"].cell]


def test_what_a_call_is_given_is_new_in_every_run() -> None:
    given = recipe(encode_argument([1, [2], Reference("shared", "lock", ()), {"a": (3,)}]))

    one, other = given.make(lambda reference: reference.name), given.make(lambda reference: reference.name)

    assert one == other == [1, [2], "lock", {"a": (3,)}]
    assert one[1] is not other[1]
    assert given.kinds == {"shared"}


def test_what_is_the_same_everywhere_is_handed_out_with_an_object_of_its_own_for_each_primitive() -> None:
    ((_, built), _) = build_twice(("lock", "Lock", {}), ("line", "Pipe", {}), ("lifeline", "Fifo", {}))
    lock, line, lifeline = (Reference("shared", name, ()) for name in ("lock", "line", "lifeline"))
    args = encode_argument([1, lock, lock, line, Reference("shared", "line", (1,)), lifeline])
    stock = Stock(plan_of(()))
    stock.note_same_everywhere(args)
    handout = stock.handout(args)

    def find(reference: Reference) -> Any:
        found = built[reference.name]
        for index in reference.path:
            found = found[index]
        return found

    assert handout is not None

    made, again = handout.made(find), handout.made(find)

    assert made[0] == 1
    assert made[1] is made[2] is not again[1] is not built["lock"]
    assert made[3][1] is made[4]
    assert made[5] == built["lifeline"]


def test_what_has_to_be_made_is_not_handed_out() -> None:
    stock = Stock(plan_of(()))
    args = encode_argument([[1]])

    stock.note_same_everywhere(args)

    assert stock.handout(args) is None


def test_a_reference_to_code_is_found_however_deep_it_is() -> None:
    assert recipe(encode_argument({"a": [(Reference("code", "f", ()),)]})).kinds == {"code"}
