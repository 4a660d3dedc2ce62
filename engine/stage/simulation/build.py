"""From the types of ``shared`` to what stands for them in simulation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from ...primitives import primitive
from . import here as place
from .identity import identity
from .objects.dropped import hold
from .objects.loans import WITH_SEMAPHORES, lend
from .objects.pipe import Connection
from .objects.shared import Shared, leaves
from .refusal import NotSimulated
from .world import World


def build(world: World, type: str, name: str, given: dict[str, Any]) -> Any:
    """The primitive ``name``. Raises whatever its constructor raises, and NotSimulated without a model of it."""
    kind, defaults = _kind(type)
    return kind(world, ("shared", name), name, **{**defaults, **given})


@cache
def _kind(type: str) -> tuple[Any, dict[str, Any]]:
    described = primitive(type)()
    if not described.simulation:
        raise NotSimulated(f"the type {type}")
    module, _, name = described.simulation.partition(":")
    return getattr(import_module(f".objects.{module}", __package__), name), described.defaults()


def made(type: str, **given: Any) -> Any:
    """A primitive that the running process makes for itself."""
    process = place.process()
    assert process is not None
    process.built += 1
    kind, defaults = _kind(type)
    name = f"{type} {process.built} of {process.name}"
    world = place.here.world
    primitive = kind(world, ("made", process.key, process.built), name, **{**defaults, **given})
    if isinstance(primitive, WITH_SEMAPHORES) and world.life.plan.start_method != "fork":
        lend(primitive, process, world)
    if type == "Pipe":
        for connection in primitive:
            hold(connection, process)
    return primitive


def is_same_everywhere(value: Any) -> bool:
    """Whether a process that is given ``value`` as it starts may be given that very object: fresh plain data, and
    primitives that all processes share."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind in (list, tuple):
        return all(map(is_same_everywhere, value))
    if kind is dict:
        return all(map(is_same_everywhere, value.values()))
    return isinstance(value, Shared) and not type(value).copies


def own(value: Any, twins: dict[int, Any]) -> Any:
    """``value``, which is the same everywhere, with an object for each primitive in it that is one process's own: what
    a target hangs on it, the others do not see. ``twins`` has those that it has, by the originals' identities."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in (list, tuple):
        return kind([own(item, twins) for item in value])
    if kind is dict:
        return {key: own(item, twins) for key, item in value.items()}
    place = identity(value)
    found = twins.get(place)
    if found is None:
        found = twins[place] = twin(value)
        lock = found.__dict__.get("_lock")
        if isinstance(lock, Shared):  # It may have been given that, and the process with it.
            found.__dict__["_lock"] = own(lock, twins)
    return found


def twin(shared: Any) -> Any:
    """The same primitive, as another object."""
    made = object.__new__(type(shared))
    made.__dict__.update(shared.__dict__)
    return made


_PLAIN = frozenset((int, float, str, bytes, bool, type(None)))


def endpoints(given: Iterable[Any]) -> tuple[Any, ...]:
    """The ends of pipes in ``given``."""
    return tuple([one.end for one in leaves(given) if isinstance(one, Connection)])
