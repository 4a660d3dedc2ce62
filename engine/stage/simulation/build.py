"""From the types of ``shared`` to what stands for them in simulation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from ...primitives import primitive
from .objects.shared import Shared
from .refusal import NotSimulated
from .world import World


def build(world: World, type: str, name: str, given: dict[str, Any]) -> Any:
    """The primitive ``name``. Raises whatever its constructor raises, and NotSimulated where there is no model of it."""
    kind, defaults = _kind(type)
    return kind(world, ("shared", name), name, **{**defaults, **given})


@cache
def _kind(type: str) -> tuple[Any, dict[str, Any]]:
    described = primitive(type)()
    if not described.simulation:
        raise NotSimulated(f"the type {type}")
    module, _, name = described.simulation.partition(":")
    return getattr(import_module(f".objects.{module}", __package__), name), described.defaults()


def refuse_what_is_for_threads(given: Iterable[Any]) -> None:
    """Raise what pickling raises for what no other process can be given."""
    for value in given:
        if isinstance(value, Shared) and value.copies:
            raise TypeError("cannot pickle '_thread.lock' object")


def endpoints(given: Iterable[Any]) -> tuple[Any, ...]:
    """The ends of pipes in ``given``."""
    found = []
    for value in given:
        if isinstance(value, (list, tuple)):
            found += endpoints(value)
        elif isinstance(value, dict):
            found += endpoints(value.values())
        elif hasattr(value, "endpoint"):
            found.append(value.endpoint)
    return tuple(found)
