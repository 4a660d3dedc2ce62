"""A type of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .primitive import Parameter, Primitive, Site


class Custom(Primitive):
    """Whatever ``factory`` makes of its arguments, in the parent.

    Final value: what ``snapshot`` makes of it; its repr, where there is no ``snapshot``.
    Source: https://docs.python.org/3/library/multiprocessing.html#customized-managers
    """

    parameters = (
        Parameter("factory", str, ..., "The function that builds it, named as a target is.", is_target=True),
        Parameter("args", list, [], "Its positional arguments."),
        Parameter("kwargs", dict, {}, "Its keyword arguments."),
        Parameter("snapshot", str, None, "A function that turns it into a plain value at the end.", is_target=True),
    )

    def build(
        self, site: Site, factory: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], snapshot: Any
    ) -> Any:
        self._snapshot = snapshot or repr
        return factory(*args, **kwargs)

    def final(self, built: Any) -> object:
        return self._snapshot(built)


PRIMITIVE = Custom
