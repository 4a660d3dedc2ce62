"""What is the same in every run of an exploration, so that it is made once.

A run takes a tenth of a millisecond, and building anew what the last run had built would be half of it. Of a primitive
only its state changes, which is the world's: the object and its model serve the next run, too, if the class says so
(``is_lasting``) and building it did nothing but add cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ... import plain
from ...models.model import Model
from ...plan import Plan, Reference, reference_from
from .build import build, own, twin
from .identity import identity
from .memo import Memo
from .order import starting_order
from .system import Take
from .world import World

Find = Callable[[Reference], object]
"""Gives what a reference stands for."""


class Recipe(NamedTuple):
    """How to make what a call or a primitive is given: ``make`` makes a new one. ``kinds`` are those of the references
    in it."""

    make: Callable[[Find], Any]
    kinds: frozenset[str]


class _Lasting(NamedTuple):
    """A primitive, and the cells it has: what is in them at first, what people call them, and what is known of their
    steps."""

    shared: Any
    cells: tuple[tuple[int, Model, Any, str, Take], ...]


class Handout(NamedTuple):
    """Arguments that are the same everywhere, but for an object of each process's own for each primitive: values, and
    references to what is shared."""

    items: tuple[Any, ...]

    def made(self, find: Find) -> list[Any]:
        twins: dict[int, Any] = {}
        return [own(find(item), twins) if type(item) is Reference else item for item in self.items]


class Stock:
    """That of one ``plan``. ``observes`` says whether from the beginning anybody can notice that another has ended."""

    def __init__(self, plan: Plan) -> None:
        calls = [one for one in (plan.before, plan.after, *(process.call for process in plan.processes)) if one]
        given = [data for call in calls for data in (call.args, call.kwargs)]
        given += [shared.parameters for shared in plan.shared]
        # By identity: the plan, which has them, is there as long as this is.
        self._recipes = {identity(data): recipe(data) for data in given}
        self._lasting: dict[str, _Lasting | None] = {}
        self._plan = plan
        self._handouts: dict[int, Handout] = {}
        self.places = starting_order(plan.processes)
        self.observes = bool(plan.after or plan.faults or any(one.start_after for one in plan.processes)) or any(
            one.type == "Pipe" for one in plan.shared
        )

    def recipe(self, data: object) -> Recipe:
        """That of ``args``, ``kwargs`` or ``parameters`` of the plan."""
        return self._recipes[identity(data)]

    def handout(self, args: object) -> Handout | None:
        """How to make ``args`` of the plan in the shortest way, if there is one and they were found to be the same
        everywhere: that is a matter of types, which no run changes."""
        return self._handouts.get(identity(args))

    def note_same_everywhere(self, args: object) -> None:
        if isinstance(args, list) and all(map(_is_simple, args)):
            items = [reference_from(one) if isinstance(one, dict) else one for one in args]
            self._handouts[identity(args)] = Handout(tuple(items))

    def build(self, world: World, type: str, name: str, data: object, find: Find) -> Any:
        """The primitive ``name`` in ``world``, of which ``data`` are the parameters. Raises what building it raises."""
        lasting = self._lasting.get(name)
        if lasting is not None:
            for cell, model, state, label, step in lasting.cells:
                world.set_cell(cell, label, model, state, step)
            # What a target does to the attributes of one run's must not be there in the next.
            return twin(lasting.shared)
        made = self.recipe(data)
        if name in self._lasting:
            return build(world, type, name, made.make(find))
        models, states = dict(world.models), dict(world.states)
        shared = build(world, type, name, made.make(find))
        changes_others = any(world.states[cell] is not states[cell] for cell in states) or any(
            world.models[cell] is not models[cell] for cell in models
        )
        cells = [cell for cell in world.models if cell not in models]
        is_lasting = not made.kinds and not changes_others and getattr(shared.__class__, "is_lasting", False)
        self._lasting[name] = (
            _Lasting(
                twin(shared),
                tuple(_cell(world, cell) for cell in cells),
            )
            if is_lasting
            else None
        )
        return shared


def _is_simple(data: object) -> bool:
    """Whether it is a value, or a reference to what is shared: all else takes longer to make."""
    if isinstance(data, dict):
        return data["type"] == "reference" and reference_from(data).kind == "shared"
    return not isinstance(data, list)


def _cell(world: World, cell: int) -> tuple[int, Model, Any, str, Take]:
    model, state = world.models[cell], world.states[cell]
    return cell, model, state, world.labels[cell], Memo(model, state).step


def recipe(data: object) -> Recipe:
    """How to make what ``data`` encodes (``plan.encode_argument``)."""
    if isinstance(data, list):
        items = [recipe(item) for item in data]
        makes = [item.make for item in items]
        kinds = frozenset[str]().union(*(item.kinds for item in items))
        return Recipe(lambda find: [make(find) for make in makes], kinds)
    if not isinstance(data, dict):
        return Recipe(lambda find: data, frozenset())
    if data["type"] == "reference":
        reference = reference_from(data)
        return Recipe(lambda find: find(reference), frozenset((reference.kind,)))
    if data.get("entries") == []:
        return Recipe(lambda find: {}, frozenset())
    found: set[str] = set()
    plain.decode(data, lambda inner: found.add(inner["kind"]))  # type: ignore[arg-type]
    return Recipe(lambda find: plain.decode(data, lambda inner: find(reference_from(inner))), frozenset(found))
