"""What stands for a function that is written in C, and so is no method where a class has it."""

from __future__ import annotations

import functools
from typing import Any


class StandIn(functools.partial[Any]):
    """Calls a function, and is known by the name of another one."""

    is_stateless = True

    def __reduce__(self) -> str:
        name: str = self.__dict__["__qualname__"]
        return name

    def __repr__(self) -> str:
        return repr(self.__dict__["__wrapped__"])


def standing_for(real: Any, function: Any) -> StandIn:
    """``function``, under the name of ``real``."""
    made = StandIn(function)
    functools.update_wrapper(made, real)
    return made
